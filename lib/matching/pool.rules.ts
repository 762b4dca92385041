/**
 * The normal samples as columns: one slot a worker, one typed array a fact. A match over 100,000 workers reads a few
 * megabytes in order, instead of as many objects all over the memory.
 */
export type Pool = {
  /** Slots in use: 0 … count - 1. A slot is never given to another worker. */
  count: number;
  workerIds: string[];
  names: string[];
  slotOf: Map<string, number>;
  /** A fixed lot for each worker, from which ties are drawn. */
  lots: Uint32Array;
  active: Uint8Array;
  /** By skill, 0..100; 255 is unknown. */
  characteristics: Map<string, Uint8Array>;
  completed: Uint32Array;
  failed: Uint32Array;
  /** Milliseconds. */
  trainedAt: Float64Array;
  calendar: Calendar;
  /** What matches have given back, so that the next one need not ask for new memory: that is what costs most. */
  spare: { columns: Float64Array[]; slots: Int32Array[]; surroundings: Surroundings[] };
};

/** Engagements as columns, in the order in which they became known. */
export type Calendar = {
  count: number;
  indexOf: Map<string, number>;
  slots: Int32Array;
  /** Milliseconds, like `endsAt`. */
  startsAt: Float64Array;
  endsAt: Float64Array;
  state: Uint8Array;
  /** Those that touch an hour, by the hour (since 1970): a match looks at the hours around its own only. */
  byHour: Map<number, number[]>;
};

/** `open` keeps its worker busy and counts as load, `done` counts as load, `gone` is as if it had never been. */
export const engagementState = { gone: 0, open: 1, done: 2 } as const;

export type SampleRow = {
  workerId: string;
  name: string;
  active: boolean;
  characteristics: Readonly<Record<string, number>>;
  completedCount: number;
  failedCount: number;
  trainedAt: number;
};
export type EngagementRow = {
  orderId: string;
  workerId: string;
  startsAt: number;
  endsAt: number;
  state: number;
};

export const unknownCharacteristic = 255;
const firstCapacity = 64;
const spareLimit = 32;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

export function createPool(capacity = firstCapacity): Pool {
  return {
    count: 0,
    workerIds: [],
    names: [],
    slotOf: new Map(),
    lots: new Uint32Array(capacity),
    active: new Uint8Array(capacity),
    characteristics: new Map(),
    completed: new Uint32Array(capacity),
    failed: new Uint32Array(capacity),
    trainedAt: new Float64Array(capacity),
    calendar: createCalendar(capacity),
    spare: { columns: [], slots: [], surroundings: [] },
  };
}

function createCalendar(capacity: number): Calendar {
  return {
    count: 0,
    indexOf: new Map(),
    slots: new Int32Array(capacity),
    startsAt: new Float64Array(capacity),
    endsAt: new Float64Array(capacity),
    state: new Uint8Array(capacity),
    byHour: new Map(),
  };
}

/** Adds a worker, or takes over what is new about one that is known. */
export function putSample(pool: Pool, row: SampleRow): void {
  let slot = pool.slotOf.get(row.workerId);
  if (slot === undefined) {
    slot = pool.count++;
    if (slot >= pool.active.length) growPool(pool);
    pool.workerIds[slot] = row.workerId;
    pool.slotOf.set(row.workerId, slot);
    pool.lots[slot] = hashOf(row.workerId);
  }
  pool.names[slot] = row.name;
  pool.active[slot] = row.active ? 1 : 0;
  pool.completed[slot] = row.completedCount;
  pool.failed[slot] = row.failedCount;
  pool.trainedAt[slot] = row.trainedAt;
  for (const [skill, column] of pool.characteristics)
    column[slot] = row.characteristics[skill] ?? unknownCharacteristic;
  for (const skill of Object.keys(row.characteristics)) {
    if (pool.characteristics.has(skill)) continue;
    const column = new Uint8Array(pool.active.length).fill(unknownCharacteristic);
    column[slot] = row.characteristics[skill]!;
    pool.characteristics.set(skill, column);
  }
}

