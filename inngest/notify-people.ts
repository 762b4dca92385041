import {
  attemptParked,
  bonusProposed,
  chargeFailed,
  clientPaused,
  discrepancyFound,
  invoiceIssued,
  payoutConfirmed,
  payoutDetailsChanged,
  payoutDoubled,
  payoutFailed,
  payoutReturned,
  refundFailed,
  refundSucceeded,
} from '#lib/billing/index.ts';
import { cookieLate, jobOpened, readItem, stockLow } from '#lib/consumables/index.ts';
import { applicationDeclined, applicationSubmitted } from '#lib/hiring/index.ts';
import { findPerson } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { EventDeclaration } from '#lib/kernel/events.ts';
import { problemsFound } from '#lib/ledger/index.ts';
import { alarmRaised, poolFoundEmpty } from '#lib/matching/index.ts';
import { tell, tellRole } from '#lib/notifications/index.ts';
import {
  orderAssigned,
  orderCancelled,
  orderFailed,
  orderOverran,
  orderReady,
  orderReported,
  orderStarted,
} from '#lib/ordering/index.ts';
import { type Policy, policy } from './policy.ts';

type Told = Parameters<typeof tell>[1];
type ToldRole = Parameters<typeof tellRole>[1];
/** `once`: what is told once instead of with each event, so that many at a time are one message. */
type Letter<T extends Told | ToldRole> = Omit<T, 'dedupeKey'> & { once?: string };

/**
 * "When this happened, tell them that": who is told is product.md's list, read from top to bottom. The event's id is the
 * key, so running twice tells once.
 */
function notify<const E extends EventDeclaration>(
  id: string,
  on: E,
  say: (ctx: Ctx, data: ReturnType<E['schema']['parse']>) => Promise<Letter<Told> | Letter<ToldRole> | null>,
): Policy<ReturnType<E['schema']['parse']>> {
  return policy({ id, on }, ({ act, data, eventId }) =>
    act('tell', async (ctx) => {
      const said = await say(ctx, data as never);
      if (!said) return;
      const { once, ...letter } = said;
      const dedupeKey = `${id}:${once ?? eventId}`;
      if ('role' in letter) await tellRole(ctx, { ...letter, dedupeKey });
      else await tell(ctx, { ...letter, dedupeKey });
    }),
  ) as never;
}

const nameOf = async (ctx: Ctx, accountId: string | null) => (await findPerson(ctx, accountId))?.name ?? '';

const services = ({ serviceName: { en, ru } }: { serviceName: { en: string; ru: string } }) => ({
  service_en: en,
  service_ru: ru,
});

