import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { attempts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { callPartner } from '#lib/kernel/partner.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { type AttemptState, howToAsk, readAnswer, type Truth } from './attempt.rules.ts';
import { routes } from './partner-list.ts';
import { settleAttempt } from './settle-attempt.ts';

type Attempt = typeof attempts.$inferSelect;
export type Asked = {
  state: AttemptState;
  nextAskAt: Date | null;
  /** False when the partner gave no answer to this ask. */
  isAnswered?: boolean;
};

// A process that dies between the ask and its answer leaves this as the time of the next ask.
const graceMs = 60_000;
const noticeGapMs = 15 * 60_000;

/**
 * Asks the partner about an attempt: the order itself, always with the same key and content, or by key whether it has the
 * order. Notes what it says. About one that is over only a notice that was not answered is followed up.
 */
export async function askPartner(ctx: Ctx, { attemptId }: { attemptId: string }): Promise<Asked | null> {
  requireRole(ctx, 'system');
  const [attempt] = await transaction(ctx, (tx) =>
    tx.db
      .update(attempts)
      .set({ asksCount: sql`${attempts.asksCount} + 1`, nextAskAt: new Date(ctx.now.getTime() + graceMs) })
      .where(and(eq(attempts.id, attemptId), isNull(attempts.settledAt)))
      .returning(),
  );
  if (!attempt) return askAboutEnded(ctx, attemptId);
  const how = howToAsk({ state: attempt.state, asksCount: attempt.asksCount - 1 });
  let truth = how === 'order' ? await order(attempt) : await query(attempt);
  // Not on the partner's list: the key makes it safe to order again.
  if (truth.is === 'never_heard') truth = await order(attempt);
  const asked = await settleAttempt(ctx, { attemptId, truth });
  return asked && { ...asked, isAnswered: truth.is !== 'unknown' };
}

/** A partner's notice is a hint: asks by key what is true, also about an attempt that had failed. Not ours: ignored. */
export async function askAboutNotice(ctx: Ctx, { key }: { key: string }): Promise<Asked | null> {
  requireRole(ctx, 'system');
  const [attempt] = await ctx.db.select().from(attempts).where(eq(attempts.key, key));
  // What succeeded is over, except for a payout: its money may come back.
  const isOver =
    attempt?.state === 'returned' || (attempt?.state === 'succeeded' && attempt.purpose !== 'payout');
  if (!attempt || isOver) return null;
  return attempt.settledAt
    ? queryEnded(ctx, attempt)
    : settleAttempt(ctx, { attemptId: attempt.id, truth: await query(attempt) });
}

async function askAboutEnded(ctx: Ctx, attemptId: string): Promise<Asked | null> {
  const [attempt] = await ctx.db
    .select()
    .from(attempts)
    .where(and(eq(attempts.id, attemptId), isNotNull(attempts.nextAskAt)));
  return attempt ? queryEnded(ctx, attempt) : null;
}

/** The partner gave notice of one that we hold to be over. If it does not say what is true now, it is asked again later. */
async function queryEnded(ctx: Ctx, attempt: Attempt): Promise<Asked | null> {
  const truth = await query(attempt);
  const asked = await settleAttempt(ctx, { attemptId: attempt.id, truth });
  const nextAskAt = truth.is === 'unknown' ? new Date(ctx.now.getTime() + noticeGapMs) : null;
  await transaction(ctx, (tx) =>
    tx.db.update(attempts).set({ nextAskAt }).where(eq(attempts.id, attempt.id)),
  );
  return asked && { ...asked, nextAskAt, isAnswered: truth.is !== 'unknown' };
}

async function order({ purpose, key, amountCents, target }: Attempt): Promise<Truth> {
  const { partner, path } = routes[purpose];
  const common = { amountCents: amountCents.toString(), reference: key };
  const body = {
    charge: { ...common, methodToken: target },
    payout: { ...common, account: target },
    refund: { ...common, chargeKey: target },
  }[purpose];
  const answer = await callPartner(partner, { method: 'POST', path, body, idempotencyKey: key });
  return readAnswer(answer, { by: 'order', amountCents });
}

async function query({ purpose, key, amountCents }: Attempt): Promise<Truth> {
  const { partner, path } = routes[purpose];
  const answer = await callPartner(partner, {
    method: 'GET',
    path: `${path}?idempotencyKey=${encodeURIComponent(key)}`,
    idempotencyKey: key,
  });
  return readAnswer(answer, { by: 'query', amountCents });
}
