import { useTranslations } from 'next-intl';
import { failureWords } from '#app/billing-parts/failure-words.ts';
import { methodWords } from '#app/billing-parts/method-words.ts';
import { When } from '#app/ui/when.tsx';
import type { Attempt } from '#lib/billing/index.ts';

/** How the latest try went, and what happens next. */
export function LastAttempt({
  attempt,
  nextAttemptAt,
  state,
}: {
  attempt: Attempt | null;
  nextAttemptAt: Date | null;
  state: string;
}) {
  const t = useTranslations('billing');
  if (!attempt) return state === 'failed' ? t('manage.unopened') : <span className="text-ink-3">–</span>;
  return (
    <span>
      {t('attemptLine', {
        method: methodWords(t, attempt.targetLabel),
        state: t(`attemptStates.${attempt.state}`),
      })}
      {attempt.failureCode && (attempt.state === 'failed' || attempt.state === 'returned') && (
        <span className="text-ink-2"> ({failureWords(t, attempt.failureCode)})</span>
      )}
      {state === 'failed' && (
        <span className="block text-[0.9286em] text-ink-2">
          {nextAttemptAt
            ? t.rich('manage.nextTry', { when: () => <When key="when" at={nextAttemptAt} mode="exact" /> })
            : t('manage.decide')}
        </span>
      )}
    </span>
  );
}
