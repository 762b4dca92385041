import { CircleCheck } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { requireCtx } from '#app/session.ts';
import { Figure, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Link } from '#app/ui/link.tsx';
import { Money } from '#app/ui/money.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { When } from '#app/ui/when.tsx';
import { type Alert, readAlerts, readToday } from '#lib/reports/today.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('manager.overview'))('title') };
}

/** Today at a glance: what needs somebody first, then the numbers, each leading to its rows. */
export default async function OverviewPage() {
  const ctx = await requireCtx('manager', 'billing');
  const t = await getTranslations('manager.overview');
  const [today, alerts, types] = await Promise.all([
    readToday(ctx),
    readAlerts(ctx),
    getTranslations('matching.types'),
  ]);
  const stepOf = (alert: Alert) =>
    'stepType' in alert ? (alert.stepType ? types(`${alert.stepType}.name`) : alert.subject) : '';
  const { active } = today;
  return (
    <>
      <PageHeader title={t('title')} lead={<When at={ctx.now} mode="date" />} />
      <Section id="alerts" title={t('alerts.title')}>
        {alerts.length === 0 ? (
          <p className="flex items-center gap-2 text-ink-2">
            <CircleCheck aria-hidden="true" className="size-[1.25em] text-good" />
            {t('alerts.none')}
          </p>
        ) : (
          <ul className="divide-y border-y">
            {alerts.map((alert) => (
              <AlertLine
                key={
                  alert.kind + ('orderId' in alert ? alert.orderId : 'subject' in alert ? alert.subject : '')
                }
                alert={alert}
                step={stepOf(alert)}
                t={t}
              />
            ))}
          </ul>
        )}
      </Section>
      <Section id="today" title={t('today')}>
        <Figures>
          <Figure label={t('placed')} value={today.placed} href="/manage/orders" />
          <Figure label={t('starting')} value={today.starting} href="/manage/orders" />
          <Figure label={t('completed')} value={today.completed} href="/manage/orders?state=completed" />
          <Figure label={t('failed')} value={today.failed} href="/manage/orders?state=failed" />
          <Figure label={t('cancelled')} value={today.cancelled} href="/manage/orders?state=cancelled" />
          <Figure label={t('earned')} value={<Money cents={today.earnedCents} />} href="/manage/billing" />
        </Figures>
      </Section>
      <Section id="now" title={t('now')}>
        <Figures>
          {(['placed', 'assigned', 'ready', 'in_progress', 'reported'] as const).map((state) => (
            <Figure
              key={state}
              label={t(`states.${state}`)}
              value={active[state]}
              href={`/manage/orders?state=${state}`}
            />
          ))}
          <Figure label={t('workers')} value={today.workers} />
        </Figures>
      </Section>
      <Section id="waiting" title={t('waiting')}>
        <Figures>
          <Figure label={t('applications')} value={today.newApplications} href="/manage/hiring" />
          <Figure label={t('audits')} value={today.openAudits} href="/manage/quality" />
        </Figures>
      </Section>
    </>
  );
}

function Figures({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-2 gap-x-8 gap-y-6 sm:grid-cols-3 xl:grid-cols-6">{children}</div>;
}

const places: Record<Exclude<Alert, { orderId: string }>['kind'], string | undefined> = {
  cookies_late: '/warehouse',
  invoices_stuck: '/manage/billing',
  payouts_stuck: '/manage/billing',
  books_wrong: '/manage/billing/check',
  money_parked: '/manage/billing/reconciliation#silent',
  discrepancies: '/manage/billing/reconciliation',
  outbox_late: undefined,
  pool_empty: '/manage/matching',
  step_failing: '/manage/matching',
  matching_slow: '/manage/matching',
};

function AlertLine({
  alert,
  step,
  t,
}: {
  alert: Alert;
  step: string;
  t: Awaited<ReturnType<typeof getTranslations<'manager.overview'>>>;
}) {
  const isOrder = 'orderId' in alert;
  const href = isOrder ? `/manage/orders/${alert.orderId}` : places[alert.kind];
  const text = isOrder
    ? t(`alerts.${alert.kind}`, { number: alert.requestNumber })
    : t(`alerts.${alert.kind}`, { count: alert.count, step });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
      <span className="sm:w-[9em]">
        <StateBadge tone="bad" shape="alert">
          {t(`alerts.badges.${alert.kind}`)}
        </StateBadge>
      </span>
      {href ? (
        <Link href={href} className="min-w-0 flex-1 rounded-sm font-medium hover:underline">
          {text}
        </Link>
      ) : (
        <span className="min-w-0 flex-1 font-medium">{text}</span>
      )}
      {isOrder && <When at={alert.at} className="text-ink-2" />}
    </li>
  );
}
