import { systemCtx } from '#app/session.ts';
import { outboxAgeSeconds as readOutboxAge } from '#lib/kernel/outbox.ts';

export const dynamic = 'force-dynamic';

const patienceMs = 2000;
/** An event older than this that is still unsent means that the function runner is away. */
const outboxLateSeconds = 60;

/** Whether this instance can work: 200 when the database answers, 503 when not. `late` says that events are waiting. */
export async function GET(): Promise<Response> {
  const headers = { 'Cache-Control': 'no-store' };
  try {
    const late = new Promise<'late'>((resolve) => {
      setTimeout(() => resolve('late'), patienceMs).unref();
    });
    const outboxAgeSeconds = await Promise.race([readOutboxAge(systemCtx('health').db), late]);
    if (outboxAgeSeconds === 'late') throw new Error(`no answer within ${patienceMs} ms`);
    const status = outboxAgeSeconds > outboxLateSeconds ? 'late' : 'ok';
    return Response.json({ status, database: 'ok', outboxAgeSeconds }, { headers });
  } catch (error) {
    console.error('health:', error instanceof Error ? error.message : error);
    return Response.json({ status: 'down', database: 'unreachable' }, { status: 503, headers });
  }
}
