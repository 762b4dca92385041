import { useTranslations } from 'next-intl';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { Money } from '#app/ui/money.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { accountKinds, type TrialRow } from '#lib/ledger/index.ts';

const inPlanOrder = (book: 'clients' | 'people', rows: readonly TrialRow[]) => {
  const plan = Object.keys(accountKinds[book]);
  return [...rows].sort((a, b) => plan.indexOf(a.kind) - plan.indexOf(b.kind));
};

/** One book: debits, credits and balance of each kind of account, and that they sum to zero. */
export function TrialTable({
  book,
  rows,
  day,
}: {
  book: 'clients' | 'people';
  rows: readonly TrialRow[];
  /** The last day that is in it, unless everything is. */
  day?: string;
}) {
  const t = useTranslations('billing');
  const sumCents = rows.reduce((sum, row) => sum + row.balanceCents, 0n);
  return (
    <div className="min-w-0">
      <h3 className="mb-1 flex items-center gap-3">
        {t(`manage.books.${book}`)}
        {rows.length > 0 && (
          <StateBadge tone={sumCents === 0n ? 'good' : 'bad'} shape={sumCents === 0n ? 'tick' : 'alert'}>
            {t(sumCents === 0n ? 'manage.balanced' : 'manage.unbalanced')}
          </StateBadge>
        )}
      </h3>
      <Table
        caption={t(`manage.books.${book}`)}
        rows={inPlanOrder(book, rows)}
        rowKey={(row) => row.kind}
        rowHref={(row) => entriesHref({ accounts: [`${book}:${row.kind}`], to: day })}
        columns={[
          {
            key: 'account',
            header: t('columns.account'),
            cell: (row) => t(`manage.accounts.${book}.${row.kind}` as never),
          },
          {
            key: 'debit',
            header: t('columns.debit'),
            number: true,
            wide: true,
            cell: (row) => <Money cents={row.debitCents} bare />,
          },
          {
            key: 'credit',
            header: t('columns.credit'),
            number: true,
            wide: true,
            cell: (row) => <Money cents={row.creditCents} bare />,
          },
          {
            key: 'balance',
            header: t('columns.balance'),
            number: true,
            cell: (row) => <Money cents={row.balanceCents} bare />,
          },
        ]}
        empty={t('manage.emptyBook')}
        footer={
          <tr>
            <td className="py-(--cell-y) pl-1">{t('manage.sum')}</td>
            <td className="max-sm:hidden" />
            <td className="max-sm:hidden" />
            <td className="py-(--cell-y) pr-1 text-right tabular-nums">
              <Money cents={sumCents} bare />
            </td>
          </tr>
        }
      />
    </div>
  );
}
