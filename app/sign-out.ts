'use server';

import { redirect } from 'next/navigation';
import { endSession } from '#lib/identity/index.ts';
import { clearSessionCookie, currentCtx, currentSession } from './session.ts';

/** Ends the session of this browser and goes to the front page. Needs no origin check: it only ever signs the sender out. */
export async function signOut(): Promise<void> {
  const session = await currentSession();
  if (session) await endSession(await currentCtx(), { sessionId: session.id });
  await clearSessionCookie();
  redirect(session?.source === 'hcb' ? '/' : '/sign-in');
}
