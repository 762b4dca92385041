import { and, arrayContains, arrayOverlaps, eq, ne, sql } from 'drizzle-orm';
import { accounts } from '#db/schema/identity.ts';
import type { Role } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { colleagueRoles } from './colleague.rules.ts';

type Colleague = { id: string; email: string; roles: Role[]; active: boolean };

/** A colleague's account, and how many others could do what they do; changes of colleagues take turns until the commit. */
export async function lockColleague(
  tx: Tx,
  accountId: string,
): Promise<{ colleague: Colleague; others: { managers: number; billing: number } }> {
  // Two who take each other's role at the same moment must not both find the other one still there.
  await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended('identity:colleagues', 0))`);
  const [colleague] = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(accountId)
    ? await tx.db
        .select({ id: accounts.id, email: accounts.email, roles: accounts.roles, active: accounts.active })
        .from(accounts)
        .where(
          and(
            eq(accounts.id, accountId),
            eq(accounts.source, 'local'),
            arrayOverlaps(accounts.roles, [...colleagueRoles]),
          ),
        )
        .for('update')
    : [];
  if (!colleague) throw new Refused('identity.no_colleague');
  const count = (role: Role) =>
    tx.db.$count(
      accounts,
      and(eq(accounts.active, true), ne(accounts.id, accountId), arrayContains(accounts.roles, [role])),
    );
  return { colleague, others: { managers: await count('manager'), billing: await count('billing') } };
}

/** The actor's roles, for the rules. */
export const rolesOf = (tx: Tx): readonly Role[] => (tx.actor.kind === 'account' ? tx.actor.roles : []);
