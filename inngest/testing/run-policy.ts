import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Policy } from '../policy.ts';

/** Runs a policy as Inngest would, without waiting: sleeps pass at once and move the clock, waits time out. */
export async function runPolicy<Data>(
  policy: Policy<Data>,
  ctx: Ctx,
  data: Data,
  {
    eventId = ctx.newId(),
    eventName = policy.on[0]?.name ?? '',
  }: { eventId?: string; eventName?: string } = {},
): Promise<void> {
  let now = ctx.now;
  await policy.react({
    eventId,
    eventName,
    data,
    act: async (_stepId, work) => {
      const result = await work({ ...ctx, now, actor: { kind: 'system', id: policy.id } });
      return result === undefined ? result : JSON.parse(JSON.stringify(result));
    },
    sleepUntil: async (_stepId, until) => {
      if (until > now) now = until;
    },
    waitFor: async () => null,
  });
}
