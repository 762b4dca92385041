import { monotonicFactory, uuidToULID } from 'ulid';
import { canonicalJson, MAX_EVENT_BYTES, MAX_EVENTS_PER_REQUEST, MAX_NAME, parseJson } from './protocol.ts';

type Data = Record<string, unknown>;
export type Payload = { id: string; name: string; ts: number; data: Data; user: unknown; v?: string };

/** An event as stored: `id` is ours, `payload.id` is the sender's when it gave one. */
export type StoredEvent = { id: string; payload: Payload; text: string; givenId: boolean };

export const newId = monotonicFactory();

/** Completes an event the way the real server does: own id or ours, `ts`, an empty `user`. */
export function createEvent(raw: Partial<Payload> & { name: string }, id = newId()): StoredEvent {
  const { name, data, ts, user, v } = raw;
  const own = { data: data ?? {}, id: raw.id || id, name, ts: ts || Date.now(), user: user ?? {} };
  const payload: Payload = v ? { ...own, v } : own;
  return { id, payload, text: canonicalJson(payload), givenId: Boolean(raw.id) };
}

/** An event as the real server gives it where it does not call: without the `user` that nobody gave. */
export function withoutEmptyUser({ user, ...event }: Payload): Partial<Payload> {
  return Object.keys((user as object) ?? {}).length > 0 ? { ...event, user } : event;
}

/** Reads the body of `POST /e/:key`: the events before the first bad one, and what is wrong with that. */
export function readEvents(body: string, seed?: string): { events: StoredEvent[]; error?: string } {
  const events: StoredEvent[] = [];
  const parsed = body.trim() ? parseJson(body) : [];
  if (!parsed || typeof parsed !== 'object')
    return { events, error: 'Request body must contain an event object or an array of event objects' };
  for (const [index, raw] of (Array.isArray(parsed) ? parsed : [parsed]).entries()) {
    if (index >= MAX_EVENTS_PER_REQUEST)
      return { events, error: `Cannot have more than ${MAX_EVENTS_PER_REQUEST} events in a batch` };
    const error = faultOf(raw);
    if (error) return { events, error };
    try {
      const event = createEvent(raw as Payload, seededId(seed, index) ?? newId());
      const size = event.text.length * 3 > MAX_EVENT_BYTES ? Buffer.byteLength(JSON.stringify(raw)) : 0;
      const tooLarge = `Event is over the max size: Max ${MAX_EVENT_BYTES} bytes / Size ${size} bytes`;
      if (size > MAX_EVENT_BYTES) return { events, error: tooLarge };
      events.push(event);
    } catch (fault) {
      // The stack ends where JSON nested ten thousands deep is walked through.
      if (fault instanceof RangeError) return { events, error: 'event is nested too deeply' };
      throw fault;
    }
  }
  return { events };
}

function faultOf(raw: unknown): string | undefined {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) return 'event is not an object';
  const { name, id, data, ts, v } = raw as Record<string, unknown>;
  const isText = (value: unknown, most: number): value is string =>
    typeof value === 'string' && value.length <= most && !value.includes('\0');
  if (name == null || name === '') return 'event name is empty';
  if (!isText(name, MAX_NAME)) return `event name must be text of at most ${MAX_NAME} characters`;
  if (name.startsWith('inngest/')) return `event name is reserved for internal use: ${name}`;
  if (id != null && !isText(id, 512)) return 'event id must be text of at most 512 characters';
  if (data != null && (typeof data !== 'object' || Array.isArray(data)))
    return `event data must be an object, not ${typeof data}`;
  if (v != null && typeof v !== 'string') return 'event v must be text';
  if (ts == null || ts === 0) return undefined;
  if (!Number.isInteger(ts)) return 'event ts must be a whole number of milliseconds';
  if ((ts as number) < Date.UTC(1980, 0, 1)) return 'timestamp is before Jan 1, 1980';
  if ((ts as number) > Date.UTC(2100, 0, 1)) return 'timestamp is after Jan 1, 2100';
}

/** ULID(ms, entropy with its last 4 bytes raised by the 1-based index), as the real server makes it. */
function seededId(seed: string | undefined, index: number): string | undefined {
  const [, ms, base64] = seed?.match(/^(\d{1,14}),(.+)$/) ?? [];
  const entropy = Buffer.from(base64 ?? '', 'base64');
  if (!ms || entropy.length !== 10) return undefined;
  entropy.writeUInt32BE((entropy.readUInt32BE(6) + index + 1) >>> 0, 6);
  const hex = Number(ms).toString(16).padStart(12, '0') + entropy.toString('hex');
  return uuidToULID(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}
