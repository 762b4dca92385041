import { currentCtx, systemCtx } from '#app/session.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { outboxAgeSeconds as readOutboxAge } from '#lib/kernel/outbox.ts';
import { bookFigures, openBooks } from '#lib/ledger/index.ts';

export const dynamic = 'force-dynamic';

const patienceMs = 2000;
/** An event older than this that is still unsent means that the function runner is away. */
const outboxLateSeconds = 60;

/** Of both books that managers see: the age of what is not sealed, the last seal, and the sum, which is zero. Null for others. */
async function ledgerForManagers() {
  const ctx = await currentCtx();
  if (!hasRole(ctx, 'manager') && !hasRole(ctx, 'billing')) return null;
  const books = await Promise.all(openBooks.map((book) => bookFigures(ctx, book)));
  return books.map(({ sumCents, ...book }) => ({ ...book, sumCents: sumCents.toString() }));
}

/**
 * Whether this instance can work: 200 when the database answers, 503 when not. `late` says that events are waiting.
 * Managers also read how the ledger is.
 */
export async function GET(): Promise<Response> {
  const headers = { 'Cache-Control': 'no-store' };
  try {
    const late = new Promise<'late'>((resolve) => {
      setTimeout(() => resolve('late'), patienceMs).unref();
    });
    const answer = await Promise.race([
      Promise.all([readOutboxAge(systemCtx('health').db), ledgerForManagers()]),
      late,
    ]);
    if (answer === 'late') throw new Error(`no answer within ${patienceMs} ms`);
    const [outboxAgeSeconds, ledger] = answer;
    const status = outboxAgeSeconds > outboxLateSeconds ? 'late' : 'ok';
    return Response.json(
      { status, database: 'ok', outboxAgeSeconds, ...(ledger && { ledger }) },
      { headers },
    );
  } catch (error) {
    console.error('health:', error instanceof Error ? error.message : error);
    return Response.json({ status: 'down', database: 'unreachable' }, { status: 503, headers });
  }
}
