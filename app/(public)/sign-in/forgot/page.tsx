import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { askForLink } from '../actions.ts';
import { SignInFrame } from '../frame.tsx';

export const metadata: Metadata = { robots: { index: false } };

/** For those with a password who no longer know it. Says the same to everybody. */
export default async function ForgotPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { asked } = await searchParams;
  const t = await getTranslations('identity.forgot');
  return (
    <SignInFrame title={t('title')} lead={asked ? undefined : t('intro')}>
      {asked ? (
        <Callout tone="good">{t('asked')}</Callout>
      ) : (
        <Form action={askForLink}>
          <Field name="email" label={t('email')} required>
            <Input type="email" inputMode="email" autoComplete="username" autoFocus maxLength={200} />
          </Field>
          <Button type="submit" variant="primary" size="lg">
            {t('submit')}
          </Button>
        </Form>
      )}
      <p className="mt-8">
        <TextLink href="/sign-in">{t('back')}</TextLink>
      </p>
    </SignInFrame>
  );
}
