import { connect } from '#db/client.ts';
import { createCtx } from '#lib/kernel/ctx.ts';
import { seedBetting } from './seed/betting.ts';
import { seedCatalog } from './seed/catalog.ts';
import { seedConsumables } from './seed/consumables.ts';
import { seedHiring } from './seed/hiring.ts';
import { seedIdentity } from './seed/identity.ts';

/** What `npm start` prints: one sign-in for each role. */
export type SignIn = { role: string; who: string; path: string; email?: string; password?: string };

/** Fills an empty database with demo data, by the same verbs that people use. Each step is safe to run again. */
export async function seed({ databaseUrl }: { databaseUrl: string }): Promise<SignIn[]> {
  const { db, close } = connect(databaseUrl, { maxConnections: 4 });
  try {
    const ctx = createCtx(db, { kind: 'system', id: 'seed' });
    const signIns = await seedIdentity(ctx);
    await seedCatalog(ctx);
    await seedConsumables(ctx);
    await seedHiring(ctx);
    await seedBetting(ctx);
    return signIns;
  } finally {
    await close();
  }
}
