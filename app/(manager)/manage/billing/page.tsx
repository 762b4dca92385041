import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { wallClockOf } from '#app/order-parts/wall-clock.ts';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Figure, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { Money } from '#app/ui/money.tsx';
import type { Search } from '#app/ui/search-params.ts';
import { billingOverview, closablePeriods, weeklyFigures } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import type { TrialRow } from '#lib/ledger/index.ts';
import { CloseButtons } from './close-buttons.tsx';
import { Closes } from './closes.tsx';
import { Journal } from './journal.tsx';
import { BillingTabs } from './tabs.tsx';
import { Trial } from './trial.tsx';
import { Weeks } from './weeks.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage'))('title') };
}

const balance = (rows: readonly TrialRow[], kind: string) =>
  rows.find((row) => row.kind === kind)?.balanceCents ?? 0n;

/** The state of the money at a glance: what is owed and paid, whether the books balance, what was closed. */
export default async function BillingPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const { day } = await searchParams;
  const [t, locale, overview, week, month, weeks] = await Promise.all([
    getTranslations('billing.manage'),
    getLocale(),
    billingOverview(ctx),
    closablePeriods(ctx, 'week'),
    closablePeriods(ctx, 'month'),
    weeklyFigures(ctx),
  ]);
  const names = await accountNames(
    ctx,
    overview.closes.map(({ requestedById }) => requestedById),
  );
  const { clients, people, invoices, closes, pausesCount, parkedCount } = overview;
  const inTransitCents = -balance(people, 'in_transit');
  const canAct = hasRole(ctx, 'billing');
  const today = wallClockOf(ctx.now, await readSetting(ctx, 'time_zone')).slice(0, 10);
  return (
    <>
      <PageHeader
        title={t('title')}
        lead={canAct ? undefined : t('readOnly')}
        actions={canAct && <CloseButtons sunday={week.current} month={month.current} />}
      />
      <BillingTabs />
      {parkedCount > 0 && (
        <div className="mb-6">
          <Callout
            tone="warn"
            title={t('unclear', { count: parkedCount })}
            action={<LinkButton href="/manage/billing/reconciliation#silent">{t('look')}</LinkButton>}
          >
            {t('unclearLead')}
          </Callout>
        </div>
      )}
      {pausesCount > 0 && (
        <div className="mb-6">
          <Callout
            tone="warn"
            title={t('pauses.count', { count: pausesCount })}
            action={<LinkButton href="/manage/billing/pauses">{t('look')}</LinkButton>}
          >
            {t('pauses.lead')}
          </Callout>
        </div>
      )}
      <div className="grid grid-cols-2 gap-x-8 gap-y-6 lg:grid-cols-4">
        <Figure
          label={t('owedByClients')}
          value={<Money cents={balance(clients, 'receivable')} />}
          note={t('notPaid', { count: invoices.failed.count })}
          href="/manage/billing/entries?account=clients:receivable"
        />
        <Figure
          label={t('received')}
          value={<Money cents={balance(clients, 'bank')} />}
          href="/manage/billing/entries?account=clients:bank"
        />
        <Figure
          label={t('owedToWorkers')}
          value={<Money cents={-balance(people, 'payable')} />}
          note={inTransitCents > 0n && t('inTransit', { amount: formatMoney(inTransitCents, locale) })}
          href="/manage/billing/entries?account=people:payable"
        />
        <Figure
          label={t('paidOut')}
          value={<Money cents={-balance(people, 'bank')} />}
          href="/manage/billing/entries?account=people:bank"
        />
      </div>
      <Trial
        ctx={ctx}
        day={typeof day === 'string' ? day.slice(0, 20) : undefined}
        now={{ clients, people }}
      />
      <Section id="weeks" title={t('weeks.title')} lead={t('weeks.lead')}>
        <Weeks weeks={weeks} />
      </Section>
      <Section id="journal" title={t('journal.title')} lead={t('journal.lead')}>
        <Journal from={`${today.slice(0, 7)}-01`} to={today} />
      </Section>
      <Section id="closes" title={t('closes')} lead={t('closesLead')}>
        <Closes closes={closes} names={names} canAct={canAct} />
      </Section>
    </>
  );
}
