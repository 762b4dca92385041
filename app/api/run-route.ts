import 'server-only';
import { z } from 'zod';
import { stateOf } from '#app/action.ts';
import { refuseOtherSites } from '#app/refuse-other-sites.ts';
import { currentCtx } from '#app/session.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { readBody } from './read-body.ts';

/**
 * Runs the work of a route handler that changes something as the person who calls, and answers in JSON: what the work
 * answers, or `{ code, message, errors }` in their language. 401 means "sign in and send it again", 5xx and 429 "send it again",
 * the other refusals stay what they are.
 */
export async function runRoute(
  request: Request,
  work: (ctx: Ctx) => Promise<Record<string, unknown>>,
): Promise<Response> {
  try {
    refuseOtherSites(request.headers);
    return Response.json(await work(await currentCtx()), { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    const code = error instanceof Refused ? error.code : 'fault';
    return Response.json(
      { ...(await stateOf(error)), code },
      { status: statusOf(code), headers: { 'cache-control': 'no-store' } },
    );
  }
}

function statusOf(code: string): number {
  if (code === 'fault') return 500;
  if (code === 'not_signed_in') return 401;
  if (code === 'not_allowed' || code === 'other_site') return 403;
  if (code.endsWith('.not_found')) return 404;
  if (code === 'photo.too_large') return 413;
  if (code === 'photo.busy') return 429;
  return 422;
}

/** Reads a small JSON object. Throws `Refused`: malformed, too_big. */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  const raw = new TextDecoder().decode(await readBody(request, 10_000, 'too_big'));
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(raw));
  } catch {
    throw new Refused('malformed');
  }
}
