import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { Form } from '#app/ui/form.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import type { BonusProposal } from '#lib/billing/index.ts';
import { decideBonusAction } from '../actions.ts';

/** Large bonuses that wait for a second manager. */
export function Proposals({
  proposals,
  names,
  managerId,
}: {
  proposals: readonly BonusProposal[];
  names: ReadonlyMap<string, string>;
  managerId: string;
}) {
  const t = useTranslations('billing');
  if (proposals.length === 0) return null;
  return (
    <Section id="proposals" title={t('manage.proposals.title')} lead={t('manage.proposals.lead')}>
      <Table
        caption={t('manage.proposals.title')}
        rows={proposals}
        rowKey={(row) => row.id}
        columns={[
          {
            key: 'worker',
            header: t('columns.worker'),
            cell: (row) => <span className="font-medium">{names.get(row.workerId) ?? '–'}</span>,
          },
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
          {
            key: 'amount',
            header: t('columns.amount'),
            number: true,
            cell: (row) => <Money cents={row.amountCents} bare />,
          },
          {
            key: 'decide',
            header: t('manage.pauses.decision'),
            cell: (row) => (
              <span className="flex flex-wrap gap-2 py-1">
                {row.proposedById !== managerId && (
                  <Form
                    action={decideBonusAction}
                    hidden={{ bonusId: row.id, decision: 'given' }}
                    className="inline-flex"
                  >
                    <Button type="submit" size="sm" variant="primary">
                      {t('manage.proposals.agree')}
                    </Button>
                  </Form>
                )}
                <Form
                  action={decideBonusAction}
                  hidden={{ bonusId: row.id, decision: 'declined' }}
                  className="inline-flex"
                >
                  <Button type="submit" size="sm">
                    {t(
                      row.proposedById === managerId
                        ? 'manage.proposals.withdraw'
                        : 'manage.proposals.decline',
                    )}
                  </Button>
                </Form>
              </span>
            ),
          },
        ]}
        empty={null}
      />
    </Section>
  );
}
