import { sql } from 'drizzle-orm';
import { Temporal } from 'temporal-polyfill';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { openAlarms, type StepSpec } from '#lib/matching/index.ts';

/** What a manager wants to know before the first coffee; counts of the business day, and of what waits now. */
export type Today = {
  placed: number;
  starting: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** What the orders that ended today cost their clients. */
  earnedCents: bigint;
  active: { placed: number; assigned: number; ready: number; in_progress: number; reported: number };
  workers: number;
  newApplications: number;
  openAudits: number;
};

/** Something that goes wrong by itself unless somebody looks. */
export type Alert =
  | { kind: 'unmatched' | 'overran' | 'starts_unready'; orderId: string; requestNumber: string; at: Date }
  | {
      kind:
        | 'cookies_late'
        | 'invoices_stuck'
        | 'payouts_stuck'
        | 'outbox_late'
        | 'money_parked'
        | 'discrepancies'
        | 'books_wrong';
      count: number;
    }
  /** Matching's own: waiting orders, share of the matches in per cent, or milliseconds. */
  | {
      kind: 'pool_empty' | 'step_failing' | 'matching_slow';
      subject: string;
      stepType: StepSpec['type'] | null;
      count: number;
    };

const alertLimit = 8;
const unmatchedAfterSeconds = 30;
const unreadyBeforeMinutes = 20;

/** The business day that contains `now`, as instants: 23 or 25 hours long when the clock changes. */
export function dayOf(now: Date, timeZone: string): { from: Date; to: Date } {
  const start = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(timeZone)
    .startOfDay();
  return {
    from: new Date(start.epochMilliseconds),
    to: new Date(start.add({ days: 1 }).epochMilliseconds),
  };
}

/** Numbers of today and of now. Managers only. */
export async function readToday(ctx: Ctx): Promise<Today> {
  requireRole(ctx, 'manager', 'billing');
  const { from, to } = dayOf(ctx.now, await readSetting(ctx, 'time_zone'));
  const within = (column: string) =>
    sql`${sql.raw(column)} >= ${from.toISOString()}::timestamptz and ${sql.raw(column)} < ${to.toISOString()}::timestamptz`;
  const [row] = await ctx.db.execute<Record<string, string>>(sql`
    with ended as (select state, price_cents from ordering.orders where ${within('ended_at')}),
         active as (select state, count(*) as n from ordering.orders where ended_at is null group by state)
    select
      (select count(*) from ordering.orders where ${within('placed_at')}) as placed,
      (select count(*) from ordering.orders where ${within('starts_at')} and state <> 'cancelled') as starting,
      (select count(*) from ended where state = 'completed') as completed,
      (select count(*) from ended where state = 'failed') as failed,
      (select count(*) from ended where state = 'cancelled') as cancelled,
      (select coalesce(sum(price_cents), 0) from ended) as earned,
      (select coalesce(json_object_agg(state, n), '{}') from active) as active,
      (select count(*) from matching.samples where active) as workers,
      (select count(*) from hiring.applications where state = 'new') as applications,
      (select count(*) from quality.audits where concluded_at is null) as audits`);
  const active = (row?.active ?? {}) as unknown as Record<string, number>;
  const number = (name: string) => Number(row?.[name] ?? 0);
  return {
    placed: number('placed'),
    starting: number('starting'),
    completed: number('completed'),
    failed: number('failed'),
    cancelled: number('cancelled'),
    earnedCents: BigInt(row?.earned ?? 0),
    active: {
      placed: active.placed ?? 0,
      assigned: active.assigned ?? 0,
      ready: active.ready ?? 0,
      in_progress: active.in_progress ?? 0,
      reported: active.reported ?? 0,
    },
    workers: number('workers'),
    newApplications: number('applications'),
    openAudits: number('audits'),
  };
}

/** What needs somebody now, most urgent first. Managers only. */
export async function readAlerts(ctx: Ctx): Promise<Alert[]> {
  requireRole(ctx, 'manager', 'billing');
  const now = ctx.now.toISOString();
  const orders = await ctx.db.execute<{ kind: string; id: string; request_number: string; at: Date }>(sql`
    (select 'unmatched' as kind, id, request_number, placed_at as at from ordering.orders
      where state = 'placed' and placed_at < ${now}::timestamptz - ${unmatchedAfterSeconds} * interval '1 second'
      order by placed_at limit ${alertLimit})
    union all
    (select 'overran', id, request_number, overran_at from ordering.orders
      where state = 'in_progress' and overran_at is not null order by overran_at limit ${alertLimit})
    union all
    (select 'starts_unready', id, request_number, starts_at from ordering.orders
      where state = 'assigned' and starts_at < ${now}::timestamptz + ${unreadyBeforeMinutes} * interval '1 minute'
      order by starts_at limit ${alertLimit})`);
  const [counted] = await ctx.db.execute<Record<string, string>>(sql`
    select
      (select count(*) from consumables.cookies where state = 'ordered' and late_at is not null) as cookies,
      (select count(*) from billing.invoices where state = 'failed') as invoices,
      (select count(*) from billing.statements where state = 'failed') as payouts,
      (select count(*) from billing.attempts where state = 'parked') as parked,
      (select count(*) from billing.discrepancies where resolved_at is null) as discrepancies,
      (select report->>'problemsCount' from ledger.verifications order by at desc, id desc limit 1) as problems,
      (select count(*) from kernel.outbox
        where sent_at is null and occurred_at < ${now}::timestamptz - interval '1 minute') as outbox`);
  const matching = (await openAlarms(ctx)).map(({ kind, subject, stepType, measured }) => ({
    kind: kind === 'slow' ? ('matching_slow' as const) : kind,
    subject,
    stepType,
    count: measured,
  }));
  const counts = [
    { kind: 'outbox_late', count: Number(counted?.outbox ?? 0) },
    { kind: 'cookies_late', count: Number(counted?.cookies ?? 0) },
    { kind: 'invoices_stuck', count: Number(counted?.invoices ?? 0) },
    { kind: 'payouts_stuck', count: Number(counted?.payouts ?? 0) },
    { kind: 'books_wrong', count: Number(counted?.problems ?? 0) },
    { kind: 'money_parked', count: Number(counted?.parked ?? 0) },
    { kind: 'discrepancies', count: Number(counted?.discrepancies ?? 0) },
  ] as const;
  return [
    ...orders.map(
      ({ kind, id, request_number, at }) =>
        ({ kind, orderId: id, requestNumber: request_number, at: new Date(at) }) as Alert,
    ),
    ...matching,
    ...counts.filter(({ count }) => count > 0),
  ];
}
