import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Form } from '#app/ui/form.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { readPayoutChange } from '#lib/billing/index.ts';
import { confirmPayoutChangeAction } from '../../actions.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.payoutDetails'))('title'), referrer: 'no-referrer' };
}

/** Behind the link in the mail: a tap brings the new details into force. Following the link alone changes nothing. */
export default async function ConfirmPayoutDetailsPage({ params }: { params: Promise<{ token: string }> }) {
  const ctx = await requireCtx('worker');
  const { token } = await params;
  const [t, change] = await Promise.all([
    getTranslations('billing.payoutDetails'),
    readPayoutChange(ctx, token),
  ]);
  const back = <TextLink href="/work/money">{t('back')}</TextLink>;
  if (!change)
    return (
      <>
        <PageHeader back={back} title={t('title')} />
        <EmptyState
          art="lost"
          title={t('notValid')}
          action={<LinkButton href="/work/money/details">{t('requestAgain')}</LinkButton>}
        >
          {t('notValidLead')}
        </EmptyState>
      </>
    );
  return (
    <>
      <PageHeader back={back} title={t('confirmTitle')} />
      <p className="mb-6">{t('confirmText', change)}</p>
      <Form action={confirmPayoutChangeAction} hidden={{ token }}>
        <Button type="submit" variant="primary" size="lg">
          {t('confirm')}
        </Button>
      </Form>
    </>
  );
}
