import { statementPdf } from '#app/billing-parts/document-pdf.ts';
import { pdfResponse } from '#app/billing-parts/draw-pdf.ts';
import { requestLocale } from '#app/i18n.ts';
import { currentCtx } from '#app/session.ts';
import { isLocale } from '#app/ui/locales.ts';
import { readStatement } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';

export const dynamic = 'force-dynamic';

/** A statement as PDF, for its worker and for managers; for everybody else it does not exist. `?lang=ru` or `en` chooses. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ statementId: string }> },
): Promise<Response> {
  try {
    const ctx = await currentCtx();
    const { statement, items } = await readStatement(ctx, (await params).statementId);
    const asked = new URL(request.url).searchParams.get('lang') ?? undefined;
    const locale = isLocale(asked) ? asked : await requestLocale();
    const givers = items.flatMap(({ details }) => (typeof details.byId === 'string' ? [details.byId] : []));
    const names = await accountNames(ctx, [statement.workerId, ...givers]);
    const workerName = names.get(statement.workerId) ?? '–';
    const bytes = await statementPdf(ctx, { statement, items, workerName, names }, locale);
    return pdfResponse(bytes, `MCF-${statement.period}`);
  } catch (error) {
    if (error instanceof Refused) return new Response(null, { status: 404 });
    throw error;
  }
}
