import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Wordmark } from '#app/ui/mark.tsx';
import { Money } from '#app/ui/money.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import type { Attempt, Invoice, Item, Refund } from '#lib/billing/index.ts';
import { AttemptList } from './attempt-list.tsx';
import { InvoiceBadge } from './document-badge.tsx';
import { EntryText } from './entry-words.tsx';
import { invoiceNumber } from './invoice-number.ts';
import { PdfLinks } from './pdf-links.tsx';
import { PrintButton } from './print-button.tsx';
import { RefundList } from './refund-list.tsx';

/** An invoice as it is read and printed: frozen lines, the total, and how it was paid. */
export function InvoicePaper({
  invoice,
  items,
  attempts,
  refunds,
  clientName,
  back,
  actions,
  hrefOf,
}: {
  invoice: Invoice;
  items: readonly Item[];
  attempts: readonly Attempt[];
  /** What went back by the way it was paid. */
  refunds: readonly Refund[];
  clientName: string;
  back: ReactNode;
  actions?: ReactNode;
  /** Where a line leads, for those who keep the books. */
  hrefOf?: (item: Item) => string | undefined;
}) {
  const t = useTranslations('billing');
  const discountCents = items.reduce(
    (sum, item) => (item.kind === 'discount_given' ? sum + item.amountCents : sum),
    0n,
  );
  const foot = (label: string, cents: bigint, strong = false) => (
    <tr className={strong ? 'text-[1.125em]' : 'font-normal text-ink-2'}>
      <td className="py-(--cell-y) pl-1">{label}</td>
      <td className="max-sm:hidden" />
      <td className="py-(--cell-y) pr-1 text-right tabular-nums">
        <Money cents={cents} bare={!strong} />
      </td>
    </tr>
  );
  return (
    <article>
      <div className="mb-8 hidden print:block">
        <Wordmark />
      </div>
      <PageHeader
        title={t('invoices.number', { number: invoiceNumber(invoice.number) })}
        badge={<InvoiceBadge state={invoice.state} size="lg" />}
        back={<span className="print:hidden">{back}</span>}
        actions={
          <>
            {actions}
            <PdfLinks href={`/api/invoices/${invoice.id}`} />
            <PrintButton>{t('invoice.print')}</PrintButton>
          </>
        }
      />
      <KeyValue
        items={[
          { id: 'client', key: t('invoice.client'), value: clientName },
          { id: 'issued', key: t('invoice.issued'), value: <When at={invoice.issuedAt} mode="exact" /> },
          {
            id: 'period',
            key: t('invoice.period'),
            value: (
              <>
                <When at={invoice.fromAt} mode="exact" /> – <When at={invoice.toAt} mode="exact" />
              </>
            ),
          },
          ...(invoice.paidAt
            ? [{ id: 'paid', key: t('invoice.paid'), value: <When at={invoice.paidAt} mode="exact" /> }]
            : []),
        ]}
      />
      <div className="mt-8">
        <Table
          caption={t('invoices.number', { number: invoiceNumber(invoice.number) })}
          rows={items}
          rowKey={(item) => item.transactionId}
          rowHref={hrefOf}
          columns={[
            {
              key: 'what',
              header: t('invoice.service'),
              cell: (item) => (
                <span className={item.kind === 'discount_given' ? 'text-ink-2' : undefined}>
                  <EntryText entry={item} />
                </span>
              ),
            },
            {
              key: 'when',
              header: t('columns.when'),
              wide: true,
              cell: (item) => <When at={item.occurredAt} mode="exact" />,
            },
            {
              key: 'amount',
              header: t('columns.amount'),
              number: true,
              cell: (item) => <Money cents={item.amountCents} bare />,
            },
          ]}
          empty={null}
          footer={
            <>
              {discountCents !== 0n && foot(t('invoice.subtotal'), invoice.amountCents - discountCents)}
              {discountCents !== 0n && foot(t('invoice.discount'), discountCents)}
              {foot(t('invoice.total'), invoice.amountCents, true)}
            </>
          }
        />
      </div>
      <div className="mt-8 print:hidden">
        <Section id="attempts" title={t('invoice.attempts')}>
          {attempts.length > 0 ? (
            <AttemptList attempts={attempts} label={t('invoice.attempts')} />
          ) : (
            <p className="text-ink-2">{t('invoice.noAttempts')}</p>
          )}
        </Section>
        {refunds.length > 0 && (
          <Section id="refunds" title={t('refunds.title')}>
            <RefundList refunds={refunds} />
          </Section>
        )}
      </div>
      <p className="mt-10 text-[0.875em] text-ink-2">{t('invoice.footer')}</p>
    </article>
  );
}
