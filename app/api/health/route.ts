import { sql } from 'drizzle-orm';
import { connection } from '#db/client.ts';

export const dynamic = 'force-dynamic';

const patienceMs = 2000;
/** An event older than this that is still unsent means that the function runner is away. */
const outboxLateSeconds = 60;

/** Whether this instance can work: 200 when the database answers, 503 when not. `late` says that events are waiting. */
export async function GET(): Promise<Response> {
  const headers = { 'Cache-Control': 'no-store' };
  try {
    const asked = connection().db.execute<{ age: number | null }>(
      sql`select extract(epoch from clock_timestamp() - min(occurred_at))::float8 as age
          from kernel.outbox where sent_at is null`,
    );
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('late')), patienceMs).unref();
    });
    const [row] = await Promise.race([asked, late]);
    const outboxAgeSeconds = Math.max(0, Math.round(row?.age ?? 0));
    const status = outboxAgeSeconds > outboxLateSeconds ? 'late' : 'ok';
    return Response.json({ status, database: 'ok', outboxAgeSeconds }, { headers });
  } catch {
    return Response.json({ status: 'down', database: 'unreachable' }, { status: 503, headers });
  }
}
