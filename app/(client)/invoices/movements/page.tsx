import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { myMovements } from '#lib/billing/index.ts';
import { MovementRows } from '../movement-rows.tsx';

const pageSize = 50;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.movements'))('title') };
}

/** Every movement of a client, with the running balance [US-250]. */
export default async function MovementsPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('client');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const { rows, total } = await myMovements(ctx, {
    limit: pageSize,
    offset: (pageOf(search) - 1) * pageSize,
  });
  return (
    <>
      <PageHeader
        title={t('movements.title')}
        lead={t('movements.balanceNote')}
        back={<TextLink href="/invoices">{t('title')}</TextLink>}
        actions={
          total > 0 && <DownloadLink href="/invoices/movements.csv">{t('movements.csv')}</DownloadLink>
        }
      />
      <MovementRows
        rows={rows}
        empty={
          <EmptyState art="asleep" title={t('movements.none')}>
            {t('movements.noneLead')}
          </EmptyState>
        }
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
