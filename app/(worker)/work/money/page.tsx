import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { StatementBadge } from '#app/billing-parts/document-badge.tsx';
import { failureWords } from '#app/billing-parts/failure-words.ts';
import { monthName } from '#app/billing-parts/month-name.ts';
import { NotAllShown } from '#app/billing-parts/not-all-shown.tsx';
import { StatementLines } from '#app/billing-parts/statement-lines.tsx';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Link } from '#app/ui/link.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { When } from '#app/ui/when.tsx';
import { myMoney, myPayoutDetails, penaltyCents } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';

const pageSize = 12;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.money'))('title') };
}

/** A worker's month line by line, and what was paid before [US-250][US-260]. */
export default async function MoneyPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('worker');
  const search = await searchParams;
  const [t, tb, to, locale, money, details] = await Promise.all([
    getTranslations('billing.money'),
    getTranslations('billing'),
    getTranslations('billing.payoutDetails'),
    getLocale(),
    myMoney(ctx, { limit: pageSize, offset: (pageOf(search) - 1) * pageSize }),
    myPayoutDetails(ctx),
  ]);
  const givers = money.items.flatMap(({ details }) =>
    typeof details.byId === 'string' ? [details.byId] : [],
  );
  const names = await accountNames(ctx, givers);
  const isNegative = money.expectedCents < 0n;
  const parts = [
    { id: 'earned', label: t('earned'), cents: money.earnedCents },
    { id: 'fined', label: t('fined'), cents: money.finedCents },
    { id: 'bonus', label: t('bonus'), cents: money.bonusCents },
    { id: 'takenBack', label: t('takenBack'), cents: money.takenBackCents },
    { id: 'carried', label: t('carried'), cents: money.carriedCents },
  ].filter(({ id, cents }) => cents !== 0n || id === 'earned' || id === 'fined');
  return (
    <>
      <PageHeader title={t('title')} />
      {!money.hasPayoutAccount && (
        <div className="mb-5">
          {details.isRefused ? (
            <Callout
              tone="warn"
              title={to('refusedTitle')}
              action={<LinkButton href="/work/money/details">{to('give')}</LinkButton>}
            >
              {to('refusedLead')}
            </Callout>
          ) : (
            <Callout tone="info">{t('noAccount')}</Callout>
          )}
        </div>
      )}
      {money.takenBackCents < 0n && (
        <div className="mb-5">
          <Callout tone="info" title={t('twiceTitle')}>
            {t('twiceLead', { amount: formatMoney(-money.takenBackCents, locale) })}
          </Callout>
        </div>
      )}
      {money.statements
        // Without an account nothing was sent: that is said above.
        .filter(({ state, lastAttempt }) => state === 'failed' && (lastAttempt || !details.isRefused))
        .map((statement) => {
          const isReturned = statement.lastAttempt?.state === 'returned';
          return (
            <div key={statement.id} className="mb-5">
              <Callout
                tone="warn"
                title={to(isReturned ? 'returnedTitle' : 'failedTitle')}
                action={<LinkButton href="/work/money/details">{to('change')}</LinkButton>}
              >
                {isReturned
                  ? to('returnedLead', {
                      amount: formatMoney(statement.amountCents, locale),
                      why: failureWords(tb, statement.lastAttempt!.failureCode),
                    })
                  : to('failedLead')}
              </Callout>
            </div>
          );
        })}
      <section aria-labelledby="month" className="rounded-lg border bg-surface p-[1.25em]">
        <h2 id="month" className="first-letter:uppercase text-[0.9375em] font-normal text-ink-2">
          {t('month', { month: monthName(money.period, locale) })}
        </h2>
        <p className="mt-1 text-[2.25em] leading-tight font-semibold tracking-[-0.02em] tabular-nums">
          <Money cents={money.expectedCents} />
        </p>
        <p className="text-ink-2">
          {t.rich(isNegative ? 'negative' : 'expected', {
            when: () => <When key="when" at={money.to} mode="exact" />,
          })}
        </p>
        <dl className="mt-4 divide-y border-t">
          {parts.map(({ id, label, cents }) => (
            <div key={id} className="flex items-baseline justify-between gap-4 py-2.5">
              <dt>{label}</dt>
              <dd className="font-medium tabular-nums">
                <Money cents={cents} sign="always" bare coloured />
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <Section
        id="lines"
        title={t('lines')}
        lead={t('rule', { penalty: formatMoney(penaltyCents, locale) })}
        actions={<LinkButton href="/work/money/movements">{tb('movements.all')}</LinkButton>}
      >
        {money.items.length > 0 ? (
          <StatementLines
            items={money.items}
            names={names}
            hrefOf={(item) => (item.orderId ? `/work/${item.orderId}` : undefined)}
          />
        ) : (
          <EmptyState art="asleep" title={t('none')}>
            {t('noneLead')}
          </EmptyState>
        )}
        <NotAllShown shown={money.items.length} all={money.itemsCount} href="/work/money/movements" />
      </Section>
      <Section
        id="statements"
        title={t('statements')}
        lead={
          <>
            {t(money.balanceCents < 0n ? 'balanceDebt' : 'balance')}:{' '}
            <Money cents={money.balanceCents < 0n ? -money.balanceCents : money.balanceCents} />
          </>
        }
      >
        {money.statementsCount === 0 ? (
          <p className="border-y py-4 text-ink-2">{t('noStatements')}</p>
        ) : (
          <ul className="divide-y border-y">
            {money.statements.map((statement) => (
              <li key={statement.id}>
                <Link
                  href={`/work/money/${statement.id}`}
                  className="flex min-h-18 items-center justify-between gap-3 py-2 -outline-offset-2"
                >
                  <span className="min-w-0">
                    <span className="block font-medium first-letter:uppercase">
                      {monthName(statement.period, locale)}
                    </span>
                    <StatementBadge state={statement.state} />
                  </span>
                  <span className="text-[1.125em] font-semibold tabular-nums">
                    <Money cents={statement.amountCents} bare />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
        <Pager search={search} pageSize={pageSize} total={money.statementsCount} anchor="statements" />
      </Section>
      <Section
        id="details"
        title={to('title')}
        actions={<LinkButton href="/work/money/details">{to('change')}</LinkButton>}
      >
        <p className="border-y py-4 text-ink-2">
          {details.account
            ? to('now', { account: details.account, name: details.name ?? '' })
            : to(details.isRefused ? 'refused' : 'none')}
        </p>
      </Section>
    </>
  );
}
