import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { migrate } from '#db/migrate.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';
import { startPostgres } from '../local/postgres.ts';

export const needs = 'nothing';

const period = '2026-03-08';
const now = '2026-03-08T17:30:00Z';
/** A round without this many endings would be a bug of the bench. */
const mostTries = 40;

/**
 * `npm run bench -- close-kills [rounds] [invoices] [seed]`: a week's close is killed at random moments (the process that
 * closes, its backend, the whole database) until it is done, and compared row by row with one that nobody disturbed.
 */
export async function run({ dataDir, args, say }: BenchCtx): Promise<BenchResult> {
  const rounds = Number(args[0] ?? 200);
  const invoicesCount = Number(args[1] ?? 5000);
  const seed = Number(args[2] ?? Date.now() % 1_000_000);
  const random = mulberry32(seed);
  let server = await startPostgres({ dataDir });
  const { superuserUrl, port } = server;
  const urlOf = (name: string) => {
    const url = new URL(superuserUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  /** On a connection of its own: the database is killed between two questions. */
  const ask = async <T>(name: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      const sql = postgres(urlOf(name), { max: 1, onnotice: () => {}, connect_timeout: 5 });
      try {
        return await question(sql);
      } catch (error) {
        if (attempt === 40) throw error;
        await pause(100);
      } finally {
        await sql.end({ timeout: 1 }).catch(() => {});
      }
    }
  };
  const startCloser = () => fork(join(import.meta.dirname, 'ledger', 'testing-closer.ts'), { silent: true });
  const killed = { closer: 0, backend: 0, database: 0 };
  const differing: string[] = [];
  let restarts = 0;
  let spare = startCloser();
  const next = () => {
    const ready = spare;
    spare = startCloser();
    return ready;
  };
  try {
    await ask('postgres', (sql) => sql.unsafe('create database closes_template'));
    await migrate(urlOf('closes_template'));
    await ask('closes_template', (sql) => fill(sql, invoicesCount));

    const fresh = async (name: string) => {
      await ask('postgres', (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
      await ask('postgres', (sql) => sql.unsafe(`create database ${name} template closes_template`));
    };
    await fresh('undisturbed');
    const begun = performance.now();
    if ((await finish(next(), urlOf('undisturbed'))) !== 0)
      throw new Error('the undisturbed close has failed');
    const closeMs = performance.now() - begun;
    const expected = await ask('undisturbed', rowsOf);
    if (expected.invoices !== invoicesCount) throw new Error(`${expected.invoices} invoices were made`);
    say(`undisturbed: ${expected.invoices} invoices in ${Math.round(closeMs)} ms; seed ${seed}`);

    const started = performance.now();
    for (let round = 1; round <= rounds; round++) {
      await fresh('disturbed');
      const killsWanted = 1 + Math.floor(random() * 3);
      let kills = 0;
      let code: number | null = null;
      for (let attempt = 0; code !== 0; attempt++) {
        if (attempt === mostTries) throw new Error(`round ${round} does not end`);
        const closer = next();
        const ended = finish(closer, urlOf('disturbed'));
        if (kills < killsWanted) {
          const backend = await Promise.race([backendOf(closer), ended.then(() => null)]);
          await Promise.race([pause((random() * closeMs * 1.1) / killsWanted), ended]);
          const isOver = closer.exitCode !== null || closer.signalCode !== null;
          if (!isOver && backend) {
            kills += 1;
            const which = random();
            if (which < 0.6) {
              killed.closer += 1;
              closer.kill('SIGKILL');
            } else if (which < 0.8) {
              // A backend that dies takes all others with it: the database recovers from its log.
              killed.backend += 1;
              try {
                process.kill(backend, 'SIGKILL');
              } catch {}
            } else {
              killed.database += 1;
              server.kill9();
              await server.exited;
              server = await startPostgres({ dataDir, port });
            }
          }
        }
        // A process that waits for a connection that is gone does not wait for ever.
        const late = setTimeout(() => closer.kill('SIGKILL'), 60_000);
        code = await ended;
        clearTimeout(late);
        if (code !== 0) restarts += 1;
      }
      const found = await ask('disturbed', rowsOf);
      for (const [what, value] of Object.entries(expected))
        if (found[what as keyof typeof found] !== value) differing.push(`round ${round}: ${what}`);
      if (round % 10 === 0 || differing.length)
        say(
          `round ${round} after ${Math.round((performance.now() - started) / 1000)} s: ${JSON.stringify(killed)}, ${differing.length} differ`,
        );
      if (differing.length > 10) break;
    }
    const figures = {
      rounds,
      invoicesCount,
      seed,
      killed,
      restarts,
      undisturbedMs: Math.round(closeMs),
      seconds: Math.round((performance.now() - started) / 1000),
      differing,
    };
    return { figures, goals: { differing: 0, rounds: 200 }, pass: differing.length === 0 };
  } finally {
    spare.kill('SIGKILL');
    await server.stop();
  }
}

function finish(closer: ChildProcess, url: string): Promise<number | null> {
  closer.send({ url, period, now });
  return new Promise((resolve) => closer.once('exit', (code) => resolve(code)));
}

const backendOf = (closer: ChildProcess) =>
  new Promise<number>((resolve) => closer.once('message', ({ pid }: { pid: number }) => resolve(pid)));

/** Some clients owe, some are in credit and get no invoice, some have charges of the week after. */
async function fill(sql: postgres.Sql, invoicesCount: number): Promise<void> {
  await sql`
    insert into billing.items (transaction_id, purpose, party_id, kind, order_id, details, amount_cents, occurred_at)
    select md5('item' || client || ' ' || n)::uuid, 'invoice', md5('client' || client)::uuid, 'order_charged',
      md5('order' || client || ' ' || n)::uuid, '{"requestNumber": "R-1", "serviceName": {"en": "Glass off a shelf", "ru": "Стакан с полки"}}',
      case when client > ${invoicesCount}::int then -500 else 100 * n + client end,
      case when n = 4 then '2026-03-09T12:00:00Z'::timestamptz else '2026-03-04T12:00:00Z'::timestamptz + n * interval '1 hour' end
    from generate_series(1, ${invoicesCount + 50}::int) client, generate_series(1, 4) n`;
  await sql`vacuum (analyze) billing.items`;
}

/** Everything that a close writes, without ids that are random, as one hash for each table. */
async function rowsOf(sql: postgres.Sql) {
  const [row] = await sql<{ [what: string]: string }[]>`
    select
      (select md5(string_agg(concat_ws('|', number, client_id, period, from_at, to_at, amount_cents, state, attempts_count,
        next_attempt_at, issued_at, paid_at), e'\n' order by number)) from billing.invoices) as invoices_rows,
      (select md5(string_agg(concat_ws('|', t.transaction_id, t.purpose, t.party_id, t.amount_cents, t.occurred_at, i.number),
        e'\n' order by t.transaction_id)) from billing.items t left join billing.invoices i on i.id = t.document_id) as items_rows,
      (select md5(string_agg(concat_ws('|', o.name, o.data - 'invoiceId', o.occurred_at, i.number), e'\n' order by o.name, i.number))
        from kernel.outbox o left join billing.invoices i on i.id::text = o.data->>'invoiceId') as events_rows,
      (select md5(string_agg(concat_ws('|', c.*), e'\n')) from billing.period_closes c) as closes_rows,
      (select md5(string_agg(concat_ws('|', c.*), e'\n' order by c.name)) from billing.counters c) as counters_rows,
      (select md5(string_agg(concat_ws('|', a.at, a.actor_kind, a.actor_id, a.verb, a.subject, a.subject_id, a.why, a.data), e'\n'))
        from kernel.audit a) as audit_rows`;
  const [made] = await sql<{ n: number }[]>`select count(*)::int as n from billing.invoices`;
  return { ...row, invoices: made!.n };
}

/** A small generator with a seed, so that a round can be played again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
