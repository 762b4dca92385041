import { createStore, del, entries, set, type UseStore } from 'idb-keyval';

export type ProofAction = 'start' | 'report';

/** A photo that has been taken and not yet been accepted by the server. */
export type Unsent = {
  /** The idempotency key: the same photo sent again is the same photo. */
  uploadId: string;
  /** Who took it: on a shared phone nobody sends for somebody else. */
  accountId: string;
  orderId: string;
  requestNumber: string;
  action: ProofAction;
  bytes: ArrayBuffer;
  takenAt: number;
  /** The server's refusal, in words; it will be the same next time. */
  problem?: string;
};

export type QueueState = {
  unsent: readonly Unsent[];
  isSending: boolean;
  isSignedOut: boolean;
  /** False when the phone cannot keep anything (private mode, full): then the photo lives only in this page. */
  isKept: boolean;
};

type Sent = { orderId: string; action: ProofAction };

const nothing: QueueState = { unsent: [], isSending: false, isSignedOut: false, isKept: true };
let state = nothing;
let accountId = '';
const watchers = new Set<() => void>();
const onSentListeners = new Set<(sent: Sent) => void>();
let store: UseStore | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let retryMs = 0;

const firstRetryMs = 3000;
const longestRetryMs = 60_000;
const uploadLimitMs = 90_000;
const lockName = 'mcf-unsent-photos';

const disk = () => {
  store ??= createStore('mcf-work', 'unsent-photos');
  return store;
};

function change(next: Partial<QueueState>) {
  state = { ...state, ...next };
  for (const watcher of watchers) watcher();
}

export const readQueue = (): QueueState => state;
export const readEmptyQueue = (): QueueState => nothing;
export function watchQueue(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
export function onSent(listener: (sent: Sent) => void): () => void {
  onSentListeners.add(listener);
  return () => onSentListeners.delete(listener);
}

/** Takes up what this person left unsent on this phone, and goes on sending it whenever there is network. */
export function startQueue(forAccountId: string): () => void {
  accountId = forAccountId;
  void load().then(sendUnsent);
  const wake = () => {
    if (!document.hidden) void load().then(sendUnsent);
  };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  return () => {
    removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wake);
    clearTimeout(retry);
  };
}

// What reads and writes the phone's memory goes one after another: a list read before a write must not undo it here.
let lastDone: Promise<unknown> = Promise.resolve();
function oneByOne<T>(work: () => Promise<T>): Promise<T> {
  const done = lastDone.then(work, work);
  lastDone = done.catch(() => {});
  return done;
}

const load = () => oneByOne(readDisk);

async function readDisk(): Promise<void> {
  try {
    const kept = (await entries<string, Unsent>(disk())).map(([, unsent]) => unsent);
    const here = new Set(kept.map(({ uploadId }) => uploadId));
    // What could not be written to the disk is still in memory.
    const onlyHere = state.isKept ? [] : state.unsent.filter(({ uploadId }) => !here.has(uploadId));
    change({
      unsent: [...kept, ...onlyHere]
        .filter((unsent) => unsent.accountId === accountId)
        .sort((a, b) => a.takenAt - b.takenAt),
    });
  } catch {
    change({ isKept: false });
  }
}

/** Keeps a photo on the phone, then sends it: in this order, so that a dead battery loses nothing. */
export async function keepPhoto(proof: Pick<Unsent, 'orderId' | 'requestNumber' | 'action' | 'bytes'>) {
  const unsent: Unsent = { ...proof, accountId, uploadId: crypto.randomUUID(), takenAt: Date.now() };
  await oneByOne(async () => {
    await set(unsent.uploadId, unsent, disk()).catch(() => change({ isKept: false }));
    change({ unsent: [...state.unsent, unsent] });
  });
  await sendUnsent();
}

/** Gives up a photo that was refused. */
export async function removePhoto(uploadId: string): Promise<void> {
  await oneByOne(async () => {
    await del(uploadId, disk()).catch(() => {});
    change({ unsent: state.unsent.filter((unsent) => unsent.uploadId !== uploadId) });
  });
}

/** Sends what waits, oldest first, from one tab at a time. A photo leaves the phone's memory only when it is accepted. */
export async function sendUnsent(): Promise<void> {
  if (!navigator.locks) await sendAll();
  else
    await navigator.locks.request(lockName, { ifAvailable: true }, async (lock) => {
      if (lock) await sendAll();
    });
  clearTimeout(retry);
  if (state.unsent.some(({ problem }) => !problem))
    retry = setTimeout(() => void load().then(sendUnsent), Math.max(retryMs, firstRetryMs));
}

async function sendAll(): Promise<void> {
  if (state.isSending) return;
  try {
    for (;;) {
      const next = state.unsent.find((unsent) => !unsent.problem);
      if (!next || !navigator.onLine) break;
      change({ isSending: true });
      const outcome = await send(next);
      if (outcome === 'sent') {
        retryMs = 0;
        await removePhoto(next.uploadId);
        change({ isSignedOut: false });
        for (const listener of onSentListeners) listener(next);
        continue;
      }
      if (typeof outcome === 'object') {
        const refused = { ...next, problem: outcome.problem };
        await oneByOne(async () => {
          await set(refused.uploadId, refused, disk()).catch(() => {});
          change({
            unsent: state.unsent.map((unsent) => (unsent.uploadId === next.uploadId ? refused : unsent)),
          });
        });
        continue;
      }
      change({ isSignedOut: outcome === 'signed_out' });
      retryMs = Math.min(Math.max(retryMs * 2, firstRetryMs), longestRetryMs);
      break;
    }
  } finally {
    change({ isSending: false });
  }
}

type Outcome = 'sent' | 'later' | 'signed_out' | { problem: string };

async function send({ uploadId, orderId, action, bytes }: Unsent): Promise<Outcome> {
  const kind = action === 'start' ? 'check_in' : 'report';
  const uploaded = await post(
    `/api/photos?uploadId=${uploadId}&kind=${kind}`,
    'application/octet-stream',
    bytes,
  );
  if (!('answer' in uploaded)) return uploaded.outcome;
  const body = JSON.stringify({ photoId: uploaded.answer.photoId });
  const done = await post(`/api/work/${orderId}/${action}`, 'application/json', body);
  return 'answer' in done ? 'sent' : done.outcome;
}

async function post(
  url: string,
  type: string,
  body: ArrayBuffer | string,
): Promise<{ answer: Record<string, unknown> } | { outcome: Outcome }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
      signal: AbortSignal.timeout(uploadLimitMs),
    });
    if (response.status === 401) return { outcome: 'signed_out' };
    const isForGood =
      response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status);
    if (!response.ok && !isForGood) return { outcome: 'later' };
    // Not our JSON: something between us answered, a hotel's sign-in page for example.
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) return { answer };
    return { outcome: { problem: String(answer.message ?? response.status) } };
  } catch {
    return { outcome: 'later' };
  }
}
