import { sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';

/** Drops what has served: sessions over for 30 days, attempts a day old, invitations long expired. A batch at a time. */
export async function tidyIdentity(ctx: Ctx): Promise<void> {
  requireRole(ctx, 'system');
  const now = ctx.now.toISOString();
  for (const [table, key, old] of [
    ['sessions', 'id', sql`expires_at < ${now}::timestamptz - interval '30 days'`],
    ['sign_in_attempts', 'key', sql`last_tried_at < ${now}::timestamptz - interval '1 day'`],
    ['invitations', 'token_hash', sql`expires_at < ${now}::timestamptz - interval '30 days'`],
  ] as const) {
    const from = sql`identity.${sql.identifier(table)}`;
    const id = sql.identifier(key);
    await ctx.db.execute(
      sql`delete from ${from} where ${id} in (select ${id} from ${from} where ${old} limit 5000)`,
    );
  }
}
