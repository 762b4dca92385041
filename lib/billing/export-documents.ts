import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import { invoices, refunds, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { keysetPages } from '#lib/kernel/keyset-pages.ts';
import type { DocumentState, Invoice, Statement } from './reads.ts';

const pageSize = 1000;
type RefundRow = typeof refunds.$inferSelect & { invoiceNumber: number };

/** All invoices in a state, or all there are, newest first, page by page: for files of any length. */
export async function* exportInvoices(
  ctx: Ctx,
  { state }: { state?: DocumentState } = {},
): AsyncGenerator<Invoice[]> {
  requireRole(ctx, 'manager', 'billing');
  yield* keysetPages<Invoice>(pageSize, (after) =>
    ctx.db
      .select()
      .from(invoices)
      .where(and(state && eq(invoices.state, state), after && lt(invoices.number, after.number)))
      .orderBy(desc(invoices.number))
      .limit(pageSize),
  );
}

/** All statements in a state, or all there are, newest first, page by page. */
export async function* exportStatements(
  ctx: Ctx,
  { state }: { state?: DocumentState } = {},
): AsyncGenerator<Statement[]> {
  requireRole(ctx, 'manager', 'billing');
  yield* keysetPages<Statement>(pageSize, (after) =>
    ctx.db
      .select()
      .from(statements)
      .where(
        and(
          state && eq(statements.state, state),
          after &&
            sql`(${statements.issuedAt}, ${statements.id}) < (${after.issuedAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
        ),
      )
      .orderBy(desc(statements.issuedAt), desc(statements.id))
      .limit(pageSize),
  );
}

/** All refunds in a state, or all there are, newest first, page by page, with the numbers of their invoices. */
export async function* exportRefunds(
  ctx: Ctx,
  { state }: { state?: RefundRow['state'] } = {},
): AsyncGenerator<RefundRow[]> {
  requireRole(ctx, 'manager', 'billing');
  yield* keysetPages<RefundRow>(pageSize, (after) =>
    ctx.db
      .select({ ...getTableColumns(refunds), invoiceNumber: invoices.number })
      .from(refunds)
      .innerJoin(invoices, eq(invoices.id, refunds.invoiceId))
      .where(
        and(
          state && eq(refunds.state, state),
          after &&
            sql`(${refunds.createdAt}, ${refunds.id}) < (${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
        ),
      )
      .orderBy(desc(refunds.createdAt), desc(refunds.id))
      .limit(pageSize),
  );
}
