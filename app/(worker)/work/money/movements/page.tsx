import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { EntryLink } from '#app/billing-parts/entry-link.tsx';
import { requireCtx } from '#app/session.ts';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { myPayMovements } from '#lib/billing/index.ts';
import type { Movement } from '#lib/ledger/index.ts';

const pageSize = 30;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.movements'))('title') };
}

/** Where a worker reads more about a movement: its order, or its statement. */
function hrefOf({ kind, subject }: Movement): string | undefined {
  if (kind === 'worker_earned' || kind === 'worker_fined' || kind === 'penalty_waived')
    return `/work/${subject}`;
  return kind.startsWith('payout_') ? `/work/money/${subject}` : undefined;
}

/** Every movement of a worker, with what they are owed after each [US-250]. */
export default async function MovementsPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('worker');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const { rows, total } = await myPayMovements(ctx, {
    limit: pageSize,
    offset: (pageOf(search) - 1) * pageSize,
  });
  return (
    <>
      <PageHeader
        title={t('movements.title')}
        lead={t('movements.owedNote')}
        back={<TextLink href="/work/money">{t('money.title')}</TextLink>}
        actions={
          total > 0 && <DownloadLink href="/work/money/movements.csv">{t('movements.csv')}</DownloadLink>
        }
      />
      {total === 0 ? (
        <EmptyState art="asleep" title={t('movements.none')}>
          {t('movements.noneWorker')}
        </EmptyState>
      ) : (
        <ul aria-label={t('movements.title')} className="divide-y border-y">
          {rows.map((row) => (
            <li key={row.transactionId} className="relative flex items-baseline justify-between gap-4 py-3">
              <span className="min-w-0">
                <EntryLink entry={row} href={hrefOf(row)} />
                <span className="block text-[0.875em] text-ink-2">
                  <When at={row.occurredAt} mode="exact" />
                </span>
              </span>
              <span className="shrink-0 text-right tabular-nums">
                <span className="font-semibold">
                  <Money cents={row.amountCents} sign="always" bare coloured />
                </span>
                <span className="block text-[0.875em] text-ink-2">
                  <span className="sr-only">{t('columns.balance')}: </span>
                  <Money cents={row.balanceCents} bare />
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
