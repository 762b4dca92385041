import { NonRetriableError } from 'inngest';
import type { z } from 'zod';
import { connection } from '#db/client.ts';
import { type Ctx, createCtx } from '#lib/kernel/ctx.ts';
import type { EventDeclaration } from '#lib/kernel/events.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { inngest } from './client.ts';

/** What a policy may do. Step ids are never renamed: runs in flight know them. */
export type PolicyRun<Data> = {
  /** The id of the event that caused this run: the root of every unique key. */
  eventId: string;
  /** Which of the events it hears caused this run. */
  eventName: string;
  data: Data;
  /** One durable step: a verb, or one external effect. Its result is kept as JSON. */
  act<T>(stepId: string, work: (ctx: Ctx) => Promise<T>): Promise<T>;
  sleepUntil(stepId: string, at: Date): Promise<void>;
  /** Waits for an event whose `data.<match>` equals this run's; null when `timeout` ("10m") passes first. */
  waitFor<E extends EventDeclaration>(
    stepId: string,
    event: E,
    options: { timeout: string; match: string },
  ): Promise<z.output<E['schema']> | null>;
};

export type Policy<Data = never> = {
  id: string;
  on: readonly EventDeclaration[];
  cron?: string;
  options: PolicyOptions;
  react(run: PolicyRun<Data>): Promise<unknown>;
};

export type PolicyOptions = {
  /** How many times a failed step is tried again. */
  retries?: number;
  /** At most `limit` runs at a time for the same key, for example `event.data.clientId`. */
  concurrency?: { limit: number; key?: string };
  /** Ends the run when such an event comes with the same `data.<match>`. */
  cancelOn?: readonly { event: EventDeclaration; match: string }[];
};

/** "When this happened, do that": declares a policy on one or several events. It may run twice for one event. */
export function policy<const E extends EventDeclaration>(
  { id, on, ...options }: { id: string; on: E | readonly E[] } & PolicyOptions,
  react: (run: PolicyRun<z.output<E['schema']>>) => Promise<unknown>,
): Policy<z.output<E['schema']>> {
  return { id, on: Array.isArray(on) ? on : [on as E], options, react };
}

/** A policy driven by the clock: `cron` in UTC unless it begins with `TZ=…`. */
export function schedule(
  { id, cron, ...options }: { id: string; cron: string } & PolicyOptions,
  react: (run: PolicyRun<Record<string, never>>) => Promise<unknown>,
): Policy<Record<string, never>> {
  return { id, on: [], cron, options, react };
}

/** Registers a policy with Inngest. */
// biome-ignore lint/suspicious/noExplicitAny: the list of policies holds every event's type.
export function toInngestFunction(policy: Policy<any>) {
  const { id, on, cron, options, react } = policy;
  return inngest.createFunction(
    {
      id,
      retries: (options.retries ?? 10) as 10,
      concurrency: options.concurrency,
      cancelOn: options.cancelOn?.map(({ event, match }) => ({ event: event.name, match: `data.${match}` })),
      triggers: cron ? [{ cron }] : on.map(({ name }) => ({ event: name })),
    },
    async ({ event, step }) => {
      const declared = on.find(({ name }) => name === event.name);
      await react({
        eventId: event.id ?? '',
        eventName: event.name,
        data: declared ? declared.schema.parse(event.data) : {},
        act: async (stepId, work) =>
          // JSON in and out: what a step answers is what a later run of this function reads back.
          (await step.run(stepId, () => guarded(id, work))) as never,
        sleepUntil: (stepId, at) => step.sleepUntil(stepId, at),
        waitFor: async (stepId, waited, { timeout, match }) => {
          const found = await step.waitForEvent(stepId, {
            event: waited.name,
            timeout,
            match: `data.${match}`,
          });
          return found ? (waited.schema.parse(found.data) as never) : null;
        },
      });
    },
  );
}

async function guarded<T>(policyId: string, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  try {
    return await work(createCtx(connection().db, { kind: 'system', id: policyId }));
  } catch (error) {
    // A refusal will be the same next time; a fault may pass.
    if (error instanceof Refused) throw new NonRetriableError(`refused: ${error.code}`, { cause: error });
    throw error;
  }
}
