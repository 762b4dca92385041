import { randomBytes } from 'node:crypto';
import { desc, eq } from 'drizzle-orm';
import postgres from 'postgres';
import { test as base } from 'vitest';
import { type Connection, connect } from '#db/client.ts';
import { outbox } from '#db/schema/kernel.ts';
import { type Actor, type Ctx, type Role, uuidv7 } from './ctx.ts';
import type { EventDeclaration } from './events.ts';

export { runPolicy } from '#inngest/testing/run-policy.ts';

/** Monday, 2 March 2026, 10:00 in Berlin. */
export const testNow = new Date('2026-03-02T09:00:00Z');

/** A database of its own from the migrated template, used as the application's role. Close it when done. */
export async function freshDatabase(): Promise<Connection & { url: string; adminUrl: string }> {
  const superuserUrl = process.env.TEST_DATABASE_URL;
  if (!superuserUrl)
    throw new Error('TEST_DATABASE_URL is not set: run through vitest with its global setup.');
  const name = `mcf_test_${randomBytes(6).toString('hex')}`;
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(
    `create database ${name} template ${process.env.TEST_TEMPLATE_DATABASE ?? 'mcf_template'}`,
  );
  const url = new URL(superuserUrl);
  url.pathname = `/${name}`;
  const adminUrl = url.href;
  url.searchParams.set('role', 'mcf_app');
  const opened = connect(url.href);
  return {
    ...opened,
    url: url.href,
    adminUrl,
    close: async () => {
      await opened.close();
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}

/** A ctx for tests: fixed clock, given actor. Ids are ordered and never repeat. */
export function testCtx(
  db: Connection['db'],
  actor: Actor = { kind: 'system', id: 'test' },
  now = testNow,
): Ctx {
  let step = 0;
  return { db, actor, now, newId: () => uuidv7(new Date(now.getTime() + step++)), random: () => 0.5 };
}

export const account = (...roles: Role[]): Actor => ({ kind: 'account', id: uuidv7(testNow), roles });

/** The same ctx for another actor (a role makes a new account) or at another time. */
export const as = (ctx: Ctx, who: Actor | Role): Ctx => ({
  ...ctx,
  actor: typeof who === 'string' ? account(who) : who,
});
export const at = (ctx: Ctx, now: Date | string): Ctx => ({ ...ctx, now: new Date(now) });

class RollBack extends Error {}

/** A test on a real Postgres whose `ctx` is inside a transaction that is rolled back at the end. */
export const dbTest = base.extend<{ $test: { ctx: Ctx }; $worker: { database: Connection } }>({
  database: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures' names from the pattern.
    async ({}, use) => {
      const opened = await freshDatabase();
      await use(opened);
      await opened.close();
    },
    { scope: 'worker' },
  ],
  ctx: async ({ database }, use) => {
    try {
      await database.db.transaction(async (db) => {
        await use(testCtx(db as Connection['db']));
        throw new RollBack();
      });
    } catch (error) {
      if (!(error instanceof RollBack)) throw error;
    }
  },
});

/** The data of the events of one kind that were emitted, newest first. */
export async function emitted<E extends EventDeclaration>(
  ctx: Ctx,
  event: E,
): Promise<Record<string, unknown>[]> {
  const rows = await ctx.db
    .select({ data: outbox.data })
    .from(outbox)
    .where(eq(outbox.name, event.name))
    .orderBy(desc(outbox.id));
  return rows.map((row) => row.data);
}
