import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Avatar } from '#app/ui/avatar.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Toolbar } from '#app/ui/layout-parts.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { colleagueList, colleagueRoles } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { InviteDialog } from './invite-dialog.tsx';

const path = '/manage/people';
const views = ['all', 'manager', 'staff', 'billing', 'closed'] as const;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('manager.people'))('title') };
}

/** Everybody who works here with an account of their own: managers, warehouse staff, billing. */
export default async function PeoplePage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager');
  const t = await getTranslations('manager.people');
  const search = await searchParams;
  const view = views.find((one) => one === search.view) ?? 'all';
  const q = typeof search.q === 'string' ? search.q.slice(0, 100) : '';
  const { rows, total, pageSize } = await colleagueList(ctx, {
    active: view !== 'closed',
    role: colleagueRoles.find((role) => role === view),
    search: q,
    page: pageOf(search),
  });
  const addressOf = (one: string) => (one === 'all' ? path : `${path}?view=${one}`);
  return (
    <>
      <PageHeader
        title={t('title')}
        lead={t('lead')}
        actions={<InviteDialog mayGiveBilling={hasRole(ctx, 'billing')} />}
      />
      <LinkTabs
        label={t('views')}
        current={addressOf(view)}
        items={views.map((one) => ({ href: addressOf(one), label: t(`view.${one}`) }))}
      />
      <Toolbar end={<SearchField path={path} search={search} label={t('search')} />} />
      <Table
        caption={t('title')}
        search={search}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `${path}/${row.id}`}
        columns={[
          {
            key: 'name',
            header: t('name'),
            cell: (row) => (
              <span className="flex items-center gap-2.5">
                <Avatar name={row.name} size={24} />
                {row.name}
                {row.id === ctx.actor.id && <span className="font-normal text-ink-2">{t('you')}</span>}
              </span>
            ),
          },
          {
            key: 'roles',
            header: t('roles'),
            cell: (row) => row.roles.map((role) => t(`role.${role}` as never)).join(', '),
          },
          { key: 'email', header: t('email'), wide: true, cell: (row) => row.email },
          {
            key: 'seen',
            header: t(view === 'closed' ? 'closedAt' : 'lastSeen'),
            cell: (row) =>
              view === 'closed' && row.deactivatedAt ? (
                <When at={row.deactivatedAt} />
              ) : !row.hasPassword ? (
                <StateBadge tone="info" shape="ring">
                  {t('invitedState')}
                </StateBadge>
              ) : row.lastSeenAt ? (
                <When at={row.lastSeenAt} />
              ) : (
                <span className="text-ink-2">{t('never')}</span>
              ),
          },
        ]}
        empty={
          q ? (
            <EmptyState
              title={t('noneFound')}
              action={<TextLink href={addressOf(view)}>{t('clearSearch')}</TextLink>}
            >
              {t('noneFoundLead')}
            </EmptyState>
          ) : (
            <EmptyState art="asleep" title={t(view === 'closed' ? 'noneClosed' : 'none')}>
              {t(view === 'closed' ? 'noneClosedLead' : 'noneLead')}
            </EmptyState>
          )
        }
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
