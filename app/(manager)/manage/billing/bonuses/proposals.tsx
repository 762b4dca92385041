import { useLocale, useTranslations } from 'next-intl';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Section } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import type { Search } from '#app/ui/search-params.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { type Column, Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import type { BonusProposal } from '#lib/billing/index.ts';
import { decideBonusAction } from '../actions.ts';

type Props = {
  rows: readonly BonusProposal[];
  total: number;
  search: Search;
  pageSize: number;
  names: ReadonlyMap<string, string>;
};

/** Why, proposed by whom and when, and how much. */
function commonColumns(t: ReturnType<typeof useTranslations<'billing'>>, names: Props['names']) {
  const why: Column<BonusProposal>[] = [
    { key: 'reason', header: t('columns.reason'), cell: (row) => row.reason },
    {
      key: 'by',
      header: t('manage.proposals.by'),
      wide: true,
      cell: (row) => (
        <>
          {names.get(row.proposedById) ?? '–'}, <When at={row.proposedAt} mode="exact" />
        </>
      ),
    },
  ];
  const amount: Column<BonusProposal> = {
    key: 'amount',
    header: t('columns.amount'),
    number: true,
    cell: (row) => <Money cents={row.amountCents} bare />,
  };
  return { why, amount };
}

/** Large bonuses that wait for a second manager. */
export function Proposals({
  rows,
  total,
  search,
  pageSize,
  names,
  managerId,
}: Props & { managerId: string }) {
  const t = useTranslations('billing');
  const locale = useLocale();
  const columns = commonColumns(t, names);
  if (total === 0) return null;
  return (
    <Section id="proposals" title={t('manage.proposals.title')} lead={t('manage.proposals.lead')}>
      <Table
        caption={t('manage.proposals.title')}
        rows={rows}
        rowKey={(row) => row.id}
        columns={[
          {
            key: 'worker',
            header: t('columns.worker'),
            cell: (row) => <span className="font-medium">{names.get(row.workerId) ?? '–'}</span>,
          },
          ...columns.why,
          columns.amount,
          {
            key: 'decide',
            header: t('manage.pauses.decision'),
            cell: (row) => {
              const isOwn = row.proposedById === managerId;
              const decline = t(isOwn ? 'manage.proposals.withdraw' : 'manage.proposals.decline');
              const said = {
                amount: formatMoney(row.amountCents, locale),
                worker: names.get(row.workerId) ?? '–',
              };
              return (
                <span className="flex flex-wrap gap-2 py-1">
                  {!isOwn && (
                    <ConfirmButton
                      action={decideBonusAction}
                      hidden={{ bonusId: row.id, decision: 'given' }}
                      title={t('manage.proposals.agreeTitle', said)}
                      description={t('manage.proposals.agreeMeans', { reason: row.reason })}
                      confirm={t('manage.proposals.agree')}
                      tone="primary"
                      variant="primary"
                      size="sm"
                    >
                      {t('manage.proposals.agree')}
                    </ConfirmButton>
                  )}
                  <ConfirmButton
                    action={decideBonusAction}
                    hidden={{ bonusId: row.id, decision: 'declined' }}
                    title={t(
                      isOwn ? 'manage.proposals.withdrawTitle' : 'manage.proposals.declineTitle',
                      said,
                    )}
                    description={t('manage.proposals.declineMeans')}
                    confirm={decline}
                    size="sm"
                  >
                    {decline}
                  </ConfirmButton>
                </span>
              );
            },
          },
        ]}
        empty={null}
      />
      <Pager
        search={search}
        pageSize={pageSize}
        total={total}
        param="proposals"
        label={t('manage.proposals.title')}
        anchor="proposals"
      />
    </Section>
  );
}

/** What became of large bonuses: agreed to by whom, declined, or withdrawn by the one who had proposed it. */
export function DecidedProposals({ rows, total, search, pageSize, names }: Props) {
  const t = useTranslations('billing');
  const columns = commonColumns(t, names);
  if (total === 0) return null;
  const decisionOf = (row: BonusProposal) =>
    row.decision === 'given' ? 'given' : row.decidedById === row.proposedById ? 'withdrawn' : 'declined';
  return (
    <Section id="decided" title={t('manage.proposals.decided')}>
      <Table
        caption={t('manage.proposals.decided')}
        rows={rows}
        rowKey={(row) => row.id}
        columns={[
          { key: 'worker', header: t('columns.worker'), cell: (row) => names.get(row.workerId) ?? '–' },
          ...columns.why,
          {
            key: 'decision',
            header: t('manage.pauses.decision'),
            cell: (row) => {
              const decision = decisionOf(row);
              return (
                <>
                  <StateBadge
                    tone={decision === 'given' ? 'good' : 'neutral'}
                    shape={decision === 'given' ? 'tick' : 'slash'}
                  >
                    {t(`manage.proposals.decisions.${decision}`)}
                  </StateBadge>
                  <span className="block text-[0.9375em] text-ink-2">
                    {names.get(row.decidedById ?? '') ?? '–'}, <When at={row.decidedAt!} mode="exact" />
                  </span>
                </>
              );
            },
          },
          columns.amount,
        ]}
        empty={null}
      />
      <Pager
        search={search}
        pageSize={pageSize}
        total={total}
        param="decided"
        label={t('manage.proposals.decided')}
        anchor="decided"
      />
    </Section>
  );
}
