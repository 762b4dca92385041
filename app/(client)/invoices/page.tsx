import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { InvoiceBadge } from '#app/billing-parts/document-badge.tsx';
import { entryHref } from '#app/billing-parts/entry-href.ts';
import { EntryText } from '#app/billing-parts/entry-words.tsx';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { NotAllShown } from '#app/billing-parts/not-all-shown.tsx';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Figure, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Progress } from '#app/ui/stepper.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import {
  type ClientAccount,
  forecast,
  myAccount,
  myFailedInvoices,
  myInvoices,
  myMovements,
  myPauses,
  myPaymentMethods,
} from '#lib/billing/index.ts';
import { myActiveOrders } from '#lib/ordering/index.ts';
import { FailedInvoice } from './failed-invoice.tsx';
import { Methods } from './methods.tsx';
import { MovementRows } from './movement-rows.tsx';

const pageSize = 10;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing'))('title') };
}

/** What a client owes and why, what was invoiced, how it is paid [US-250][US-260]. */
export default async function InvoicesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('client');
  const [t, locale, search] = await Promise.all([getTranslations('billing'), getLocale(), searchParams]);
  const page = pageOf(search);
  const [account, invoices, failed, latest, methods, active, pauses] = await Promise.all([
    myAccount(ctx),
    myInvoices(ctx, { limit: pageSize, offset: (page - 1) * pageSize }),
    myFailedInvoices(ctx),
    myMovements(ctx, { limit: 5 }),
    myPaymentMethods(ctx),
    myActiveOrders(ctx),
    myPauses(ctx),
  ]);
  const expected = forecast(account, active);
  const { balanceCents } = account;
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} />
      {failed.map((invoice) => (
        <FailedInvoice
          key={invoice.id}
          invoice={invoice}
          method={invoice.lastAttempt?.targetLabel}
          isPaused={pauses.some(({ id }) => id === invoice.id)}
        />
      ))}
      <div className="mb-10 grid gap-x-8 gap-y-6 sm:grid-cols-3">
        <Figure
          label={t('due.label')}
          value={<Money cents={account.dueCents < 0n ? 0n : account.dueCents} />}
          note={
            account.dueCents < 0n
              ? t('due.credit', { amount: formatMoney(-account.dueCents, locale) })
              : t.rich('due.at', { when: () => <When at={account.dueAt} mode="exact" /> })
          }
        />
        <Figure
          label={t(balanceCents < 0n ? 'balance.credit' : 'balance.label')}
          value={<Money cents={balanceCents < 0n ? -balanceCents : balanceCents} />}
          note={t(balanceCents === 0n ? 'balance.even' : 'balance.note')}
        />
        <Loyalty account={account} locale={locale} />
      </div>
      <Section
        id="due"
        title={t('due.title')}
        lead={
          expected.ordersCount + expected.unpricedCount > 0 &&
          t('due.forecast', {
            amount: formatMoney(expected.cents, locale),
            count: expected.ordersCount,
            unpriced: expected.unpricedCount,
          })
        }
      >
        <Table
          caption={t('due.title')}
          rows={account.items}
          rowKey={(item) => item.transactionId}
          rowHref={(item) => entryHref(item.kind, item.orderId, item.details)}
          columns={[
            {
              key: 'what',
              header: t('columns.what'),
              cell: (item) => <EntryText entry={item} />,
            },
            {
              key: 'when',
              header: t('columns.when'),
              wide: true,
              cell: (item) => <When at={item.occurredAt} mode="exact" />,
            },
            {
              key: 'amount',
              header: t('columns.amount'),
              number: true,
              cell: (item) => <Money cents={item.amountCents} bare />,
            },
          ]}
          empty={t('due.none')}
          footer={
            <tr>
              <td className="py-(--cell-y) pl-1">
                {t(account.dueCents < 0n ? 'balance.credit' : 'due.total')}
              </td>
              <td className="max-sm:hidden" />
              <td className="py-(--cell-y) pr-1 text-right tabular-nums">
                <Money cents={account.dueCents < 0n ? -account.dueCents : account.dueCents} bare />
              </td>
            </tr>
          }
        />
        <NotAllShown shown={account.items.length} all={account.itemsCount} href="/invoices/movements" />
      </Section>
      <Section id="invoices" title={t('invoices.title')}>
        <Table
          caption={t('invoices.title')}
          rows={invoices.rows}
          rowKey={(invoice) => invoice.id}
          rowHref={(invoice) => `/invoices/${invoice.id}`}
          columns={[
            { key: 'number', header: t('columns.number'), cell: (invoice) => invoiceNumber(invoice.number) },
            {
              key: 'week',
              header: t('columns.week'),
              wide: true,
              cell: (invoice) => <When at={invoice.toAt} mode="date" />,
            },
            {
              key: 'state',
              header: t('columns.state'),
              cell: (invoice) => <InvoiceBadge state={invoice.state} />,
            },
            {
              key: 'amount',
              header: t('columns.amount'),
              number: true,
              cell: (invoice) => <Money cents={invoice.amountCents} bare />,
            },
          ]}
          empty={
            <EmptyState art="asleep" title={t('invoices.none')}>
              {t('invoices.noneLead')}
            </EmptyState>
          }
        />
        <Pager search={search} pageSize={pageSize} total={invoices.total} />
      </Section>
      <Methods methods={methods} newId={ctx.newId()} />
      <Section
        id="movements"
        title={t('movements.latest')}
        lead={t('movements.balanceNote')}
        actions={latest.total > 0 && <LinkButton href="/invoices/movements">{t('movements.all')}</LinkButton>}
      >
        <MovementRows rows={latest.rows} empty={t('movements.noneLead')} />
      </Section>
    </>
  );
}

async function Loyalty({ account, locale }: { account: ClientAccount; locale: string }) {
  const t = await getTranslations('billing.loyalty');
  const { nextLoyaltyStep: next, paidCents, loyaltyPercent } = account;
  const stepCents = 1_000_000n;
  const into = next ? (paidCents <= 0n ? 0n : (paidCents - 1n) % stepCents) : stepCents;
  return (
    <div>
      <Figure label={t('label')} value={`${loyaltyPercent} %`} />
      <div className="mt-2">
        <Progress value={Number(into)} max={Number(stepCents)} label={t('progress')} />
      </div>
      <p className="mt-1.5 text-[0.9375em] text-ink-2">
        {next
          ? t('next', { amount: formatMoney(next.remainingCents, locale), percent: next.percent })
          : t('highest')}
      </p>
    </div>
  );
}
