import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import postgres from 'postgres';
import sharp from 'sharp';
import { connect } from '#db/client.ts';
import { addMember, placeStake } from '#lib/betting/index.ts';
import { requestClose } from '#lib/billing/index.ts';
import { publishedServices } from '#lib/catalog/index.ts';
import { issueJob, readBoard, readJob, tickLine } from '#lib/consumables/index.ts';
import { welcomeTester } from '#lib/identity/index.ts';
import { type Actor, type Ctx, createCtx, type Role } from '#lib/kernel/ctx.ts';
import { type PhotoKind, storePhoto } from '#lib/kernel/photo.ts';
import { confirmOrder, placeOrder, readOrder, reportOrder, startOrder } from '#lib/ordering/index.ts';
import { freePort } from '../local/free-port.ts';
import { type PartName, startInstance } from '../local/instance.ts';
import { throwawayFolder } from '../local/throwaway-folder.ts';

const ordersCount = 5;
const killsCount = 10;
const deadlineMs = 120_000;

/** Repeatable chance: the seed is in the report, E2E_KILL_SEED runs the same points again. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

// What people do in the browser is done here by the same verbs, each tried again as a person would until it is done;
// everything between is done by the processes that are being killed.
test('processes are killed with -9 at ten random points, and nothing is lost or doubled', async () => {
  test.setTimeout(600_000);
  const seed = Number(process.env.E2E_KILL_SEED ?? Date.now() % 1_000_000);
  test.info().annotations.push({ type: 'seed', description: String(seed) });
  const random = chance(seed);
  const folder = throwawayFolder();
  const began = Date.now();
  const say = (line: string) => console.log(`  ${((Date.now() - began) / 1000).toFixed(1)} s  ${line}`);
  const instance = await startInstance({ dataDir: folder.path, port: await freePort(), say });
  process.env.FILES_DIR = instance.env.FILES_DIR;
  const { db, close } = connect(instance.env.DATABASE_URL!, { maxConnections: 4 });
  const admin = postgres(instance.env.DATABASE_ADMIN_URL!, { max: 1, onnotice: () => {} });
  const ctxOf = (actor: Actor): Ctx => createCtx(db, actor);
  const as = (id: string, ...roles: Role[]): Ctx => ctxOf({ kind: 'account', id, roles });
  const system = () => ctxOf({ kind: 'system', id: 'kill-test' });

  let steps = 0;
  const totalSteps = ordersCount * 8;
  const killAt = new Set<number>();
  while (killAt.size < killsCount) killAt.add(1 + Math.floor(random() * (totalSteps - 1)));
  const killed: string[] = [];
  const targets: PartName[][] = [['web'], ['runner'], ['postgres'], ['web', 'runner', 'postgres']];

  /** Tries until it works, as a person would; every step may be the one at which something is killed. */
  async function step<T>(name: string, work: () => Promise<T | undefined>): Promise<T> {
    steps++;
    if (killAt.has(steps)) {
      const parts = targets[Math.floor(random() * targets.length)]!;
      const after = Math.floor(random() * 300);
      killed.push(`${name}: ${parts.join('+')} after ${after} ms`);
      setTimeout(() => {
        say(`kill -9 ${parts.join(' ')} at "${name}"`);
        for (const part of parts) instance.kill9(part);
      }, after);
    }
    const deadline = Date.now() + deadlineMs;
    let last: unknown = 'not yet';
    while (Date.now() < deadline) {
      try {
        const result = await work();
        if (result !== undefined) return result;
        last = 'not yet';
      } catch (error) {
        last = error;
      }
      await pause(50);
    }
    throw new Error(`${name} did not happen (killed: ${killed.join('; ')})`, { cause: last });
  }

  const photoBytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c83' } })
    .jpeg()
    .toBuffer();
  const photo = async (ctx: Ctx, kind: PhotoKind, uploadId: string) =>
    (await storePhoto(ctx, { kind, uploadId, bytes: photoBytes })).id;

  try {
    await fetch(`${instance.urls.outside}/knobs/cookies`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ bakeSeconds: 1 }),
    });
    const [bettor, opponent, staff] = [randomUUID(), randomUUID(), randomUUID()];
    for (const accountId of [bettor, opponent]) await addMember(system(), { accountId, name: accountId });
    const services = await publishedServices(system());

    const journey = async (number: number) => {
      const client = await step('visit', () =>
        welcomeTester(system(), {
          subject: `kill-${number}`,
          name: `Client ${number}`,
          email: `kill${number}@hcb.example`,
        }),
      );
      const requestKey = randomUUID();
      const { orderId } = await step('place', () =>
        placeOrder(as(client.accountId, 'client'), {
          requestKey,
          serviceTypeId: services[number % services.length]!.serviceTypeId,
          what: 'The glass on the left.',
          place: `Shelf ${number}`,
          contact: 'Client',
          startsAt: new Date(Date.now() + 25 * 60_000 + number * 60_000).toISOString(),
        }),
      );
      for (const [member, ending] of [
        [bettor, 'completed'],
        [opponent, 'failed'],
      ] as const) {
        const stakeKey = randomUUID();
        await step('stake', () =>
          placeStake(as(member, 'manager'), { requestKey: stakeKey, orderId, ending, amountCents: 1_000n }),
        );
      }
      const job = await step('the job reaches the warehouse', async () =>
        (await readBoard(as(staff, 'staff'))).find((one) => one.orderId === orderId),
      );
      const [signature, checkIn, report] = [randomUUID(), randomUUID(), randomUUID()];
      await step('issue', async () => {
        const { lines } = await readJob(as(staff, 'staff'), job.id);
        for (const line of lines)
          await tickLine(as(staff, 'staff'), { jobId: job.id, lineId: line.id, isTicked: true });
        const signaturePhotoId = await photo(as(staff, 'staff'), 'signature', signature);
        await issueJob(as(staff, 'staff'), { jobId: job.id, signaturePhotoId });
        return true;
      });
      const worker = async () => as((await readOrder(system(), orderId))!.workerId!, 'worker');
      await step('start and report', async () => {
        const onArrival = await worker();
        await startOrder(onArrival, { orderId, photoId: await photo(onArrival, 'check_in', checkIn) });
        const atTheEnd = await worker();
        await reportOrder(atTheEnd, { orderId, photoId: await photo(atTheEnd, 'report', report) });
        return true;
      });
      await step('confirm', async () => {
        await confirmOrder(as(client.accountId, 'client'), { orderId });
        return true;
      });
      return { orderId, clientId: client.accountId };
    };
    const done = await Promise.all(Array.from({ length: ordersCount }, (_, number) => journey(number)));
    expect(killed, 'every planned kill happened').toHaveLength(killsCount);
    const orderIds = done.map(({ orderId }) => orderId);

    const eventually = async (what: string, query: () => Promise<number>, wanted: number) => {
      const deadline = Date.now() + deadlineMs;
      let found = -1;
      while (Date.now() < deadline && found !== wanted) {
        found = await query().catch(() => -1);
        if (found !== wanted) await pause(100);
      }
      expect(found, `${what} (killed: ${killed.join('; ')})`).toBe(wanted);
    };
    const counted = (rows: { n: number }[]) => rows[0]!.n;
    await eventually(
      'every order is billed',
      async () =>
        counted(
          await admin`select count(*)::int n from billing.billed_orders where order_id in ${admin(orderIds)}`,
        ),
      ordersCount,
    );
    await eventually(
      'every pool is divided',
      async () =>
        counted(
          await admin`select count(*)::int n from betting.pools where settled_at is not null and order_id in ${admin(orderIds)}`,
        ),
      ordersCount,
    );

    for (const orderId of orderIds) {
      const history =
        await admin`select to_state from ordering.order_history where order_id = ${orderId} order by position`;
      expect(history.map(({ to_state }) => to_state)).toEqual([
        'placed',
        'assigned',
        'ready',
        'in_progress',
        'reported',
        'completed',
      ]);
      const moved =
        await admin`select kind, amount_cents::text from betting.movements where order_id = ${orderId} order by kind`;
      expect(moved.map((row) => ({ ...row }))).toEqual([
        { kind: 'lost', amount_cents: '-1000' },
        { kind: 'won', amount_cents: '1000' },
      ]);
    }
    const issued =
      await admin`select count(*)::int n, count(distinct effect_key)::int d from consumables.stock_movements where kind = 'issued'`;
    expect(issued[0]!.n).toBe(issued[0]!.d);

    // The week and the month are closed while the web process and the runner die once more.
    const sunday = new Date(Date.now() + ((7 - new Date().getUTCDay()) % 7) * 86_400_000)
      .toISOString()
      .slice(0, 10);
    const biller = as(randomUUID(), 'billing', 'manager');
    await requestClose(biller, { kind: 'week', period: sunday });
    await requestClose(biller, { kind: 'month', period: new Date().toISOString().slice(0, 7) });
    instance.kill9(random() < 0.5 ? 'web' : 'runner');
    await eventually(
      'every invoice is paid',
      async () => counted(await admin`select count(*)::int n from billing.invoices where state = 'paid'`),
      ordersCount,
    );
    const workers =
      await admin`select distinct worker_id from billing.billed_orders where worker_id is not null`;
    await eventually(
      'every worker is paid',
      async () => counted(await admin`select count(*)::int n from billing.statements where state = 'paid'`),
      workers.length,
    );

    // 100 units an order, no discount; 60 for the worker: to the last minor unit, here and at the partners.
    const exported = async (partner: string) =>
      (await (await fetch(`${instance.urls.outside}/export/${partner}`)).json()) as {
        operations: { kind: string; status: string; amountCents: string }[];
      };
    const sums = async (partner: string, kind: string) =>
      (await exported(partner)).operations
        .filter((operation) => operation.kind === kind && operation.status === 'succeeded')
        .map(({ amountCents }) => Number(amountCents));
    expect(await sums('gateway', 'charge')).toEqual(Array(ordersCount).fill(10_000));
    expect((await sums('golden-hat', 'transfer')).reduce((a, b) => a + b, 0)).toBe(ordersCount * 6_000);
    const unbalanced =
      await admin`select transaction_id from ledger.lines group by transaction_id having sum(amount_cents) <> 0`;
    expect(unbalanced).toHaveLength(0);
  } finally {
    await close();
    await admin.end();
    await instance.stop();
    folder.remove();
  }
});
