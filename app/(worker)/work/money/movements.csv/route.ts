import { movementsCsv } from '#app/billing-parts/movements-csv.ts';
import { requireCtx } from '#app/session.ts';
import { exportMyPayMovements } from '#lib/billing/index.ts';

export const dynamic = 'force-dynamic';

/** All movements of the worker as CSV, oldest first [US-260]. */
export async function GET(): Promise<Response> {
  const ctx = await requireCtx('worker');
  return movementsCsv(ctx, exportMyPayMovements(ctx));
}
