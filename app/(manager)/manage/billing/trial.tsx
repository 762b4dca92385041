import { getTranslations } from 'next-intl/server';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Field } from '#app/ui/field.tsx';
import { DateTimeField } from '#app/ui/inputs.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { trialBalanceAt } from '#lib/billing/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { TrialRow } from '#lib/ledger/index.ts';
import { TrialTable } from './trial-table.tsx';

/** Both books as they stand now, or as they stood at the end of a day that is asked for by the address. */
export async function Trial({
  ctx,
  day,
  now,
}: {
  ctx: Ctx;
  day: string | undefined;
  now: Record<'clients' | 'people', readonly TrialRow[]>;
}) {
  const [t, then] = await Promise.all([
    getTranslations('billing.manage'),
    day
      ? trialBalanceAt(ctx, day).catch((error) => {
          if (error instanceof Refused) return null;
          throw error;
        })
      : undefined,
  ]);
  const shown = then ?? now;
  return (
    <Section
      id="trial"
      title={t('trial')}
      lead={t('trialLead')}
      actions={
        <form action="/manage/billing#trial" className="flex flex-wrap items-end gap-x-3 gap-y-2">
          <Field name="day" label={t('trialDay')} inSet>
            <DateTimeField withTime={false} defaultValue={day} key={day} className="[&_input]:min-w-40" />
          </Field>
          <Button type="submit">{t('period.show')}</Button>
        </form>
      }
    >
      {then === null ? (
        <Callout tone="warn" title={t('period.wrong')} />
      ) : (
        <div className="grid gap-x-10 gap-y-6 xl:grid-cols-2">
          <TrialTable book="clients" rows={shown.clients} day={then && day} />
          <TrialTable book="people" rows={shown.people} day={then && day} />
        </div>
      )}
    </Section>
  );
}
