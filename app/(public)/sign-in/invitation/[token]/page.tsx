import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { currentCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { readInvitation } from '#lib/identity/index.ts';
import { acceptInvitationForm as accept } from '../../actions.ts';
import { SignInFrame } from '../../frame.tsx';

// The address holds a secret: it is not told to any place this page links to.
export const metadata: Metadata = { robots: { index: false }, referrer: 'no-referrer' };

/** A hired cat chooses a password [US-120]. */
export default async function InvitationPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const t = await getTranslations('identity.invitation');
  const invited = await readInvitation(await currentCtx(), token);
  if (!invited)
    return (
      <SignInFrame title={t('overTitle')} lead={t('over')}>
        <div className="flex flex-wrap gap-3">
          <LinkButton href="/sign-in/forgot" variant="primary" size="lg">
            {t('again')}
          </LinkButton>
          <LinkButton href="/sign-in" size="lg">
            {t('signIn')}
          </LinkButton>
        </div>
      </SignInFrame>
    );
  return (
    <SignInFrame title={t('title', { name: invited.name })} lead={t('intro', { email: invited.email })}>
      <Form action={accept} hidden={{ token }}>
        {/* Password managers keep the two together. */}
        <input type="text" name="username" autoComplete="username" value={invited.email} readOnly hidden />
        <Field name="password" label={t('password')} hint={t('hint')} required>
          <Input type="password" autoComplete="new-password" minLength={10} maxLength={200} />
        </Field>
        <Button type="submit" variant="primary" size="lg">
          {t('submit')}
        </Button>
      </Form>
    </SignInFrame>
  );
}
