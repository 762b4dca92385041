import { canonicalJson } from './canonical-json.ts';
import type { Core } from './core.ts';
import { post } from './post.ts';
import { signBody } from './signature.ts';

/**
 * Asks the app to register its functions, at once and then again until it works; `again` when a call did not reach it:
 * its answer says that it is back. Does nothing without an address.
 */
export function keepSyncing(core: Core, appUrl: string | undefined, dev: boolean) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let lastMessage = '';
  let wait = 100;
  let idle = true;

  const attempt = async (appUrl: string) => {
    const body = canonicalJson({ url: appUrl });
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-inngest-server-kind': dev ? 'dev' : 'cloud',
    };
    if (core.signingKey) headers['x-inngest-signature'] = signBody(core.signingKey, body, Date.now());
    const answer = await post(new URL(appUrl), {
      method: 'PUT',
      headers,
      body,
      timeoutMs: 30_000,
      maxBytes: 1_000_000,
    });
    if (stopped) return;
    const message = 'failure' in answer ? answer.failure : `${answer.status} ${answer.body.slice(0, 500)}`;
    if ('status' in answer && answer.status === 200 && /"Successfully registered"/.test(answer.body)) {
      core.log('info', 'synced with the app', { appUrl });
      idle = true;
      return;
    }
    // The same complaint once: the app may be down for an hour.
    if (message !== lastMessage)
      core.log('warn', 'the app could not be synced; trying again', { appUrl, answer: message });
    lastMessage = message;
    wait = Math.min(wait * 2, 5000);
    timer = setTimeout(attempt, wait, appUrl);
  };
  const again = () => {
    if (!idle || stopped || !appUrl) return;
    idle = false;
    wait = 100;
    void attempt(appUrl);
  };
  again();
  return {
    again,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
