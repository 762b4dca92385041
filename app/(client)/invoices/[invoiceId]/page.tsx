import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { InvoicePaper } from '#app/billing-parts/invoice-paper.tsx';
import { requireCtx } from '#app/session.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { myPauses, readInvoice } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { FailedInvoice } from '../failed-invoice.tsx';

type Props = { params: Promise<{ invoiceId: string }> };

async function load({ params }: Props) {
  const ctx = await requireCtx('client');
  const { invoiceId } = await params;
  try {
    return { ctx, ...(await readInvoice(ctx, invoiceId)) };
  } catch (error) {
    if (error instanceof Refused) notFound();
    throw error;
  }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const [{ invoice }, t] = await Promise.all([load(props), getTranslations('billing.invoices')]);
  return { title: t('number', { number: invoiceNumber(invoice.number) }) };
}

/** One invoice, to read and to print [US-260]. */
export default async function InvoicePage(props: Props) {
  const { ctx, invoice, items, attempts, refunds } = await load(props);
  const [t, names, pauses] = await Promise.all([
    getTranslations('billing'),
    accountNames(ctx, [invoice.clientId]),
    myPauses(ctx),
  ]);
  return (
    <>
      {invoice.state === 'failed' && (
        <FailedInvoice
          invoice={invoice}
          method={attempts[0]?.targetLabel}
          isPaused={pauses.some(({ id }) => id === invoice.id)}
        />
      )}
      <InvoicePaper
        invoice={invoice}
        items={items}
        attempts={attempts}
        refunds={refunds}
        clientName={names.get(invoice.clientId) ?? ''}
        back={<TextLink href="/invoices">{t('invoice.back')}</TextLink>}
      />
    </>
  );
}
