import { and, eq, isNull, ne, notInArray } from 'drizzle-orm';
import { attempts, invoices, items, pauses, refunds, statements } from '#db/schema/billing.ts';
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
  payoutDoubled,
  payoutFailed,
  payoutReturned,
  refundFailed,
  refundSucceeded,
} from './events.ts';
import { postItem } from './post-item.ts';
import { sendRefund } from './send-refund.ts';

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
    const isOver = step.state === 'succeeded' || step.state === 'failed' || step.state === 'returned';
    await tx.db
      .update(attempts)
      // What has changed is to be compared with the partner's list again.
      .set({ ...step, settledAt: isOver ? tx.now : null, matchedAt: null })
      .where(eq(attempts.id, attemptId));
    if (step.state === 'parked' && attempt.state !== 'parked')
      tx.emit(attemptParked, {
        attemptId,
        purpose: attempt.purpose,
        documentId: attempt.documentId,
        amountCents: attempt.amountCents.toString(),
      });
    await { charge: settleCharge, payout: settlePayout, refund: settleRefund }[attempt.purpose](
      tx,
      attempt,
      step,
    );
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
    const details = { invoiceId, invoiceNumber: invoice!.number, method: attempt.targetLabel };
    const facts = { invoiceId, attemptNo, clientId, amountCents, occurredAt: tx.now, details };
    if (invoice!.state === 'paid') {
      // Another had paid it: what was taken twice goes back by the way it came.
      await postItem(tx, postings.charge_succeeded_again(facts), { partyId: clientId, orderId: null });
      const cause = 'paid_twice';
      await sendRefund(tx, {
        refundId: tx.newId(),
        invoice: invoice!,
        charge: attempt,
        cause,
        amountCents,
        details: { cause, invoiceId, invoiceNumber: invoice!.number },
      });
      return;
    }
    // The debt was given up, and it was paid after all.
    if (invoice!.state === 'written_off')
      await postTransaction(
        tx,
        postings.debt_reinstated({ invoiceId, clientId, amountCents, occurredAt: tx.now, details }),
      );
    await postTransaction(tx, postings.charge_succeeded(facts));
    await tx.db
      .update(invoices)
      .set({ state: 'paid', paidAt: tx.now, nextAttemptAt: null })
      .where(eq(invoices.id, invoiceId));
    await tx.db
      .update(pauses)
      .set({ decision: 'paid', decidedAt: tx.now })
      .where(and(eq(pauses.invoiceId, invoiceId), isNull(pauses.decidedAt)));
    tx.emit(chargeSucceeded, event);
  } else if (step.state === 'failed') {
    const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, invoiceId)).for('update');
    // An earlier try had paid it after all: nothing is owed any more, so nobody is told and nothing tried again.
    if (invoice!.state === 'paid' || invoice!.state === 'written_off') return;
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
  const isPaid = statement!.state === 'paid';
  if (step.state === 'succeeded') {
    const isLate = attempt.state === 'failed';
    if (isPaid) {
      // Another transfer had paid it: the worker has the money twice, and the next statement takes it back.
      await (isLate
        ? postItem(tx, postings.payout_confirmed_again(facts), { partyId: workerId, orderId: null })
        : takeBackSecond(tx, facts));
      tx.emit(payoutDoubled, event);
      return;
    }
    await postTransaction(
      tx,
      isLate ? postings.payout_confirmed_late(facts) : postings.payout_confirmed(facts),
    );
    await tx.db.update(statements).set({ state: 'paid', paidAt: tx.now, nextAttemptAt: null }).where(unpaid);
    tx.emit(payoutConfirmed, event);
  } else if (step.state === 'failed') {
    await postTransaction(tx, postings.payout_failed(facts));
    if (isPaid) return;
    // Waits for a person: paying to the same wrong details again helps nobody.
    await tx.db.update(statements).set({ state: 'failed', nextAttemptAt: null }).where(unpaid);
    tx.emit(payoutFailed, event);
  } else if (step.state === 'returned') {
    const posting = postings.payout_returned({
      ...facts,
      details: { ...facts.details, failureCode: step.failureCode },
    });
    const others = await tx.db
      .select({ state: attempts.state })
      .from(attempts)
      .where(
        and(
          eq(attempts.purpose, 'payout'),
          eq(attempts.documentId, statementId),
          ne(attempts.id, attempt.id),
          notInArray(attempts.state, ['failed', 'returned']),
        ),
      );
    // It had arrived twice, and one of the two came back: what the next statement takes, it gives again.
    if (others.some(({ state }) => state === 'succeeded'))
      return postItem(tx, posting, { partyId: workerId, orderId: null });
    await postTransaction(tx, posting);
    const state = others.length ? 'settling' : 'failed';
    await tx.db
      .update(statements)
      .set({ state, paidAt: null, nextAttemptAt: null })
      .where(eq(statements.id, statementId));
    tx.emit(payoutReturned, { ...event, failureCode: step.failureCode ?? 'returned' });
  } else {
    await tx.db
      .update(statements)
      .set({ state: step.state === 'parked' ? 'unclear' : 'settling' })
      .where(unpaid);
  }
}

/** The late success of an earlier transfer has taken the sum from what is owed already, so this entry only ends the way. */
async function takeBackSecond(
  tx: Tx,
  facts: Parameters<typeof postings.payout_confirmed_twice>[0],
): Promise<void> {
  const posting = postings.payout_confirmed_twice(facts);
  const { transactionId, replayed } = await postTransaction(tx, posting);
  if (replayed) return;
  await tx.db.insert(items).values({
    transactionId,
    purpose: 'statement',
    partyId: facts.workerId,
    kind: posting.kind,
    details: facts.details ?? {},
    amountCents: -facts.amountCents,
    occurredAt: facts.occurredAt,
  });
}

async function settleRefund(tx: Tx, attempt: Attempt, step: AttemptStep): Promise<void> {
  const { documentId: refundId, partyId: clientId, amountCents } = attempt;
  const [refund] = await tx.db.select().from(refunds).where(eq(refunds.id, refundId)).for('update');
  const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, refund!.invoiceId));
  const event = { refundId, invoiceId: invoice!.id, clientId, amountCents: amountCents.toString() };
  const facts = {
    refundId,
    attemptNo: attempt.attemptNo,
    clientId,
    amountCents,
    occurredAt: tx.now,
    details: {
      invoiceId: invoice!.id,
      invoiceNumber: invoice!.number,
      method: attempt.targetLabel,
      attemptId: attempt.id,
    },
  };
  const own = { partyId: clientId, orderId: null };
  const set = (state: NonNullable<typeof refund>['state'], settledAt: Date | null = null) =>
    tx.db.update(refunds).set({ state, settledAt }).where(eq(refunds.id, refundId));
  if (step.state === 'succeeded') {
    // It had failed, so the next invoice was to be lower by it: the next one takes that back.
    if (attempt.state === 'failed') await postItem(tx, postings.refund_confirmed_late(facts), own);
    else await postTransaction(tx, postings.refund_confirmed(facts));
    await set('sent', tx.now);
    tx.emit(refundSucceeded, event);
    return;
  }
  if (step.state === 'failed') await postItem(tx, postings.refund_failed(facts), own);
  // An earlier try had arrived after all: the client has the money, whatever becomes of this one.
  if (refund!.state === 'sent') return;
  if (step.state === 'failed') {
    await set('failed', tx.now);
    tx.emit(refundFailed, event);
  } else await set(step.state === 'parked' ? 'unclear' : 'sending');
}
