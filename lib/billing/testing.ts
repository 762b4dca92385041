import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a partner behaves for one order: `silent_*` cuts the line before or after the effect. */
export type Behaviour =
  | 'succeeds'
  | 'fails'
  | 'pends'
  | 'silent_before'
  | 'silent_after'
  | 'errs'
  | 'says_failed_then_succeeded';

/** A list comes in pages this small, so that tests see more than one. */
const listPage = 3;

type Kept = {
  key: string;
  path: string;
  /** When it ended, or was last changed. */
  at: string;
  id: string;
  body: string;
  status: string;
  amountCents: string;
  failureCode?: string;
};

/**
 * Gateway and Golden Hat for tests, over real HTTP, by the partner protocol: a key is kept for ever, the same key answers
 * the first effect. `behave` takes the behaviours of the next orders, one each; when it is empty all goes well.
 */
export async function startPartners() {
  const kept = new Map<string, Kept>();
  const queue: Behaviour[] = [];
  const refused = new Set<string>();
  let refusals = 0;
  const asked: string[] = [];
  let isDown = false;
  let crowd = 0;
  const waiting: (() => void)[] = [];
  let now = new Date();

  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://partner.invalid');
    const answer = (status: number, json: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    };
    asked.push(`${request.method} ${url.pathname}`);
    if (isDown) return request.socket.destroy();
    if (crowd > 0) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length >= crowd) for (const go of waiting.splice(0)) go();
      });
    }
    if (request.method === 'GET' && url.searchParams.has('from')) {
      const [from, to] = [url.searchParams.get('from')!, url.searchParams.get('to')!];
      const all = [...kept.values()].filter(
        ({ path, at, status }) => path === url.pathname && status !== 'pending' && at >= from && at < to,
      );
      const start = Number(url.searchParams.get('after') ?? 0);
      const end = start + listPage;
      return answer(200, {
        operations: all.slice(start, end).map(shown),
        next: end < all.length ? String(end) : null,
      });
    }
    const key = url.searchParams.get('idempotencyKey') ?? String(request.headers['idempotency-key']);
    const known = kept.get(key);
    if (request.method === 'GET') return known ? answer(200, shown(known)) : answer(404, {});
    if (known && known.body !== body) return answer(422, { failureCode: 'key_reused' });
    if (known) return answer(200, shown(known));
    const registers = url.pathname === '/methods' || url.pathname === '/accounts';
    if (registers && (refused.has(key) || refusals > 0)) {
      if (!refused.has(key)) refusals--;
      refused.add(key);
      return answer(400, { failureCode: 'not_known' });
    }
    if (url.pathname === '/methods')
      return answer(200, { id: randomUUID(), token: `token-${key}`, label: 'x' });
    if (url.pathname === '/accounts') return answer(200, { id: randomUUID(), account: `GH-${key}` });

    const behaviour = queue.shift() ?? 'succeeds';
    if (behaviour === 'silent_before') return request.socket.destroy();
    if (behaviour === 'errs') return answer(500, {});
    const { amountCents } = JSON.parse(body) as { amountCents: string };
    const status = { fails: 'failed', says_failed_then_succeeded: 'failed', pends: 'pending' }[
      behaviour as string
    ];
    if (url.pathname === '/refunds') {
      const { chargeKey } = JSON.parse(body) as { chargeKey: string };
      const charge = kept.get(chargeKey);
      const given = [...kept.values()].filter(
        (one) => one.status === 'succeeded' && one.path === '/refunds' && one.body.includes(`"${chargeKey}"`),
      );
      const total = given.reduce((sum, one) => sum + BigInt(one.amountCents), BigInt(amountCents));
      if (charge?.status !== 'succeeded' || total > BigInt(charge.amountCents))
        return answer(400, { failureCode: 'over_refunded' });
    }
    const effect: Kept = {
      key,
      path: url.pathname,
      at: now.toISOString(),
      id: randomUUID(),
      body,
      amountCents,
      status: status ?? 'succeeded',
    };
    if (effect.status === 'failed') effect.failureCode = 'declined';
    kept.set(key, effect);
    if (behaviour === 'silent_after') return request.socket.destroy();
    answer(200, shown(effect));
  });
  const shown = ({ body: _, key, ...rest }: Kept) => ({ ...rest, idempotencyKey: key });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.PARTNER_GATEWAY_URL = url;
  process.env.PARTNER_GATEWAY_SECRET = 'secret';
  process.env.PARTNER_GOLDEN_HAT_URL = url;
  process.env.PARTNER_GOLDEN_HAT_SECRET = 'secret';

  return {
    behave: (...next: Behaviour[]) => void queue.push(...next),
    /** Answers nobody before so many ask at once; 0: everybody at once. */
    waitFor: (count: number) => {
      crowd = count;
    },
    /** The next so many ways to pay or be paid are refused, each under its key for ever. */
    refuse: (count: number) => {
      refusals = count;
    },
    /** Forgets what was planned and asked, and is reachable again; what it has done stays done. */
    calm: () => {
      queue.length = 0;
      asked.length = 0;
      refusals = 0;
      crowd = 0;
      isDown = false;
    },
    goDown: (down: boolean) => {
      isDown = down;
    },
    asked,
    /** What it is by the partner's clock when the next orders come in. */
    setNow: (at: Date) => {
      now = at;
    },
    /** The partner forgets a key, or has one that it was never given by us. */
    forget: (key: string) => void kept.delete(key),
    invent: (path: string, key: string, amountCents: string) =>
      void kept.set(key, {
        key,
        path,
        at: now.toISOString(),
        id: randomUUID(),
        body: '',
        amountCents,
        status: 'succeeded',
      }),
    /** Changes what the partner holds to be true about a key. */
    decide: (key: string, status: 'succeeded' | 'failed' | 'returned') => {
      const effect = kept.get(key)!;
      effect.status = status;
      effect.at = now.toISOString();
      if (status === 'returned') effect.failureCode = 'account_closed';
    },
    /** Money that the partner has really moved, by key prefix ("charge:<invoice>"). */
    movedCents: (prefix: string) =>
      [...kept]
        .filter(([key, { status }]) => key.startsWith(prefix) && status === 'succeeded')
        .reduce((total, [, { amountCents }]) => total + BigInt(amountCents), 0n),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
