import { orderCancelled, orderFailed } from '#lib/ordering/index.ts';
import { openAudit } from '#lib/quality/index.ts';
import { policy } from './policy.ts';

/** Every cancelled or failed order arrives in the quality queue by itself [US-200]. */
export const auditOrderThatEndedBadly = policy(
  { id: 'audit-order-that-ended-badly', on: [orderFailed, orderCancelled] },
  async ({ data, eventName, act }) => {
    await act('open', (ctx) =>
      openAudit(ctx, {
        orderId: data.orderId,
        requestNumber: data.requestNumber,
        kind: 'incident',
        ending: eventName === orderFailed.name ? 'failed' : 'cancelled',
        cause: 'cause' in data ? data.cause : null,
        reason: data.reason,
        clientId: data.clientId,
        workerId: data.workerId,
      }),
    );
  },
);
