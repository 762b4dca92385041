import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { currentSession, homeOf, safePath } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { buttonClass } from '#app/ui/button-class.ts';
import { Callout } from '#app/ui/callout.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { signIn } from './actions.ts';
import { SignInFrame } from './frame.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('identity');
  return { title: t('signIn.title'), robots: { index: false } };
}

/** Workers, staff and managers sign in here; clients are sent on to HCB. */
export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { callbackUrl } = await searchParams;
  const back = safePath(callbackUrl, '');
  const session = await currentSession();
  if (session) redirect(back || homeOf(session.roles));
  const t = await getTranslations('identity.signIn');
  return (
    <SignInFrame title={t('title')} lead={t('intro')}>
      {back && (
        <div className="mb-6">
          <Callout>{t('ended')}</Callout>
        </div>
      )}
      <Form action={signIn} hidden={{ callbackUrl: back }}>
        <Field name="email" label={t('email')} required>
          <Input type="email" inputMode="email" autoComplete="username" autoFocus maxLength={200} />
        </Field>
        <Field name="password" label={t('password')} required>
          <Input type="password" autoComplete="current-password" maxLength={200} />
        </Field>
        <Button type="submit" variant="primary" size="lg">
          {t('submit')}
        </Button>
      </Form>
      <p className="mt-5">
        <TextLink href="/sign-in/forgot">{t('forgot')}</TextLink>
      </p>
      <div className="mt-10 border-t pt-6">
        <h2 className="font-semibold">{t('clientTitle')}</h2>
        <p className="mt-1 text-ink-2">{t('clientText')}</p>
        {/* A plain link: the answer leads to another site, which no fetch may follow. */}
        <a href="/sign-in/hcb" className={buttonClass('secondary', 'md', 'mt-3')}>
          {t('clientLink')}
        </a>
      </div>
    </SignInFrame>
  );
}
