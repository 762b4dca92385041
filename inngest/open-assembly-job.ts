import { closeJob, openJob } from '#lib/consumables/index.ts';
import { orderAssigned, readOrder } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** An order has a worker: the warehouse learns who needs what, by when [US-150]. */
export const openAssemblyJob = policy(
  { id: 'open-assembly-job', on: orderAssigned },
  async ({ data: { orderId }, act }) => {
    await act('open-job', async (ctx) => {
      const order = await readOrder(ctx, orderId);
      if (!order?.workerId || order.endedAt) return;
      await openJob(ctx, {
        orderId,
        requestNumber: order.requestNumber,
        serviceName: order.serviceName,
        clientId: order.clientId,
        clientName: order.clientName,
        workerId: order.workerId,
        workerName: order.workerName ?? '',
        task: order.what,
        place: order.place,
        startsAt: order.startsAt,
        kit: order.kit,
      });
    });
    // It may have ended while the job was being opened, with its end already heard and no job found to close.
    await act('close-if-ended', async (ctx) => {
      const order = await readOrder(ctx, orderId);
      if (order?.state !== 'cancelled' && order?.state !== 'failed') return;
      await closeJob(ctx, { orderId, reason: order.endReason ?? order.failureCause ?? order.state });
    });
  },
);