/** Adds an engagement, or takes over its new state; one of an unknown worker is left out. */
export function putEngagement({ calendar, slotOf }: Pool, row: EngagementRow): void {
  const slot = slotOf.get(row.workerId);
  if (slot === undefined) return;
  const known = calendar.indexOf.get(row.orderId);
  const index = known ?? calendar.count++;
  if (known === undefined) {
    if (index >= calendar.state.length) growCalendar(calendar);
    calendar.indexOf.set(row.orderId, index);
  } else if (calendar.startsAt[index] !== row.startsAt || calendar.endsAt[index] !== row.endsAt)
    for (const hour of hoursOf(calendar, index)) {
      const there = calendar.byHour.get(hour)!;
      there[there.indexOf(index)] = there.at(-1)!;
      there.pop();
    }
  const moved =
    known === undefined || calendar.startsAt[index] !== row.startsAt || calendar.endsAt[index] !== row.endsAt;
  calendar.slots[index] = slot;
  calendar.startsAt[index] = row.startsAt;
  calendar.endsAt[index] = row.endsAt;
  calendar.state[index] = row.state;
  if (moved) noteHours(calendar, index);
}

/** The hours that an engagement touches. */
function hoursOf({ startsAt, endsAt }: Calendar, index: number): number[] {
  const first = Math.floor(startsAt[index]! / hourMs);
  const hours = [first];
  for (let hour = first + 1; hour * hourMs < endsAt[index]!; hour++) hours.push(hour);
  return hours;
}

function noteHours(calendar: Calendar, index: number): void {
  for (const hour of hoursOf(calendar, index)) {
    const there = calendar.byHour.get(hour);
    if (there) there.push(index);
    else calendar.byHour.set(hour, [index]);
  }
}

/** Forgets engagements that ended before `endedBefore` (milliseconds): no order that still comes can meet them. */
export function forgetOldEngagements(pool: Pool, endedBefore: number): void {
  const old = pool.calendar;
  const kept = createCalendar(Math.max(firstCapacity, old.count));
  for (const [orderId, index] of old.indexOf) {
    if (old.endsAt[index]! < endedBefore) continue;
    const next = kept.count++;
    kept.indexOf.set(orderId, next);
    kept.slots[next] = old.slots[index]!;
    kept.startsAt[next] = old.startsAt[index]!;
    kept.endsAt[next] = old.endsAt[index]!;
    kept.state[next] = old.state[index]!;
    noteHours(kept, next);
  }
  pool.calendar = kept;
}

/** What each worker's calendar looks like around a time. */
export type Surroundings = {
  /** 1: overlaps an open engagement. */
  overlaps: Uint8Array;
  /** Minutes to the nearest open engagement that does not overlap; `farMinutes` when it is further than `gapReachMinutes`. */
  gapMinutes: Uint16Array;
  /** Engagements that begin within the window on either side. */
  nearbyCount: Uint16Array;
};
export const farMinutes = 0xffff;
/** Nobody asks for a longer way from one place to the next. */
export const gapReachMinutes = 240;

