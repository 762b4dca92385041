import { readSession } from '#lib/identity/index.ts';
import { onTopics } from '#lib/kernel/live.ts';
import { currentSession, systemCtx } from '../../session.ts';

export const dynamic = 'force-dynamic';

const heartbeatMs = 20_000;
const gatherMs = 30;
const streamsPerAccount = 12;

// Next may bundle a route more than once; the count belongs to the process.
const shared = globalThis as { mcfLiveStreams?: Map<string, number> };
shared.mcfLiveStreams ??= new Map();
const streams = shared.mcfLiveStreams;

/**
 * Server-sent events for whoever is signed in: `refresh` whenever something about them or their role changed. Carries no
 * data, so there is nothing to leak; the screen asks anew. Ends when the session ends.
 */
export async function GET(request: Request): Promise<Response> {
  const session = await currentSession();
  if (!session) return new Response(null, { status: 401 });
  const { accountId } = session;
  if ((streams.get(accountId) ?? 0) >= streamsPerAccount)
    return new Response(null, { status: 429, headers: { 'Retry-After': '30' } });
  streams.set(accountId, (streams.get(accountId) ?? 0) + 1);

  const topics = new Set([`account:${accountId}`, ...session.roles.map((role) => `role:${role}`)]);
  const encoder = new TextEncoder();
  let close = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let closed = false;
      let gathering: NodeJS.Timeout | undefined;
      const send = (text: string) => {
        if (!closed) controller.enqueue(encoder.encode(text));
      };
      close = () => {
        if (closed) return;
        closed = true;
        stopListening();
        clearInterval(heartbeat);
        clearTimeout(gathering);
        const left = (streams.get(accountId) ?? 1) - 1;
        if (left > 0) streams.set(accountId, left);
        else streams.delete(accountId);
        try {
          controller.close();
        } catch {
          // The browser went first.
        }
      };
      // A wake may be the end of this very session, so it is looked up before anything is said.
      const say = async (text: string) => {
        try {
          const inForce = await readSession(systemCtx('live'), session.id);
          if (inForce) return send(text);
          send('event: ended\ndata: \n\n');
          close();
        } catch (error) {
          console.error('live: the session could not be checked:', error);
          close();
        }
      };
      const stopListening = onTopics(topics, () => {
        gathering ??= setTimeout(() => {
          gathering = undefined;
          void say('event: refresh\ndata: \n\n');
        }, gatherMs);
      });
      const heartbeat = setInterval(() => void say(': beat\n\n'), heartbeatMs);
      heartbeat.unref();
      request.signal.addEventListener('abort', () => close());
      if (request.signal.aborted) close();
      send('retry: 2000\nevent: hello\ndata: \n\n');
    },
    cancel() {
      close();
    },
  });
  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // no-transform: a compressing proxy (Next's own too) would hold the events back.
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    },
  });
}
