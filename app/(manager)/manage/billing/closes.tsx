import { useLocale, useTranslations } from 'next-intl';
import { monthName } from '#app/billing-parts/month-name.ts';
import { Button } from '#app/ui/button.tsx';
import { Form } from '#app/ui/form.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Progress } from '#app/ui/stepper.tsx';
import { When } from '#app/ui/when.tsx';
import type { PeriodClose } from '#lib/billing/index.ts';
import { pauseCloseAction, resumeCloseAction } from './actions.ts';

/** The latest closes: how far one has come, what it made, and who asked for it; one under way can be paused. */
export function Closes({
  closes,
  names,
  canAct,
}: {
  closes: readonly PeriodClose[];
  names: ReadonlyMap<string, string>;
  canAct: boolean;
}) {
  const t = useTranslations('billing.manage');
  const locale = useLocale();
  if (closes.length === 0) return <p className="border-y py-4 text-ink-2">{t('noCloses')}</p>;
  return (
    <ul className="divide-y border-y">
      {closes.map((close) => {
        const name = names.get(close.requestedById);
        return (
          <li
            key={`${close.kind}${close.period}`}
            className="grid items-center gap-x-6 gap-y-1 py-2.5 sm:grid-cols-[minmax(10em,1fr)_minmax(9em,auto)_minmax(10em,1fr)_auto]"
          >
            <span className="font-medium first-letter:uppercase">
              {close.kind === 'week'
                ? t.rich('week', { period: () => <When key="to" at={close.toAt} mode="date" /> })
                : monthName(close.period, locale)}
            </span>
            <CloseState close={close} />
            {close.finishedAt ? (
              <span className="text-ink-2">{t('closeCount', { count: close.doneCount })}</span>
            ) : (
              <span className="flex items-center gap-4">
                <span className="flex-1">
                  <Progress
                    value={close.doneCount}
                    max={Math.max(1, close.partiesCount ?? 1)}
                    label={t('closing')}
                    text={
                      close.partiesCount === null
                        ? undefined
                        : t('closeProgress', { done: close.doneCount, all: close.partiesCount })
                    }
                  />
                </span>
                {canAct && <PauseOrResume close={close} />}
              </span>
            )}
            <span className="text-ink-2 sm:text-right">
              <When at={close.finishedAt ?? close.requestedAt} mode="exact" />,{' '}
              {name ? t('byName', { name }) : t('byClock')}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function CloseState({ close }: { close: PeriodClose }) {
  const t = useTranslations('billing.manage');
  if (!close.finishedAt) {
    return (
      <span>
        <StateBadge
          tone={close.pausedAt || close.isWaiting ? 'neutral' : 'info'}
          shape={close.isWaiting && !close.pausedAt ? 'clock' : 'half'}
        >
          {t(close.pausedAt ? 'closePaused' : close.isWaiting ? 'closeWaits' : 'closing')}
        </StateBadge>
      </span>
    );
  }
  const isEarly = close.finishedAt < close.toAt;
  return (
    <span>
      <StateBadge tone={isEarly ? 'neutral' : 'good'} shape={isEarly ? 'half' : 'tick'}>
        {t(isEarly ? 'closedEarly' : 'closed')}
      </StateBadge>
    </span>
  );
}

function PauseOrResume({ close }: { close: PeriodClose }) {
  const t = useTranslations('billing.manage');
  const { kind, period, pausedAt } = close;
  return (
    <Form
      action={pausedAt ? resumeCloseAction : pauseCloseAction}
      hidden={{ kind, period }}
      className="inline-flex"
    >
      <Button type="submit" size="sm">
        {t(pausedAt ? 'resumeClose' : 'pauseClose')}
      </Button>
    </Form>
  );
}
