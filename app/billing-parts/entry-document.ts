import { invoiceNumber } from './invoice-number.ts';

/** The number of the paper an entry is about, as people know it: an invoice, a request, the month of a statement. */
export function entryDocument({ details }: { details: Record<string, unknown> }): string {
  if (typeof details.requestNumber === 'string') return details.requestNumber;
  if (details.invoiceNumber != null) return invoiceNumber(Number(details.invoiceNumber));
  return typeof details.period === 'string' ? details.period : '';
}
