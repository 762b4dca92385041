import { and, eq, isNull, ne, notInArray } from 'drizzle-orm';
import { attempts, invoices, pauses, statements } from '#db/schema/billing.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { postings, postTransaction } from '#lib/ledger/index.ts';
import type { Asked } from './ask-partner.ts';
import { type AttemptStep, retryAt, stepAttempt, type Truth } from './attempt.rules.ts';
import {
  attemptParked,
  chargeFailed,
  chargeSucceeded,
  clientPaused,
  payoutConfirmed,
  payoutFailed,
} from './events.ts';
import { postItem } from './post-item.ts';

type Attempt = typeof attempts.$inferSelect;

/**
 * Notes what a partner said about an attempt and does what follows: the entry in the ledger, the state of the invoice or
 * statement, the event. Called twice with the same news it changes nothing the second time.
 */
export async function settleAttempt(
  ctx: Ctx,
  { attemptId, truth }: { attemptId: string; truth: Truth },
): Promise<Asked | null> {
  return transaction(ctx, async (tx) => {
    const [attempt] = await tx.db.select().from(attempts).where(eq(attempts.id, attemptId)).for('update');
    if (!attempt) return null;
    const step = stepAttempt(attempt, truth, tx.now);
    if (!step) return { state: attempt.state, nextAskAt: attempt.nextAskAt };
    const isOver = step.state === 'succeeded' || step.state === 'failed';
    await tx.db
      .update(attempts)
      .set({ ...step, settledAt: isOver ? tx.now : null })
      .where(eq(attempts.id, attemptId));
    if (step.state === 'parked' && attempt.state !== 'parked')
      tx.emit(attemptParked, {
        attemptId,
        purpose: attempt.purpose,
        documentId: attempt.documentId,
        amountCents: attempt.amountCents.toString(),
      });
    if (attempt.purpose === 'charge') await settleCharge(tx, attempt, step);
    else await settlePayout(tx, attempt, step);
    tx.refresh(`account:${attempt.partyId}`, 'role:billing', 'role:manager');
    return { state: step.state, nextAskAt: step.nextAskAt };
  });
}

async function settleCharge(tx: Tx, attempt: Attempt, step: AttemptStep): Promise<void> {
  const { documentId: invoiceId, partyId: clientId, amountCents, attemptNo } = attempt;
  const event = { invoiceId, clientId, amountCents: amountCents.toString() };
  const unpaid = and(eq(invoices.id, invoiceId), notInArray(invoices.state, ['paid', 'written_off']));
  if (step.state === 'succeeded') {
    const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, invoiceId)).for('update');
    const details = { invoiceNumber: invoice!.number, method: attempt.targetLabel };
    const facts = { invoiceId, attemptNo, clientId, amountCents, occurredAt: tx.now, details };
    // It failed, another was paid or the debt was given up, and it succeeded after all: the next invoice gives it back.
    if (invoice!.state === 'paid' || invoice!.state === 'written_off')
      await postItem(tx, postings.charge_succeeded_again(facts), { partyId: clientId, orderId: null });
    else await postTransaction(tx, postings.charge_succeeded(facts));
    await tx.db.update(invoices).set({ state: 'paid', paidAt: tx.now, nextAttemptAt: null }).where(unpaid);
    await tx.db
      .update(pauses)
      .set({ decision: 'paid', decidedAt: tx.now })
      .where(and(eq(pauses.invoiceId, invoiceId), isNull(pauses.decidedAt)));
    tx.emit(chargeSucceeded, event);
  } else if (step.state === 'failed') {
    const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, invoiceId));
    const triesCount = await tx.db.$count(
      attempts,
      and(eq(attempts.purpose, 'charge'), eq(attempts.documentId, invoiceId), eq(attempts.isByPerson, false)),
    );
    const nextAttemptAt = retryAt({ issuedAt: invoice!.issuedAt, triesCount, now: tx.now });
    await tx.db.update(invoices).set({ state: 'failed', nextAttemptAt }).where(unpaid);
    tx.emit(chargeFailed, event);
    if (nextAttemptAt) return;
    const paused = await tx.db
      .insert(pauses)
      .values({ invoiceId, clientId, pausedAt: tx.now })
      .onConflictDoNothing()
      .returning({ invoiceId: pauses.invoiceId });
    if (paused.length) tx.emit(clientPaused, event);
  } else {
    await tx.db
      .update(invoices)
      .set({ state: step.state === 'parked' ? 'unclear' : 'settling' })
      .where(unpaid);
  }
}

async function settlePayout(tx: Tx, attempt: Attempt, step: AttemptStep): Promise<void> {
  const { documentId: statementId, partyId: workerId, amountCents, attemptNo } = attempt;
  const event = { statementId, workerId, amountCents: amountCents.toString() };
  const unpaid = and(eq(statements.id, statementId), ne(statements.state, 'paid'));
  const [statement] = await tx.db
    .select()
    .from(statements)
    .where(eq(statements.id, statementId))
    .for('update');
  const facts = {
    statementId,
    attemptNo,
    workerId,
    amountCents,
    occurredAt: tx.now,
    details: { period: statement!.period },
  };
  if (step.state === 'succeeded') {
    const isLate = attempt.state === 'failed';
    // It failed, another was sent and arrived, and it arrived after all: the next statement takes it back.
    if (isLate && statement!.state === 'paid')
      await postItem(tx, postings.payout_confirmed_again(facts), { partyId: workerId, orderId: null });
    else
      await postTransaction(
        tx,
        isLate ? postings.payout_confirmed_late(facts) : postings.payout_confirmed(facts),
      );
    await tx.db.update(statements).set({ state: 'paid', paidAt: tx.now, nextAttemptAt: null }).where(unpaid);
    tx.emit(payoutConfirmed, event);
  } else if (step.state === 'failed') {
    await postTransaction(tx, postings.payout_failed(facts));
    // Waits for a person: paying to the same wrong details again helps nobody.
    await tx.db.update(statements).set({ state: 'failed', nextAttemptAt: null }).where(unpaid);
    tx.emit(payoutFailed, event);
  } else {
    await tx.db
      .update(statements)
      .set({ state: step.state === 'parked' ? 'unclear' : 'settling' })
      .where(unpaid);
  }
}
