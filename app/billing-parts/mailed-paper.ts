import 'server-only';
import { readInvoice, readStatement } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import type { Ctx, Role } from '#lib/kernel/ctx.ts';
import type { Attachment } from '#lib/notifications/index.ts';
import { invoicePdf, statementPdf } from './document-pdf.ts';
import { invoiceNumber } from './invoice-number.ts';

type Message = { kind: string; link: string | null; accountId: string | null; locale: 'en' | 'ru' };

/**
 * The paper that goes with a mail: the invoice of the week, or the statement that was paid out, in the language of the mail.
 * Read as the receiver would read it, so that nobody is ever mailed somebody else's.
 */
export async function mailedPaper(
  ctx: Ctx,
  { kind, link, accountId, locale }: Message,
): Promise<Attachment[]> {
  const id = link?.split('/').at(-1);
  if (!id || !accountId) return [];
  const as = (role: Role): Ctx => ({ ...ctx, actor: { kind: 'account', id: accountId, roles: [role] } });
  const pdf = (name: string, content: Buffer) => [
    { filename: `${name}.pdf`, content, contentType: 'application/pdf' },
  ];
  if (kind === 'invoice_issued') {
    const { invoice, items } = await readInvoice(as('client'), id);
    const clientName = (await accountNames(ctx, [accountId])).get(accountId) ?? '';
    return pdf(invoiceNumber(invoice.number), await invoicePdf(ctx, { invoice, items, clientName }, locale));
  }
  if (kind === 'payout_confirmed') {
    const { statement, items } = await readStatement(as('worker'), id);
    const givers = items.flatMap(({ details }) => (typeof details.byId === 'string' ? [details.byId] : []));
    const names = await accountNames(ctx, [accountId, ...givers]);
    const workerName = names.get(accountId) ?? '';
    return pdf(
      `MCF-${statement.period}`,
      await statementPdf(ctx, { statement, items, workerName, names }, locale),
    );
  }
  return [];
}
