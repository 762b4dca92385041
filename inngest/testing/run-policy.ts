import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Policy } from '../policy.ts';

/** Runs a policy as Inngest would, without waiting: sleeps pass at once and move the clock, waits time out. `tries` of a step. */
export async function runPolicy<Data>(
  policy: Policy<Data>,
  ctx: Ctx,
  data: Data,
  {
    eventId = ctx.newId(),
    eventName = policy.on[0]?.name ?? '',
    tries = 1,
  }: { eventId?: string; eventName?: string; tries?: number } = {},
): Promise<void> {
  let now = ctx.now;
  await policy.react({
    eventId,
    eventName,
    data,
    act: async (_stepId, work) => {
      for (let tried = 1; ; tried++)
        try {
          const result = await work({ ...ctx, now, actor: { kind: 'system', id: policy.id } });
          return result === undefined ? result : JSON.parse(JSON.stringify(result));
        } catch (error) {
          if (tried >= tries) throw error;
        }
    },
    sleepUntil: async (_stepId, until) => {
      if (until > now) now = until;
    },
    waitFor: async () => null,
  });
}
