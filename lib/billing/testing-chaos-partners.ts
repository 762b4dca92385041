import { createHash, createHmac } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const secret = 'secret';
const hour = 3_600_000;
const day = 24 * hour;

type Status = 'pending' | 'succeeded' | 'failed' | 'returned';
export type Effect = {
  partner: 'gateway' | 'golden-hat';
  key: string;
  path: string;
  body: string;
  id: string;
  at: string;
  amountCents: bigint;
  status: Status;
  failureCode?: string;
  firstAnswer: string;
  /** It was told to us, by an answer or a notice, that this one moves nothing. */
  isKnownOver: boolean;
  /** What is still to happen to it, in order. */
  turns: { at: number; status: Status }[];
};
export type Notice = {
  partner: Effect['partner'];
  at: number;
  timestamp: string;
  signature: string;
  rawBody: string;
};

/**
 * Gateway and Golden Hat at their worst, over real HTTP: they lose requests and answers, fail, talk nonsense and time out
 * before and after the effect, say "failed" of what arrives after all, send money back, and give notice twice, late or never.
 * Everything is decided by the key and the seed, never by chance, and time is what `advance` says. `breaches` are the things
 * that must not happen to a partner's books.
 */
export async function startChaosPartners({ seed, start }: { seed: number; start: Date }) {
  const effects = new Map<string, Effect>();
  const asks = new Map<string, number>();
  const notices: Notice[] = [];
  const breaches: string[] = [];
  const counts: Record<string, number> = {};
  let now = start.getTime();
  let isHealed = false;
  let deliveries = 0;
  /** Between 0 and 1, the same for the same words for ever. */
  const chance = (words: string) =>
    createHash('sha256').update(`${seed}:${words}`).digest().readUInt32BE(0) / 2 ** 32;
  const note = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const shown = ({ id, key, status, failureCode, amountCents }: Effect) => ({
    id,
    idempotencyKey: key,
    status,
    amountCents: amountCents.toString(),
    ...(failureCode && status !== 'succeeded' && status !== 'pending' && { failureCode }),
  });
  const tellsEnd = (effect: Effect) => {
    if (effect.status === 'failed' || effect.status === 'returned') effect.isKnownOver = true;
  };

  /** What is to become of an order, and what the partner says of it at first. */
  function perform(partner: Effect['partner'], key: string, path: string, body: string): Effect {
    const { amountCents, chargeKey } = JSON.parse(body) as { amountCents: string; chargeKey?: string };
    const charge = chargeKey === undefined ? undefined : effects.get(chargeKey);
    let fails = chance(`fails:${key}`) < 0.12;
    if (path.endsWith('/refunds')) {
      const given = [...effects.values()].filter(
        (one) => one.path === path && one.status !== 'failed' && one.body.includes(`"${chargeKey}"`),
      );
      const total = given.reduce((sum, one) => sum + one.amountCents, BigInt(amountCents));
      if (charge?.status !== 'succeeded' || total > charge.amountCents) fails = true;
      if (charge?.status !== 'succeeded') breaches.push(`${key} gives back what was not taken`);
    }
    // A second order for one document is allowed only after we were told that the one before it had moved nothing.
    const [purpose, documentId, no] = key.split(':');
    for (let before = Number(no) - 1; before >= 1; before--)
      if (!effects.get(`${purpose}:${documentId}:${before}`)?.isKnownOver)
        breaches.push(`${key} was ordered while number ${before} was open`);

    const turns: Effect['turns'] = [];
    let end: Status = fails ? 'failed' : 'succeeded';
    let at = now;
    if (chance(`pends:${key}`) < 0.5) {
      at += chance(`pending:${key}`) * 3 * day;
      turns.push({ at, status: end });
      end = 'pending';
    }
    if (fails && path.endsWith('/refunds') === false && chance(`late:${key}`) < 0.3)
      turns.push({ at: at + hour + chance(`lateness:${key}`) * 9 * day, status: 'succeeded' });
    if (!fails && path.endsWith('/transfers') && chance(`returns:${key}`) < 0.06)
      turns.push({ at: at + hour + chance(`return:${key}`) * 5 * day, status: 'returned' });
    const effect: Effect = {
      partner,
      key,
      path,
      body,
      id: createHash('sha256').update(key).digest('hex').slice(0, 24),
      at: new Date(now).toISOString(),
      amountCents: BigInt(amountCents),
      status: end,
      ...(fails && { failureCode: 'declined' }),
      firstAnswer: '',
      isKnownOver: false,
      turns,
    };
    effect.firstAnswer = JSON.stringify(shown(effect));
    effects.set(key, effect);
    if (turns.length === 0) announce(effect, 0.2);
    return effect;
  }

  /** Gives notice of how it stands: late, twice, or (`lost`) never. */
  function announce(effect: Effect, lost: number): void {
    const words = `${effect.key}:${effect.status}`;
    if (chance(`lost:${words}`) < lost) {
      note('notices lost');
      return;
    }
    const copies = chance(`twice:${words}`) < 0.35 ? 2 : 1;
    const deliveryId = `dl-${++deliveries}`;
    const rawBody = JSON.stringify({
      deliveryId,
      type: `movement.${effect.status}`,
      data: shown(effect),
      sentAt: new Date(now).toISOString(),
    });
    for (let copy = 0; copy < copies; copy++) {
      const late = chance(`notice:${copy}:${words}`) < 0.5 ? 0 : chance(`noticeAt:${copy}:${words}`) * day;
      notices.push({ partner: effect.partner, at: now + late, timestamp: '', signature: '', rawBody });
    }
    if (copies > 1) note('notices twice');
  }

  const isMute = (key: string) => !isHealed && chance(`mute:${key}`) < 0.02;

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://partner.invalid');
    const partner = url.pathname.startsWith('/golden-hat/') ? 'golden-hat' : 'gateway';
    const lose = () => request.socket.destroy();
    if (request.method === 'GET') {
      const key = url.searchParams.get('idempotencyKey');
      const asked = key ?? url.search;
      const n = (asks.get(`get:${asked}`) ?? 0) + 1;
      asks.set(`get:${asked}`, n);
      if (key && isMute(key)) return lose();
      const luck = isHealed ? 1 : chance(`get:${asked}:${n}`);
      if (luck < 0.12) return lose();
      if (luck < 0.16) return answer(response, 503, '{"error":"try later"}');
      if (!key) return answer(response, 200, JSON.stringify(list(url)));
      const effect = effects.get(key);
      if (!effect) return answer(response, 404, '{}');
      tellsEnd(effect);
      return answer(response, 200, JSON.stringify(shown(effect)));
    }
    const key = String(request.headers['idempotency-key']);
    const n = (asks.get(key) ?? 0) + 1;
    asks.set(key, n);
    const luck = isHealed ? 1 : chance(`post:${key}:${n}`);
    const mute = isMute(key);
    const bad = mute
      ? chance(`muteEffect:${key}`) < 0.5
        ? 'lost after'
        : 'lost before'
      : luck < 0.1
        ? 'lost before'
        : luck < 0.2
          ? 'lost after'
          : luck < 0.24
            ? 'fault before'
            : luck < 0.28
              ? 'fault after'
              : luck < 0.3
                ? 'nonsense after'
                : luck < 0.302
                  ? 'timeout before'
                  : luck < 0.304
                    ? 'timeout after'
                    : luck < 0.32
                      ? 'too many before'
                      : 'answered';
    note(bad);
    if (bad === 'lost before') return lose();
    if (bad === 'fault before') return answer(response, 500, '{}');
    if (bad === 'too many before') return answer(response, 429, '{}');
    // Our side gives up after five seconds.
    if (bad === 'timeout before') return void setTimeout(lose, 5_500).unref();
    const known = effects.get(key);
    if (known && (known.body !== body || known.path !== url.pathname)) {
      breaches.push(`${key} was used for something else`);
      return answer(response, 422, '{"error":"idempotency_key_reused"}');
    }
    const effect = known ?? perform(partner, key, url.pathname, body);
    if (bad === 'lost after') return lose();
    if (bad === 'fault after') return answer(response, 502, 'bad gateway');
    if (bad === 'nonsense after') return answer(response, 200, '{"status":"perhaps"}');
    if (bad === 'timeout after') return void setTimeout(lose, 5_500).unref();
    if (JSON.parse(effect.firstAnswer).status === 'failed') effect.isKnownOver = true;
    answer(response, 200, effect.firstAnswer);
  });
  const answer = (response: ServerResponse, status: number, text: string) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(text);

  function list(url: URL) {
    const [from, to] = [url.searchParams.get('from')!, url.searchParams.get('to')!];
    const all = [...effects.values()].filter(
      ({ path, at }) => path === url.pathname && at >= from && at < to,
    );
    const begin = Number(url.searchParams.get('after') ?? 0);
    const end = begin + Number(url.searchParams.get('limit') ?? 100);
    const operations = all.slice(begin, end).map((effect) => {
      tellsEnd(effect);
      return { ...shown(effect), createdAt: effect.at };
    });
    return { operations, next: end < all.length ? String(end) : null };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.PARTNER_GATEWAY_URL = `${origin}/gateway`;
  process.env.PARTNER_GATEWAY_SECRET = secret;
  process.env.PARTNER_GOLDEN_HAT_URL = `${origin}/golden-hat`;
  process.env.PARTNER_GOLDEN_HAT_SECRET = secret;

  return {
    effects,
    breaches,
    counts,
    /** Moves the partners' clock on; answers the notices that arrive by then, signed, in the order of their arrival. */
    advance(to: Date): Notice[] {
      now = to.getTime();
      for (const effect of effects.values())
        while (effect.turns[0] && effect.turns[0].at <= now) {
          const isFirst = effect.status === 'pending';
          effect.status = effect.turns.shift()!.status;
          if (effect.status === 'returned') effect.failureCode = 'account_closed';
          note(isFirst ? 'settled' : effect.status === 'returned' ? 'returned' : 'succeeded after all');
          // A partner gives notice of these until it is taken; the first one may get lost on the way.
          announce(effect, isFirst ? 0.2 : 0);
        }
      notices.sort((a, b) => a.at - b.at);
      const due = notices.splice(0, notices.filter(({ at }) => at <= now).length);
      const timestamp = String(Math.floor(Date.now() / 1000));
      for (const notice of due) {
        const { data } = JSON.parse(notice.rawBody) as { data: { idempotencyKey: string; status: Status } };
        const effect = effects.get(data.idempotencyKey)!;
        if (data.status === 'failed' || data.status === 'returned') tellsEnd(effect);
        notice.timestamp = timestamp;
        notice.signature = createHmac('sha256', secret)
          .update(`${timestamp}.${notice.rawBody}`)
          .digest('hex');
      }
      return due;
    },
    /** Everybody answers again, also about what they kept silent about. */
    heal: () => {
      isHealed = true;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
