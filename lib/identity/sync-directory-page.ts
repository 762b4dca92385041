import { and, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { accounts, directorySyncs, sessions } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { wouldEmptyDirectory } from './directory.rules.ts';
import { accountCreated, accountDeactivated } from './events.ts';
import { email } from './inputs.ts';

const directory = 'hcb';
const pageSize = 200;
const timeoutMs = 10_000;
const answerLimitBytes = 1_000_000;
/** A pass left unfinished for longer begins anew. */
const abandonedAfterMs = 2 * 3600_000;

const page = z.object({
  testers: z
    .array(
      z.object({
        id: z.string().min(1).max(200),
        name: z.string().trim().min(1).max(200),
        email,
        active: z.boolean(),
      }),
    )
    .max(pageSize * 2),
  nextCursor: z.string().max(1000).nullable(),
});
export type DirectoryPage = z.output<typeof page>;

/** Asks HCB for one page of its testers. Throws when it does not answer, or not in the agreed shape. */
async function fetchDirectoryPage(cursor: string | null): Promise<DirectoryPage> {
  const { HCB_DIRECTORY_URL, HCB_DIRECTORY_TOKEN } = process.env;
  if (!HCB_DIRECTORY_URL || !HCB_DIRECTORY_TOKEN)
    throw new Error('HCB_DIRECTORY_URL and HCB_DIRECTORY_TOKEN must be set.');
  const url = new URL(`${HCB_DIRECTORY_URL}/testers`);
  url.searchParams.set('limit', String(pageSize));
  if (cursor) url.searchParams.set('cursor', cursor);
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${HCB_DIRECTORY_TOKEN}` },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`The directory answered ${response.status}.`);
  const text = await response.text();
  if (text.length > answerLimitBytes) throw new Error('The directory answered too much.');
  return page.parse(JSON.parse(text));
}

/**
 * Takes one page of the directory: creates, updates and deactivates clients [US-010], and remembers the cursor in the same
 * transaction, so that a killed pass goes on where it was. After the last page whoever was not listed has left; more than a
 * third leaving at once is taken for a broken directory, and reported instead. Answers whether the pass is over.
 */
export async function syncDirectoryPage(
  ctx: Ctx,
  fetchPage = fetchDirectoryPage,
): Promise<{ done: boolean }> {
  requireRole(ctx, 'system');
  const pass = await openPass(ctx);
  let fetched: DirectoryPage;
  try {
    fetched = await fetchPage(pass.cursor);
  } catch (error) {
    await ctx.db
      .update(directorySyncs)
      .set({ problem: 'no_answer' })
      .where(eq(directorySyncs.directory, directory));
    throw error;
  }
  return transaction(ctx, async (tx) => {
    const [current] = await tx.db
      .select()
      .from(directorySyncs)
      .where(eq(directorySyncs.directory, directory))
      .for('update');
    // Another run was faster: its page is this page.
    if (
      !current ||
      current.finishedAt ||
      current.cursor !== pass.cursor ||
      current.startedAt.getTime() !== pass.startedAt.getTime()
    )
      return { done: current?.finishedAt != null };
    const counts = await applyTesters(tx, fetched.testers, pass.startedAt);
    const done = fetched.nextCursor === null;
    let problem: string | null = null;
    if (done) {
      const left = await leavers(tx, pass.startedAt);
      const activeCount = await tx.db.$count(
        accounts,
        and(eq(accounts.source, 'hcb'), eq(accounts.active, true)),
      );
      if (wouldEmptyDirectory(left.length, activeCount)) problem = 'too_many_left';
      else counts.deactivated += await deactivate(tx, left);
    }
    await tx.db
      .update(directorySyncs)
      .set({
        cursor: fetched.nextCursor,
        finishedAt: done ? tx.now : null,
        createdCount: sql`${directorySyncs.createdCount} + ${counts.created}`,
        updatedCount: sql`${directorySyncs.updatedCount} + ${counts.updated}`,
        deactivatedCount: sql`${directorySyncs.deactivatedCount} + ${counts.deactivated}`,
        problem,
      })
      .where(eq(directorySyncs.directory, directory));
    tx.refresh('role:manager');
    return { done };
  });
}

async function openPass(ctx: Ctx): Promise<{ cursor: string | null; startedAt: Date }> {
  return transaction(ctx, async (tx) => {
    const fresh = { directory, startedAt: tx.now };
    await tx.db.insert(directorySyncs).values(fresh).onConflictDoNothing();
    const [pass] = await tx.db
      .select()
      .from(directorySyncs)
      .where(eq(directorySyncs.directory, directory))
      .for('update');
    const abandoned = tx.now.getTime() - pass!.startedAt.getTime() > abandonedAfterMs;
    if (!pass!.finishedAt && !abandoned) return pass!;
    const anew = {
      startedAt: tx.now,
      cursor: null,
      finishedAt: null,
      createdCount: 0,
      updatedCount: 0,
      deactivatedCount: 0,
      problem: null,
    };
    await tx.db.update(directorySyncs).set(anew).where(eq(directorySyncs.directory, directory));
    return anew;
  });
}

async function applyTesters(tx: Tx, listed: DirectoryPage['testers'], seenAt: Date) {
  const testers = [...new Map(listed.map((tester) => [tester.id, tester])).values()];
  const counts = { created: 0, updated: 0, deactivated: 0 };
  if (testers.length === 0) return counts;
  const known = new Map(
    (
      await tx.db
        .select()
        .from(accounts)
        .where(
          inArray(
            accounts.hcbSubject,
            testers.map(({ id }) => id),
          ),
        )
        .orderBy(accounts.id)
        .for('update')
    ).map((account) => [account.hcbSubject!, account]),
  );
  const newcomers = testers.filter(({ id, active }) => active && !known.has(id));
  if (newcomers.length) {
    const made = await tx.db
      .insert(accounts)
      .values(
        newcomers.map(({ id, name, email }) => ({
          id: tx.newId(),
          source: 'hcb' as const,
          roles: ['client' as const],
          name,
          email,
          locale: /[а-яё]/i.test(name) ? ('ru' as const) : ('en' as const),
          hcbSubject: id,
          createdAt: tx.now,
          directorySeenAt: seenAt,
        })),
      )
      .onConflictDoNothing()
      .returning({ id: accounts.id, name: accounts.name });
    for (const { id, name } of made) tx.emit(accountCreated, { accountId: id, name, roles: ['client'] });
    counts.created = made.length;
  }
  const gone: string[] = [];
  for (const { id, name, email, active } of testers) {
    const account = known.get(id);
    if (!account) continue;
    if (!active) {
      if (account.active) gone.push(account.id);
      continue;
    }
    if (account.active && account.name === name && account.email === email) continue;
    await tx.db
      .update(accounts)
      .set({ name, email, active: true, deactivatedAt: null })
      .where(eq(accounts.id, account.id));
    counts.updated += 1;
  }
  await tx.db
    .update(accounts)
    .set({ directorySeenAt: seenAt })
    .where(
      inArray(
        accounts.hcbSubject,
        testers.map(({ id }) => id),
      ),
    );
  counts.deactivated = await deactivate(tx, gone);
  return counts;
}

/** Active clients whom this pass has not listed; those made by single sign-on during the pass are not among them. */
async function leavers(tx: Tx, startedAt: Date): Promise<string[]> {
  const rows = await tx.db
    .select({ id: accounts.id })
    .from(accounts)
    .where(
      and(
        eq(accounts.source, 'hcb'),
        eq(accounts.active, true),
        lt(accounts.createdAt, startedAt),
        or(isNull(accounts.directorySeenAt), lt(accounts.directorySeenAt, startedAt)),
      ),
    );
  return rows.map(({ id }) => id);
}

/** Closes accounts: with this commit none of their sessions is accepted any more. */
async function deactivate(tx: Tx, ids: string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const closed = await tx.db
    .update(accounts)
    .set({
      active: false,
      deactivatedAt: tx.now,
      sessionVersion: sql`${accounts.sessionVersion} + 1`,
    })
    .where(and(inArray(accounts.id, ids), eq(accounts.active, true), isNotNull(accounts.hcbSubject)))
    .returning({ id: accounts.id, roles: accounts.roles });
  await tx.db
    .update(sessions)
    .set({ endedAt: tx.now })
    .where(and(inArray(sessions.accountId, ids), isNull(sessions.endedAt)));
  for (const { id, roles } of closed) {
    tx.emit(accountDeactivated, { accountId: id, roles });
    tx.audit({ verb: 'syncDirectory', subject: 'account', subjectId: id, why: 'left HCB' });
    tx.refresh(`account:${id}`);
  }
  return closed.length;
}
