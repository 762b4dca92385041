import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { InvoicePaper } from '#app/billing-parts/invoice-paper.tsx';
import { requireCtx } from '#app/session.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { readInvoice } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { chargeAgainAction } from '../../actions.ts';
import { ParkedActions } from '../../ask-again.tsx';
import { WriteOff } from '../../pauses/pause-decision.tsx';
import { GrantRefund } from './grant-refund.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.invoices'))('title') };
}

/** One invoice with its attempts; billing may charge it again, or ask a silent gateway again. */
export default async function InvoicePage({ params }: { params: Promise<{ invoiceId: string }> }) {
  const ctx = await requireCtx('manager', 'billing');
  const { invoiceId } = await params;
  const { invoice, items, attempts, refunds, leftCents } = await readInvoice(ctx, invoiceId).catch(
    (error) => {
      if (error instanceof Refused) notFound();
      throw error;
    },
  );
  const [t, names] = await Promise.all([
    getTranslations('billing.manage'),
    accountNames(ctx, [invoice.clientId]),
  ]);
  const parked = [...attempts, ...refunds.map(({ attempt }) => attempt)].find(
    (attempt) => attempt?.state === 'parked',
  );
  return (
    <InvoicePaper
      invoice={invoice}
      items={items}
      attempts={attempts}
      refunds={refunds}
      clientName={names.get(invoice.clientId) ?? '–'}
      back={<TextLink href="/manage/billing/invoices">{t('tabs.invoices')}</TextLink>}
      hrefOf={(item) =>
        entriesHref({ accounts: [`clients:receivable:${invoice.clientId}`], entry: item.transactionId })
      }
      actions={
        <>
          <LinkButton href={entriesHref({ subject: invoiceId })}>{t('entriesLink')}</LinkButton>
          {hasRole(ctx, 'billing') && (
            <>
              {parked && <ParkedActions attempt={parked} />}
              <WriteOff invoice={invoice} />
              {leftCents > 0n && (
                <GrantRefund
                  invoice={{ id: invoiceId, number: invoice.number, amountCents: invoice.amountCents }}
                  leftCents={leftCents}
                  newId={ctx.newId()}
                />
              )}
              {invoice.state === 'failed' && (
                <ConfirmButton
                  action={chargeAgainAction}
                  hidden={{ invoiceId }}
                  title={t('tryAgainTitle', { number: invoiceNumber(invoice.number) })}
                  description={t('tryAgainText')}
                  confirm={t('tryAgain')}
                  tone="primary"
                  variant="primary"
                >
                  {t('tryAgain')}
                </ConfirmButton>
              )}
            </>
          )}
        </>
      }
    />
  );
}
