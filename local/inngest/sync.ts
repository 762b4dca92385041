import { setTimeout as pause } from 'node:timers/promises';
import { signatureOf } from './call-app.ts';
import type { Core } from './core.ts';
import { post } from './post.ts';
import { canonicalJson } from './protocol.ts';

/**
 * Asks the app to register its functions, at once and then again until it works; `again` when a call did not reach it:
 * its answer says that it is back. Does nothing without an address.
 */
export function keepSyncing(core: Core) {
  const { appUrl = '', dev } = core;
  const stopped = new AbortController();
  let busy = !appUrl;

  async function again(): Promise<void> {
    if (busy) return;
    busy = true;
    const body = canonicalJson({ url: appUrl });
    const kind = { 'content-type': 'application/json', 'x-inngest-server-kind': dev ? 'dev' : 'cloud' };
    let said = '';
    for (let waitMs = 200; !stopped.signal.aborted; waitMs = Math.min(waitMs * 2, 5000)) {
      const headers = { ...kind, ...signatureOf(core, body) };
      const limits = { timeoutMs: 30_000, maxBytes: 1_000_000 };
      const answer = await post(new URL(appUrl), { method: 'PUT', headers, body, ...limits });
      const message = 'failure' in answer ? answer.failure : `${answer.status} ${answer.body.slice(0, 500)}`;
      if (/^200 .*"Successfully registered"/s.test(message)) {
        core.log('info', 'synced with the app', { appUrl });
        break;
      }
      // The same complaint once: the app may be down for an hour.
      if (message !== said && !stopped.signal.aborted)
        core.log('warn', 'the app could not be synced; trying again', { appUrl, answer: message });
      said = message;
      await pause(waitMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
    busy = false;
  }
  void again();
  return { again, stop: () => stopped.abort() };
}
