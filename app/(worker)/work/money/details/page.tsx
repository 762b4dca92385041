import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { myPayoutDetails } from '#lib/billing/index.ts';
import { requestPayoutChangeAction } from '../actions.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.payoutDetails'))('title') };
}

/** Where a worker is paid to, and how to change it: nothing changes before the link in their mail is followed. */
export default async function PayoutDetailsPage() {
  const ctx = await requireCtx('worker');
  const [t, details] = await Promise.all([getTranslations('billing.payoutDetails'), myPayoutDetails(ctx)]);
  return (
    <>
      <PageHeader back={<TextLink href="/work/money">{t('back')}</TextLink>} title={t('title')} />
      <p className="mb-5 text-ink-2">
        {details.account
          ? t('now', { account: details.account, name: details.name ?? '' })
          : t(details.isRefused ? 'refused' : 'none')}
      </p>
      {details.waiting && (
        <div className="mb-5">
          <Callout tone="info" title={t('waitingTitle')}>
            {t.rich('waiting', {
              account: details.waiting.account,
              when: () => <When key="when" at={details.waiting!.expiresAt} mode="exact" />,
            })}
          </Callout>
        </div>
      )}
      <Form action={requestPayoutChangeAction} hidden={{ changeId: ctx.newId() }}>
        <Field name="account" label={t('account')} hint={t('accountHint')} required>
          <Input autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={64} />
        </Field>
        <Field name="name" label={t('name')} hint={t('nameHint')} required>
          <Input autoComplete="name" maxLength={100} />
        </Field>
        <Button type="submit" variant="primary" size="lg">
          {t('request')}
        </Button>
      </Form>
    </>
  );
}
