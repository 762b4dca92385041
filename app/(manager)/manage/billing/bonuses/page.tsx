import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { requireCtx } from '#app/session.ts';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { listBonuses, listBonusProposals } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { BillingTabs } from '../tabs.tsx';
import { DecidedProposals, Proposals } from './proposals.tsx';

const pageSize = 50;
const fewer = 20;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.tabs'))('bonuses') };
}

/** Who gave whom how much and why, and the way to give another [US-270]. */
export default async function BonusesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const [found, proposals, decided] = await Promise.all([
    listBonuses(ctx, { limit: pageSize + 1, offset: (pageOf(search) - 1) * pageSize }),
    listBonusProposals(ctx, { limit: fewer, offset: (pageOf(search, 'proposals') - 1) * fewer }),
    listBonusProposals(ctx, {
      decided: true,
      limit: fewer,
      offset: (pageOf(search, 'decided') - 1) * fewer,
    }),
  ]);
  const rows = found.slice(0, pageSize);
  const names = await accountNames(
    ctx,
    [
      ...rows.flatMap(({ workerId, byId, agreedById }) => [workerId, byId, agreedById ?? '']),
      ...[...proposals.rows, ...decided.rows].flatMap(({ workerId, proposedById, decidedById }) => [
        workerId,
        proposedById,
        decidedById ?? '',
      ]),
    ].filter(Boolean),
  );
  return (
    <>
      <PageHeader
        title={t('manage.title')}
        actions={
          <LinkButton href="/manage/billing/bonuses/new" variant="primary">
            <Plus aria-hidden="true" />
            {t('manage.giveBonus')}
          </LinkButton>
        }
      />
      <BillingTabs />
      <Proposals {...proposals} search={search} pageSize={fewer} names={names} managerId={ctx.actor.id} />
      <Section
        id="given"
        title={t('manage.given')}
        actions={
          rows.length > 0 && (
            <DownloadLink href={entriesHref({ accounts: ['people:bonuses'] }, { csv: true })}>
              {t('movements.csv')}
            </DownloadLink>
          )
        }
      >
        <Table
          caption={t('manage.tabs.bonuses')}
          rows={rows}
          rowKey={(row) => row.id}
          rowHref={(row) => entriesHref({ accounts: ['people:bonuses'], entry: row.id })}
          columns={[
            {
              key: 'worker',
              header: t('columns.worker'),
              cell: (row) => names.get(row.workerId) ?? '–',
            },
            { key: 'reason', header: t('columns.reason'), cell: (row) => row.reason },
            {
              key: 'by',
              header: t('columns.by'),
              wide: true,
              cell: (row) =>
                row.agreedById
                  ? t('manage.proposals.both', {
                      first: names.get(row.byId) ?? '–',
                      second: names.get(row.agreedById) ?? '–',
                    })
                  : (names.get(row.byId) ?? '–'),
            },
            {
              key: 'when',
              header: t('columns.when'),
              wide: true,
              cell: (row) => <When at={row.at} mode="exact" />,
            },
            {
              key: 'amount',
              header: t('columns.amount'),
              number: true,
              cell: (row) => <Money cents={row.amountCents} bare />,
            },
          ]}
          empty={
            <EmptyState art="asleep" title={t('manage.noBonuses')}>
              {t('manage.noBonusesLead')}
            </EmptyState>
          }
        />
        <Pager search={search} pageSize={pageSize} hasNext={found.length > pageSize} anchor="given" />
      </Section>
      <DecidedProposals {...decided} search={search} pageSize={fewer} names={names} />
    </>
  );
}
