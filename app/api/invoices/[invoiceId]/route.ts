import { invoicePdf } from '#app/billing-parts/document-pdf.ts';
import { pdfResponse } from '#app/billing-parts/draw-pdf.ts';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { requestLocale } from '#app/i18n.ts';
import { currentCtx } from '#app/session.ts';
import { isLocale } from '#app/ui/locales.ts';
import { readInvoice } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';

export const dynamic = 'force-dynamic';

/** An invoice as PDF, for its client and for managers; for everybody else it does not exist. `?lang=ru` or `en` chooses. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ invoiceId: string }> },
): Promise<Response> {
  try {
    const ctx = await currentCtx();
    const { invoice, items } = await readInvoice(ctx, (await params).invoiceId);
    const asked = new URL(request.url).searchParams.get('lang') ?? undefined;
    const locale = isLocale(asked) ? asked : await requestLocale();
    const clientName = (await accountNames(ctx, [invoice.clientId])).get(invoice.clientId) ?? '–';
    const bytes = await invoicePdf(ctx, { invoice, items, clientName }, locale);
    return pdfResponse(bytes, invoiceNumber(invoice.number));
  } catch (error) {
    if (error instanceof Refused) return new Response(null, { status: 404 });
    throw error;
  }
}