// biome-ignore lint/suspicious/noExplicitAny: each policy knows its own event.
export const notifyPeople: readonly Policy<any>[] = [
  // A candidate, of each step.
  notify('notify-candidate-of-receipt', applicationSubmitted, async (_, { name, email, locale }) => ({
    to: { name, email, locale },
    kind: 'candidate_received',
  })),
  notify('notify-candidate-of-decline', applicationDeclined, async (_, { name, email, locale }) => ({
    to: { name, email, locale },
    kind: 'candidate_declined',
  })),

  // A client.
  notify('notify-client-of-assignment', orderAssigned, async (ctx, order) => ({
    to: { accountId: order.clientId },
    kind: 'order_assigned',
    link: `/orders/${order.orderId}`,
    params: {
      worker: await nameOf(ctx, order.workerId),
      startsAt: order.startsAt,
      priceCents: order.priceCents,
    },
  })),
  notify('notify-client-of-start', orderStarted, async (ctx, order) => ({
    to: { accountId: order.clientId },
    kind: 'order_started',
    link: `/orders/${order.orderId}`,
    params: { worker: await nameOf(ctx, order.workerId) },
  })),
  notify('notify-client-of-report', orderReported, async (ctx, order) => ({
    to: { accountId: order.clientId },
    kind: 'order_reported',
    link: `/orders/${order.orderId}`,
    params: { worker: await nameOf(ctx, order.workerId) },
  })),
  notify('notify-client-of-failure', orderFailed, async (_, order) => ({
    to: { accountId: order.clientId },
    kind: 'order_failed',
    link: `/orders/${order.orderId}?reorder=1`,
    params: { ...services(order), number: order.requestNumber, cause: order.cause },
  })),
  // Who cancelled it themselves knows.
  notify('notify-client-of-cancellation', orderCancelled, async (_, order) =>
    order.endedBy.id === order.clientId
      ? null
      : {
          to: { accountId: order.clientId },
          kind: 'order_cancelled',
          link: `/orders/${order.orderId}?reorder=1`,
          params: { ...services(order), number: order.requestNumber },
        },
  ),
  notify('notify-client-of-invoice', invoiceIssued, async (_, { invoiceId, clientId, amountCents }) => ({
    to: { accountId: clientId },
    kind: 'invoice_issued',
    link: `/invoices/${invoiceId}`,
    params: { amountCents },
  })),
  notify('notify-client-of-failed-charge', chargeFailed, async (_, { clientId, amountCents }) => ({
    to: { accountId: clientId },
    kind: 'charge_failed',
    link: '/invoices',
    params: { amountCents },
  })),
  notify('notify-client-of-pause', clientPaused, async (_, { clientId, amountCents }) => ({
    to: { accountId: clientId },
    kind: 'requests_paused',
    link: '/invoices',
    params: { amountCents },
  })),

  notify('notify-client-of-refund', refundSucceeded, async (_, { clientId, invoiceId, amountCents }) => ({
    to: { accountId: clientId },
    kind: 'refund_sent',
    link: `/invoices/${invoiceId}`,
    params: { amountCents },
  })),
  notify('notify-client-of-failed-refund', refundFailed, async (_, { clientId, invoiceId, amountCents }) => ({
    to: { accountId: clientId },
    kind: 'refund_lowers',
    link: `/invoices/${invoiceId}`,
    params: { amountCents },
  })),

  // A worker.
  notify('notify-worker-of-order', orderAssigned, async (_, order) => ({
    to: { accountId: order.workerId },
    kind: 'work_assigned',
    link: `/work/${order.orderId}`,
    params: { startsAt: order.startsAt },
  })),
  notify('notify-worker-of-consumables', orderReady, async (_, order) => ({
    to: { accountId: order.workerId },
    kind: 'work_ready',
    link: `/work/${order.orderId}`,
    params: { startsAt: order.startsAt },
  })),
  notify('notify-worker-of-cancellation', orderCancelled, async (_, order) =>
    order.workerId === null
      ? null
      : {
          to: { accountId: order.workerId },
          kind: 'work_cancelled',
          link: `/work/${order.orderId}`,
          params: { ...services(order), number: order.requestNumber },
        },
  ),
  notify('notify-worker-of-payout', payoutConfirmed, async (_, { statementId, workerId, amountCents }) => ({
    to: { accountId: workerId },
    kind: 'payout_confirmed',
    link: `/work/money/${statementId}`,
    params: { amountCents },
  })),
  notify('notify-worker-of-failed-payout', payoutFailed, async (_, { workerId, amountCents }) => ({
    to: { accountId: workerId },
    kind: 'payout_failed',
    link: '/work/money',
    params: { amountCents },
  })),
  notify('notify-worker-of-second-payout', payoutDoubled, async (_, { workerId, amountCents }) => ({
    to: { accountId: workerId },
    kind: 'payout_doubled',
    link: '/work/money',
    params: { amountCents },
  })),
  notify('notify-worker-of-returned-payout', payoutReturned, async (_, { workerId, amountCents }) => ({
    to: { accountId: workerId },
    kind: 'payout_returned',
    link: '/work/money/details',
    params: { amountCents },
  })),
  notify('notify-worker-of-new-details', payoutDetailsChanged, async (_, { workerId }) => ({
    to: { accountId: workerId },
    kind: 'payout_details_changed',
    link: '/work/money/details',
  })),

  // The warehouse.
  notify('notify-staff-of-job', jobOpened, async (_, { jobId, dueAt }) => ({
    role: 'staff',
    kind: 'job_opened',
    link: `/warehouse/${jobId}`,
    params: { dueAt },
  })),
  notify('notify-staff-of-late-cookie', cookieLate, async (_, { jobId }) => ({
    role: 'staff',
    kind: 'cookie_late',
    link: `/warehouse/${jobId}`,
  })),
  notify('notify-staff-of-low-stock', stockLow, async (ctx, { itemId, onHandCount }) => {
    const { item } = await readItem(ctx, itemId);
    return {
      role: 'staff',
      kind: 'stock_low',
      link: '/warehouse/stock',
      params: { item_en: item.name.en, item_ru: item.name.ru, onHandCount: String(onHandCount) },
    };
  }),

  // Managers, of alerts.
  notify('notify-managers-of-empty-pool', poolFoundEmpty, async (_, { orderId }) => ({
    role: 'manager',
    kind: 'pool_empty',
    link: `/manage/orders/${orderId}`,
  })),
  notify('notify-managers-of-matching-alarm', alarmRaised, async (_, { kind, subject, measured }) =>
    // Of an empty pool they hear at once, with the order.
    kind === 'pool_empty'
      ? null
      : {
          role: 'manager',
          kind: kind === 'slow' ? 'matching_slow' : 'matching_step_failing',
          link: '/manage/matching',
          params: { step: subject, measured: String(measured) },
        },
  ),
  notify('notify-managers-of-overrun', orderOverran, async (ctx, order) => ({
    role: 'manager',
    kind: 'order_overran',
    link: `/manage/orders/${order.orderId}`,
    params: {
      worker: await nameOf(ctx, order.workerId),
      startsAt: order.startsAt,
      durationMinutes: String(order.durationMinutes),
    },
  })),
  notify('notify-billing-of-pause', clientPaused, async (ctx, { clientId, amountCents }) => ({
    role: 'billing',
    kind: 'client_paused',
    link: '/manage/billing/pauses',
    params: { amountCents, client: await nameOf(ctx, clientId) },
  })),
  notify(
    'notify-managers-of-proposed-bonus',
    bonusProposed,
    async (ctx, { workerId, amountCents, reason }) => ({
      role: 'manager',
      kind: 'bonus_proposed',
      link: '/manage/billing/bonuses',
      params: { amountCents, reason, worker: await nameOf(ctx, workerId) },
    }),
  ),
  notify('notify-billing-of-discrepancy', discrepancyFound, async (_, { day, count }) => ({
    role: 'billing',
    kind: 'discrepancy_found',
    link: '/manage/billing/reconciliation',
    params: { day, count: String(count) },
  })),
  // A partner that is away parks many at a time: one message an hour says so, and the page has all of them.
  notify('notify-billing-of-parked', attemptParked, async ({ now }, { purpose, amountCents }) => ({
    role: 'billing',
    kind: 'movement_parked',
    link: '/manage/billing/reconciliation#silent',
    params: { amountCents },
    once: `${purpose}:${now.toISOString().slice(0, 13)}`,
  })),
  notify('notify-billing-of-problems', problemsFound, async (_, { count }) => ({
    role: 'billing',
    kind: 'books_wrong',
    link: '/manage/billing/check',
    params: { count: String(count) },
  })),
  notify('notify-billing-of-failed-payout', payoutFailed, async (ctx, { workerId, amountCents }) => ({
    role: 'billing',
    kind: 'payout_stuck',
    link: '/manage/billing',
    params: { amountCents, worker: await nameOf(ctx, workerId) },
  })),
  notify(
    'notify-billing-of-returned-payout',
    payoutReturned,
    async (ctx, { statementId, workerId, amountCents }) => ({
      role: 'billing',
      kind: 'payout_came_back',
      link: `/manage/billing/payouts/${statementId}`,
      params: { amountCents, worker: await nameOf(ctx, workerId) },
    }),
  ),
  notify(
    'notify-billing-of-second-payout',
    payoutDoubled,
    async (ctx, { statementId, workerId, amountCents }) => ({
      role: 'billing',
      kind: 'payout_paid_twice',
      link: `/manage/billing/payouts/${statementId}`,
      params: { amountCents, worker: await nameOf(ctx, workerId) },
    }),
  ),
  notify('notify-billing-of-failed-refund', refundFailed, async (ctx, { clientId, amountCents }) => ({
    role: 'billing',
    kind: 'refund_stuck',
    link: '/manage/billing/refunds?state=failed',
    params: { amountCents, client: await nameOf(ctx, clientId) },
  })),
];