export function lookAround(
  pool: Pool,
  { startsAt, endsAt, windowDays }: { startsAt: number; endsAt: number; windowDays: number },
): Surroundings {
  const { count, calendar, spare } = pool;
  const capacity = pool.active.length;
  const used = spare.surroundings.pop();
  const around =
    used && used.overlaps.length >= count
      ? used
      : {
          overlaps: new Uint8Array(capacity),
          gapMinutes: new Uint16Array(capacity),
          nearbyCount: new Uint16Array(capacity),
        };
  const { overlaps, gapMinutes, nearbyCount } = around;
  overlaps.fill(0, 0, count);
  gapMinutes.fill(farMinutes, 0, count);
  nearbyCount.fill(0, 0, count);
  countNearby(calendar, nearbyCount, startsAt - windowDays * dayMs, startsAt + windowDays * dayMs);
  const reachMs = gapReachMinutes * 60_000;
  const lastHour = Math.floor((endsAt + reachMs) / hourMs);
  // One that ends just at the reach is in the hour before.
  for (let hour = Math.floor((startsAt - reachMs - 1) / hourMs); hour <= lastHour; hour++)
    for (const i of calendar.byHour.get(hour) ?? []) {
      if (calendar.state[i] !== engagementState.open) continue;
      const slot = calendar.slots[i]!;
      const begins = calendar.startsAt[i]!;
      const ends = calendar.endsAt[i]!;
      if (begins < endsAt && ends > startsAt) overlaps[slot] = 1;
      else {
        const gap = (ends <= startsAt ? startsAt - ends : begins - endsAt) / 60_000;
        if (gap <= gapReachMinutes && gap < gapMinutes[slot]!) gapMinutes[slot] = gap;
      }
    }
  return around;
}

/** One pass over all engagements, without a branch that cannot be foreseen. */
function countNearby(
  { count, slots, startsAt, state }: Calendar,
  nearbyCount: Uint16Array,
  from: number,
  to: number,
): void {
  for (let i = 0; i < count; i++) {
    const begins = startsAt[i]!;
    nearbyCount[slots[i]!]! += +(state[i] !== engagementState.gone) & +(begins >= from) & +(begins <= to);
  }
}

/** A column of numbers, one a slot; what is in it is of an earlier match. */
export function takeColumn({ spare, count, active }: Pool): Float64Array {
  const column = spare.columns.pop();
  return column && column.length >= count ? column : new Float64Array(active.length);
}

/** Room for a list of slots; what is in it is of an earlier match. */
export function takeSlots({ spare, count, active }: Pool): Int32Array {
  const slots = spare.slots.pop();
  return slots && slots.length >= count ? slots : new Int32Array(active.length);
}

/** For the next match; nobody may look at them any more. */
export function giveBack(
  { spare }: Pool,
  used: { columns?: Float64Array[]; slots?: Int32Array[]; surroundings?: Surroundings[] },
): void {
  for (const column of used.columns ?? []) if (spare.columns.length < spareLimit) spare.columns.push(column);
  for (const slots of used.slots ?? []) if (spare.slots.length < spareLimit) spare.slots.push(slots);
  for (const around of used.surroundings ?? [])
    if (spare.surroundings.length < spareLimit) spare.surroundings.push(around);
}

/** FNV-1a: the same text has the same lot everywhere. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}

/** Mixes two lots into a third that looks like neither (the finish of MurmurHash3). */
export function mixLots(a: number, b: number): number {
  let hash = (a ^ Math.imul(b, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function growPool(pool: Pool): void {
  const capacity = pool.active.length * 2;
  pool.lots = grown(pool.lots, new Uint32Array(capacity));
  pool.active = grown(pool.active, new Uint8Array(capacity));
  pool.completed = grown(pool.completed, new Uint32Array(capacity));
  pool.failed = grown(pool.failed, new Uint32Array(capacity));
  pool.trainedAt = grown(pool.trainedAt, new Float64Array(capacity));
  for (const [skill, column] of pool.characteristics)
    pool.characteristics.set(skill, grown(column, new Uint8Array(capacity).fill(unknownCharacteristic)));
}

function growCalendar(calendar: Calendar): void {
  const capacity = calendar.state.length * 2;
  calendar.slots = grown(calendar.slots, new Int32Array(capacity));
  calendar.startsAt = grown(calendar.startsAt, new Float64Array(capacity));
  calendar.endsAt = grown(calendar.endsAt, new Float64Array(capacity));
  calendar.state = grown(calendar.state, new Uint8Array(capacity));
}

function grown<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from);
  return to;
}
