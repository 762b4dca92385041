import { useTranslations } from 'next-intl';
import { StateBadge } from '#app/ui/state-badge.tsx';

const looks = {
  running: { tone: 'info', shape: 'half' },
  done: { tone: 'good', shape: 'tick' },
  stopped: { tone: 'neutral', shape: 'slash' },
} as const;

export function ReplayState({ state }: { state: keyof typeof looks }) {
  const t = useTranslations('matching.replay.states');
  return <StateBadge {...looks[state]}>{t(state)}</StateBadge>;
}
