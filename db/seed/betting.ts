import { addMember } from '#lib/betting/index.ts';
import { peopleWithRole } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';

const founders = ['manager@mcf.example', 'billing@mcf.example', 'tosha@mcf.example'];

/** Founds the circle; whoever was let in before stays as they are. */
export async function seedBetting(ctx: Ctx): Promise<void> {
  for (const { id, name, email } of await peopleWithRole(ctx, 'manager'))
    if (founders.includes(email)) await addMember(ctx, { accountId: id, name });
}
