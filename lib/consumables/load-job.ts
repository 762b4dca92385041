import { asc, eq, inArray } from 'drizzle-orm';
import { cookies, items, jobLines, jobs } from '#db/schema/consumables.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { Tx } from '#lib/kernel/transaction.ts';

/** The job, locked until commit: whoever else changes it waits. Throws `Refused`: consumables.not_found. */
export async function lockJob(tx: Tx, jobId: string) {
  const [job] = await tx.db.select().from(jobs).where(eq(jobs.id, jobId)).for('update');
  if (!job) throw new Refused('consumables.not_found');
  return job;
}

export const linesOf = (tx: Tx, jobId: string) =>
  tx.db.select().from(jobLines).where(eq(jobLines.jobId, jobId)).orderBy(asc(jobLines.position));

/** Items in one order of locking, so that two jobs over the same shelf never wait for each other in a circle. */
export async function lockItems(tx: Tx, itemIds: readonly string[]) {
  if (itemIds.length === 0) return [];
  return tx.db
    .select()
    .from(items)
    .where(inArray(items.id, [...itemIds]))
    .orderBy(asc(items.id))
    .for('update');
}

export async function cookieOf(tx: Tx, orderId: string) {
  const [cookie] = await tx.db.select().from(cookies).where(eq(cookies.orderId, orderId)).for('update');
  return cookie ?? null;
}

/** The cookie of an order and its job, both locked, the job first like everywhere. Throws `Refused`: consumables.not_found. */
export async function lockCookie(tx: Tx, orderId: string) {
  const [job] = await tx.db.select().from(jobs).where(eq(jobs.orderId, orderId)).for('update');
  const cookie = job && (await cookieOf(tx, orderId));
  if (!cookie) throw new Refused('consumables.not_found');
  return { job, cookie };
}

/** Every screen that shows this job looks again. */
export function refreshJob(tx: Tx, job: { orderId: string; workerId: string; clientId: string }): void {
  tx.refresh('role:staff', `order:${job.orderId}`, `account:${job.workerId}`, `account:${job.clientId}`);
}
