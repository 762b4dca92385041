/** Where a client reads more about an entry: its order, or its invoice. */
export function entryHref(
  kind: string,
  subject: string | null,
  details: Record<string, unknown>,
): string | undefined {
  if (kind === 'order_charged' || kind === 'discount_given')
    return subject ? `/orders/${subject}` : undefined;
  if (typeof details.invoiceId === 'string') return `/invoices/${details.invoiceId}`;
  return (kind.startsWith('charge_') || kind.startsWith('debt_')) && subject
    ? `/invoices/${subject}`
    : undefined;
}
