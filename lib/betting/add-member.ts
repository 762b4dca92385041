import type { z } from 'zod';
import { members } from '#db/schema/betting.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import { inCircle, note, refreshCircle, requireMember } from './in-circle.ts';
import { addMemberInput } from './inputs.ts';

/** Lets another manager in, at most 15 [US-280]; members invite, the system founds the circle. Throws `Refused`: not_found, betting.full. */
export async function addMember(ctx: Ctx, input: z.input<typeof addMemberInput>): Promise<void> {
  if (ctx.actor.kind === 'system') requireRole(ctx, 'system');
  else await inCircle(ctx, requireMember);
  const { accountId, name } = parse(addMemberInput, input);
  try {
    await inCircle(ctx, async (tx) => {
      const added = await tx.db
        .insert(members)
        .values({ accountId, name, addedAt: tx.now })
        .onConflictDoNothing()
        .returning({ id: members.accountId });
      if (added.length === 0) return;
      await note(tx, 'addMember', { accountId });
      await refreshCircle(tx);
    });
  } catch (error) {
    if (pgErrorCode(error) === '23514') throw new Refused('betting.full');
    throw error;
  }
}
