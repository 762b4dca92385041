import { getTranslations } from 'next-intl/server';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { methodWords } from '#app/billing-parts/method-words.ts';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Form } from '#app/ui/form.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import type { Invoice } from '#lib/billing/index.ts';
import { payInvoiceAction } from './actions.ts';

/** An invoice that could not be paid: what happens next, and the way out. */
export async function FailedInvoice({
  invoice,
  method,
  isPaused,
}: {
  invoice: Invoice;
  method?: string;
  isPaused: boolean;
}) {
  const t = await getTranslations('billing');
  const name = method ? methodWords(t, method) : t('methods.payroll');
  return (
    <div className="mb-6 print:hidden">
      <Callout
        tone="bad"
        title={t('failed.title', { number: invoiceNumber(invoice.number) })}
        action={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Form action={payInvoiceAction} hidden={{ invoiceId: invoice.id }}>
              <Button type="submit" variant="primary">
                {t('failed.pay')}
              </Button>
            </Form>
            <TextLink href="/invoices#methods">{t('failed.methods')}</TextLink>
          </span>
        }
      >
        {invoice.nextAttemptAt
          ? t.rich('failed.again', {
              method: name,
              when: () => <When at={invoice.nextAttemptAt!} mode="exact" />,
            })
          : t(isPaused ? 'failed.last' : 'failed.lastAllowed', { method: name })}
      </Callout>
    </div>
  );
}
