import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { InvoiceBadge } from '#app/billing-parts/document-badge.tsx';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { listPauses } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { BillingTabs } from '../tabs.tsx';
import { PauseDecision } from './pause-decision.tsx';

const pageSize = 50;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.pauses'))('title') };
}

/** Clients whose last retry failed: who may request again, and what is given up, is decided here. */
export default async function PausesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const [waiting, decided] = await Promise.all([
    listPauses(ctx, { limit: pageSize, offset: (pageOf(search) - 1) * pageSize }),
    listPauses(ctx, { decided: true, limit: 20 }),
  ]);
  const names = await accountNames(
    ctx,
    [...waiting.rows, ...decided.rows].flatMap(({ clientId, decidedById }) => [clientId, decidedById ?? '']),
  );
  const canAct = hasRole(ctx, 'billing');
  return (
    <>
      <PageHeader title={t('manage.title')} lead={canAct ? undefined : t('manage.readOnly')} />
      <BillingTabs />
      <Section id="waiting" title={t('manage.pauses.title')} lead={t('manage.pauses.lead')}>
        <Table
          caption={t('manage.pauses.title')}
          rows={waiting.rows}
          rowKey={(row) => row.invoiceId}
          columns={[
            { key: 'client', header: t('columns.client'), cell: (row) => names.get(row.clientId) ?? '–' },
            {
              key: 'number',
              header: t('columns.number'),
              cell: ({ invoice }) => (
                <TextLink href={`/manage/billing/invoices/${invoice.id}`}>
                  {invoiceNumber(invoice.number)}
                </TextLink>
              ),
            },
            {
              key: 'since',
              header: t('manage.pauses.since'),
              wide: true,
              cell: (row) => <When at={row.pausedAt} mode="exact" />,
            },
            {
              key: 'amount',
              header: t('columns.amount'),
              number: true,
              cell: ({ invoice }) => <Money cents={invoice.amountCents} bare />,
            },
            {
              key: 'decide',
              header: t('manage.pauses.decision'),
              cell: (row) =>
                canAct ? (
                  <PauseDecision invoice={row.invoice} client={names.get(row.clientId) ?? '–'} />
                ) : (
                  <InvoiceBadge state={row.invoice.state} />
                ),
            },
          ]}
          empty={
            <EmptyState art="asleep" title={t('manage.pauses.none')}>
              {t('manage.pauses.noneLead')}
            </EmptyState>
          }
        />
        <Pager search={search} pageSize={pageSize} total={waiting.total} />
      </Section>
      {decided.rows.length > 0 && (
        <Section id="decided" title={t('manage.pauses.decided')}>
          <Table
            caption={t('manage.pauses.decided')}
            rows={decided.rows}
            rowKey={(row) => row.invoiceId}
            rowHref={(row) => `/manage/billing/invoices/${row.invoiceId}`}
            columns={[
              { key: 'client', header: t('columns.client'), cell: (row) => names.get(row.clientId) ?? '–' },
              {
                key: 'decision',
                header: t('manage.pauses.decision'),
                cell: (row) => t(`manage.pauses.decisions.${row.decision!}`),
              },
              {
                key: 'reason',
                header: t('columns.reason'),
                wide: true,
                cell: (row) => row.reason ?? '–',
              },
              {
                key: 'by',
                header: t('manage.pauses.by'),
                wide: true,
                cell: (row) => names.get(row.decidedById ?? '') ?? '–',
              },
              {
                key: 'when',
                header: t('columns.when'),
                wide: true,
                cell: (row) => <When at={row.decidedAt!} mode="exact" />,
              },
              {
                key: 'amount',
                header: t('columns.amount'),
                number: true,
                cell: ({ invoice }) => <Money cents={invoice.amountCents} bare />,
              },
            ]}
            empty={null}
          />
        </Section>
      )}
    </>
  );
}
