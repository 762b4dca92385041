import { Banknote, CreditCard } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { Form } from '#app/ui/form.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import type { PaymentMethod } from '#lib/billing/index.ts';
import { chooseMethodAction } from './actions.ts';
import { AddMethod } from './add-method.tsx';

/** The ways a client can pay, which one is used, and a further card. */
export function Methods({ methods, newId }: { methods: readonly PaymentMethod[]; newId: string }) {
  const t = useTranslations('billing.methods');
  return (
    <Section id="methods" title={t('title')} lead={t('lead')} actions={<AddMethod newId={newId} />}>
      {methods.length === 0 ? (
        <p className="border-y py-4 text-ink-2">{t('none')}</p>
      ) : (
        <ul className="divide-y border-y">
          {methods.map((method) => (
            <li key={method.id} className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-2 py-3">
              <span aria-hidden="true" className="text-ink-2 [&_svg]:size-6">
                {method.kind === 'payroll' ? <Banknote /> : <CreditCard />}
              </span>
              <span className="min-w-0 flex-1">
                <span className="block font-medium">
                  {method.kind === 'payroll' ? t('payroll') : method.label}
                </span>
                <span className="text-[0.9375em] text-ink-2">
                  {t(method.kind === 'payroll' ? 'payrollHint' : 'cardHint')}
                </span>
              </span>
              <MethodState method={method} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function MethodState({ method }: { method: PaymentMethod }) {
  const t = useTranslations('billing.methods');
  if (method.isRefused) {
    return (
      <StateBadge tone="bad" shape="cross">
        {t('refused')}
      </StateBadge>
    );
  }
  if (method.isChosen) {
    return (
      <StateBadge tone="good" shape="tick">
        {t('chosen')}
      </StateBadge>
    );
  }
  if (!method.isReady) {
    return (
      <StateBadge tone="info" shape="clock">
        {t('opening')}
      </StateBadge>
    );
  }
  return (
    <Form action={chooseMethodAction} hidden={{ methodId: method.id }}>
      <Button type="submit" size="sm">
        {t('choose')}
      </Button>
    </Form>
  );
}
