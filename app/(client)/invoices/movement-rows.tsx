import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { entryHref } from '#app/billing-parts/entry-href.ts';
import { EntryText } from '#app/billing-parts/entry-words.tsx';
import { Money } from '#app/ui/money.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import type { Movement } from '#lib/ledger/index.ts';

/** A client's movements with the balance after each; an order and an invoice open themselves. */
export function MovementRows({ rows, empty }: { rows: readonly Movement[]; empty: ReactNode }) {
  const t = useTranslations('billing');
  return (
    <Table
      caption={t('movements.title')}
      rows={rows}
      rowKey={(row) => row.transactionId}
      rowHref={(row) => entryHref(row.kind, row.subject, row.details)}
      columns={[
        {
          key: 'what',
          header: t('columns.what'),
          cell: (row) => <EntryText entry={row} />,
        },
        {
          key: 'when',
          header: t('columns.when'),
          wide: true,
          cell: (row) => <When at={row.occurredAt} mode="exact" />,
        },
        {
          key: 'amount',
          header: t('columns.amount'),
          number: true,
          cell: (row) => <Money cents={row.amountCents} sign="always" bare />,
        },
        {
          key: 'balance',
          header: t('columns.balance'),
          number: true,
          cell: (row) => <Money cents={row.balanceCents} bare />,
        },
      ]}
      empty={empty}
    />
  );
}
