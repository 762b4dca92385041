'use server';

import { endSession } from '#lib/identity/index.ts';
import { runAction } from './action.ts';
import { clearSessionCookie, currentSession } from './session.ts';

/** Ends the session of this browser and goes to where its person comes in. */
export async function signOut(): Promise<void> {
  await runAction(new FormData(), async (ctx) => {
    const session = await currentSession();
    if (session) await endSession(ctx, { sessionId: session.id });
    await clearSessionCookie();
    return { redirectTo: session?.source === 'hcb' ? '/' : '/sign-in' };
  });
}
