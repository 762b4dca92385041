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
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { type ApplicationState, applicationList, newApplicationCount } from '#lib/hiring/index.ts';

const states: readonly ApplicationState[] = ['new', 'accepted', 'declined'];

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('hiring'))('title') };
}

/** Applications by state: new ones wait for a decision, oldest first [US-090][US-120]. */
export default async function HiringPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager');
  const t = await getTranslations('hiring');
  const search = await searchParams;
  const state = states.find((one) => one === search.state) ?? 'new';
  const q = typeof search.q === 'string' ? search.q.slice(0, 100) : '';
  const [{ rows, total, pageSize }, waiting] = await Promise.all([
    applicationList(ctx, { state, search: q, page: pageOf(search) }),
    newApplicationCount(ctx),
  ]);
  return (
    <>
      <PageHeader title={t('title')} />
      <LinkTabs
        label={t('list.views')}
        current={`/manage/hiring?state=${state}`}
        items={states.map((one) => ({
          href: `/manage/hiring?state=${one}`,
          label: t(`states.${one}`),
          count: one === 'new' ? waiting : undefined,
        }))}
      />
      <Toolbar end={<SearchField path="/manage/hiring" search={search} label={t('list.search')} />} />
      <Table
        caption={t('list.caption')}
        search={search}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/manage/hiring/${row.id}`}
        columns={[
          {
            key: 'name',
            header: t('list.cat'),
            cell: (row) => (
              <span className="flex items-center gap-2.5">
                <Avatar name={row.name} coat={row.coatColour} size={24} />
                {row.name}
              </span>
            ),
          },
          { key: 'breed', header: t('fields.breed'), cell: (row) => row.breed },
          {
            key: 'colour',
            header: t('fields.coatColour'),
            wide: true,
            cell: (row) => t(`colours.${row.coatColour}` as never),
          },
          {
            key: 'age',
            header: t('list.age'),
            number: true,
            wide: true,
            cell: (row) => t('years', { count: row.ageYears }),
          },
          { key: 'email', header: t('fields.email'), wide: true, cell: (row) => row.email },
          { key: 'submitted', header: t('list.submitted'), cell: (row) => <When at={row.submittedAt} /> },
          ...(state === 'new'
            ? []
            : [
                {
                  key: 'decided',
                  header: t('list.decided'),
                  wide: true,
                  cell: (row: (typeof rows)[number]) => row.decidedAt && <When at={row.decidedAt} />,
                },
              ]),
        ]}
        empty={
          q || state !== 'new' ? (
            <EmptyState title={t('list.none')} />
          ) : (
            <EmptyState art="asleep" title={t('list.noneNew')}>
              {t('list.noneNewLead')}
            </EmptyState>
          )
        }
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
