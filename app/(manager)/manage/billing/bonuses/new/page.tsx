import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Avatar } from '#app/ui/avatar.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Toolbar } from '#app/ui/layout-parts.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { payableWorkers } from '#lib/billing/index.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { GiveBonus } from '../give-bonus.tsx';

const path = '/manage/billing/bonuses/new';
const pageSize = 50;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage'))('giveBonus') };
}

/** Whom to give a bonus: every worker who can be paid, found by name [US-270]. */
export default async function NewBonusPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const q = typeof search.q === 'string' ? search.q.slice(0, 100) : '';
  const [workers, aloneUnits] = await Promise.all([
    payableWorkers(ctx, { search: q, limit: pageSize, offset: (pageOf(search) - 1) * pageSize }),
    readSetting(ctx, 'bonus_alone_units'),
  ]);
  return (
    <>
      <PageHeader
        back={<TextLink href="/manage/billing/bonuses">{t('manage.tabs.bonuses')}</TextLink>}
        title={t('manage.giveBonus')}
        lead={t('manage.bonusWhom')}
      />
      <Toolbar end={<SearchField path={path} search={search} label={t('manage.findWorker')} />} />
      <Table
        caption={t('manage.bonusWhom')}
        rows={workers.rows}
        rowKey={(row) => row.workerId}
        columns={[
          {
            key: 'worker',
            header: t('columns.worker'),
            cell: (row) => (
              <span className="flex items-center gap-2.5">
                <Avatar name={row.name} size={24} />
                {row.name}
              </span>
            ),
          },
          {
            key: 'account',
            header: t('statement.account'),
            wide: true,
            cell: (row) => row.account ?? t('statement.noAccount'),
          },
          {
            key: 'give',
            header: t('manage.tabs.bonuses'),
            cell: (row) => <GiveBonus worker={row} newId={ctx.newId()} aloneUnits={aloneUnits} />,
          },
        ]}
        empty={
          q ? (
            <EmptyState
              title={t('manage.noWorkerFound')}
              action={<TextLink href={path}>{t('manage.allWorkers')}</TextLink>}
            />
          ) : (
            <EmptyState art="asleep" title={t('manage.noWorkers')} />
          )
        }
      />
      <Pager search={search} pageSize={pageSize} total={workers.total} />
    </>
  );
}
