import { useTranslations } from 'next-intl';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { Money } from '#app/ui/money.tsx';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { figureAccounts, type WeekFigures } from '#lib/billing/index.ts';

/** Revenue and cost week by week: figures for reading, which open their entries, and bars for comparing. */
export function Weeks({ weeks }: { weeks: readonly WeekFigures[] }) {
  const t = useTranslations('billing');
  const most = weeks.reduce((max, { revenueCents, costCents }) => {
    const larger = revenueCents > costCents ? revenueCents : costCents;
    return larger > max ? larger : max;
  }, 1n);
  return (
    <Table
      caption={t('manage.weeks.title')}
      rows={weeks}
      rowKey={(row) => row.period}
      columns={[
        {
          key: 'week',
          header: t('columns.week'),
          cell: (row) => <When at={row.to} mode="date" />,
        },
        {
          key: 'bars',
          header: t('manage.weeks.compared'),
          wide: true,
          cell: (row) => (
            <span aria-hidden="true" className="block w-full min-w-48 space-y-0.5">
              <Bar cents={row.revenueCents} most={most} className="bg-accent" />
              <Bar cents={row.costCents} most={most} className="bg-ink-3" />
            </span>
          ),
        },
        {
          key: 'revenue',
          header: (
            <>
              <Swatch className="bg-accent" /> {t('manage.accounts.clients.revenue')}
            </>
          ),
          number: true,
          cell: (row) => <Figure of={row} which="revenue" cents={row.revenueCents} />,
        },
        {
          key: 'cost',
          header: (
            <>
              <Swatch className="bg-ink-3" /> {t('manage.weeks.cost')}
            </>
          ),
          number: true,
          cell: (row) => <Figure of={row} which="cost" cents={row.costCents} />,
        },
        {
          key: 'left',
          header: t('manage.weeks.left'),
          number: true,
          cell: (row) => <Money cents={row.revenueCents - row.costCents} bare coloured />,
        },
      ]}
      empty={null}
    />
  );
}

function Figure({
  of: { from, to },
  which,
  cents,
}: {
  of: WeekFigures;
  which: keyof typeof figureAccounts;
  cents: bigint;
}) {
  const href = entriesHref({
    accounts: figureAccounts[which],
    from: from.toISOString(),
    to: to.toISOString(),
  });
  return (
    <TextLink href={href}>
      <Money cents={cents} bare />
    </TextLink>
  );
}

function Bar({ cents, most, className }: { cents: bigint; most: bigint; className: string }) {
  const percent = cents > 0n ? Number((cents * 1000n) / most) / 10 : 0;
  return <span className={`block h-2 rounded-sm ${className}`} style={{ width: `${percent}%` }} />;
}

function Swatch({ className }: { className: string }) {
  return <span aria-hidden="true" className={`mr-0.5 inline-block size-2.5 rounded-sm ${className}`} />;
}
