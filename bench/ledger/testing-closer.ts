import { connect } from '#db/client.ts';
import { issueInvoices, requestClose, startClose } from '#lib/billing/index.ts';
import { createCtx, uuidv7 } from '#lib/kernel/ctx.ts';

/** Waits for the word, then closes a week the way the policy does, page by page, from wherever an earlier one has come. */
async function closer({ url, period, now }: { url: string; period: string; now: string }): Promise<void> {
  const app = new URL(url);
  app.searchParams.set('role', 'mcf_app');
  const { db, sql, close } = connect(app.href, { maxConnections: 1 });
  const ctx = {
    ...createCtx(db, { kind: 'system', id: 'closer' }, new Date(now)),
    newId: () => uuidv7(new Date()),
  };
  const [{ pid } = { pid: 0 }] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  process.send!({ pid });
  const asked = await sql`select from billing.period_closes where period = ${period}`;
  if (asked.length === 0) await requestClose(ctx, { kind: 'week', period });
  await startClose(ctx, { kind: 'week', period });
  let after: string | null = null;
  do after = (await issueInvoices(ctx, { period, after })).next;
  while (after);
  await close();
  process.exit(0);
}

process.on('message', (asked: { url: string; period: string; now: string }) => {
  closer(asked).catch((error) => {
    console.error(String(error));
    process.exit(1);
  });
});
