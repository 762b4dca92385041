import { getTranslations } from 'next-intl/server';
import { Callout } from '#app/ui/callout.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { LinkButton } from '#app/ui/link-button.tsx';
import { myPauses } from '#lib/billing/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { invoiceNumber } from './invoice-number.ts';

/** Tells a client why they can request nothing new, and what to do; nothing when they can. */
export async function PausedNotice({ ctx, locale }: { ctx: Ctx; locale: string }) {
  const [t, pauses] = await Promise.all([getTranslations('billing.paused'), myPauses(ctx)]);
  const [first] = pauses;
  if (!first) return null;
  const amount = formatMoney(
    pauses.reduce((sum, { amountCents }) => sum + amountCents, 0n),
    locale,
  );
  return (
    <div className="mb-6 print:hidden">
      <Callout tone="warn" title={t('title')} action={<LinkButton href="/invoices">{t('look')}</LinkButton>}>
        {t('text', { count: pauses.length, number: invoiceNumber(first.number), amount })}
      </Callout>
    </div>
  );
}
