import { monotonicFactory } from 'ulid';
import { canonicalJson } from './canonical-json.ts';
import { MAX_EVENT_BYTES, MAX_EVENTS_PER_REQUEST } from './limits.ts';

export type Payload = {
  id: string;
  name: string;
  ts: number;
  data: Record<string, unknown>;
  user: unknown;
  v?: string;
};

/** An event as stored: `id` is ours, `payload.id` is the sender's when it gave one. */
export type StoredEvent = { id: string; payload: Payload; text: string; givenId: boolean };

export const newId = monotonicFactory();

const EARLIEST = Date.UTC(1980, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Completes an event the way the real server does: own id or ours, `ts`, an empty `user`. */
export function createEvent(raw: Partial<Payload> & { name: string }, id: string, now: number): StoredEvent {
  const payload: Payload = {
    data: raw.data ?? {},
    id: raw.id || id,
    name: raw.name,
    ts: raw.ts || now,
    user: raw.user ?? {},
    ...(raw.v ? { v: raw.v } : {}),
  };
  return { id, payload, text: canonicalJson(payload), givenId: Boolean(raw.id) };
}

/**
 * Reads the body of `POST /e/:key`. Like the real server it keeps the events before the first bad one and says what is
 * wrong with that one. `seed` (`milliseconds,base64 of 10 bytes`) makes the ids the same when the request is repeated.
 */
export function readEvents(
  body: string,
  seed: string | undefined,
  now: number,
): { events: StoredEvent[]; error?: string } {
  if (!body.trim()) return { events: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { events: [], error: 'Request body must contain an event object or an array of event objects' };
  }
  if (parsed === null || typeof parsed !== 'object') {
    return { events: [], error: 'Request body must contain an event object or an array of event objects' };
  }
  const list = Array.isArray(parsed) ? parsed : [parsed];
  const events: StoredEvent[] = [];
  for (const [index, raw] of list.entries()) {
    if (index >= MAX_EVENTS_PER_REQUEST) {
      return { events, error: `Cannot have more than ${MAX_EVENTS_PER_REQUEST} events in a batch` };
    }
    const error = faultOf(raw);
    if (error) return { events, error };
    const id = seededId(seed, index) ?? newId(now);
    const event = attempt(() => createEvent(raw as Payload, id, now));
    if (!event) return { events, error: 'event is nested too deeply' };
    const size = event.text.length * 3 > MAX_EVENT_BYTES ? Buffer.byteLength(JSON.stringify(raw)) : 0;
    if (size > MAX_EVENT_BYTES) {
      return {
        events,
        error: `Event is over the max size: Max ${MAX_EVENT_BYTES} bytes / Size ${size} bytes`,
      };
    }
    events.push(event);
  }
  return { events };
}

/** The stack ends where JSON nested ten thousands deep is walked through. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function faultOf(raw: unknown): string | undefined {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) return 'event is not an object';
  const { name, id, data, ts, v } = raw as Record<string, unknown>;
  if (name == null || name === '') return 'event name is empty';
  if (typeof name !== 'string' || name.length > 256 || name.includes('\0'))
    return 'event name must be text of at most 256 characters';
  if (name.startsWith('inngest/')) return `event name is reserved for internal use: ${name}`;
  if (id != null && (typeof id !== 'string' || id.length > 512 || id.includes('\0')))
    return 'event id must be text of at most 512 characters';
  if (data != null && (typeof data !== 'object' || Array.isArray(data)))
    return `event data must be an object, not ${typeof data}`;
  if (v != null && typeof v !== 'string') return 'event v must be text';
  if (ts != null && ts !== 0) {
    if (!Number.isInteger(ts)) return 'event ts must be a whole number of milliseconds';
    if ((ts as number) < EARLIEST) return 'timestamp is before Jan 1, 1980';
    if ((ts as number) > LATEST) return 'timestamp is after Jan 1, 2100';
  }
  return undefined;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When an id was made. */
export const momentOf = (id: string): Date =>
  new Date([...id.slice(0, 10)].reduce((ms, digit) => ms * 32 + ALPHABET.indexOf(digit), 0));

/** ULID(ms, entropy with its last 4 bytes raised by the 1-based index), as the real server makes it. */
function seededId(seed: string | undefined, index: number): string | undefined {
  const [ms, base64] = seed?.split(',') ?? [];
  if (!ms || !/^\d{1,14}$/.test(ms) || !base64) return undefined;
  const entropy = Buffer.from(base64, 'base64');
  if (entropy.length !== 10) return undefined;
  entropy.writeUInt32BE((entropy.readUInt32BE(6) + index + 1) >>> 0, 6);
  let number = (BigInt(ms) << 80n) | BigInt(`0x${entropy.toString('hex')}`);
  let id = '';
  for (let i = 0; i < 26; i++) {
    id = ALPHABET[Number(number & 31n)] + id;
    number >>= 5n;
  }
  return id;
}
