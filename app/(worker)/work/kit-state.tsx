import { useTranslations } from 'next-intl';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import type { KitState } from '#lib/consumables/index.ts';

const looks: Record<KitState['state'], [Tone, Shape]> = {
  assembling: ['neutral', 'half'],
  ready: ['next', 'dot'],
  issued: ['good', 'tick'],
  dropped: ['neutral', 'slash'],
  return: ['next', 'alert'],
  returned: ['neutral', 'tick'],
};

/** How far the worker's box is. */
export function KitBadge({ kit }: { kit: KitState | undefined }) {
  const t = useTranslations('execution.kit');
  const [tone, shape] = kit ? looks[kit.state] : (['neutral', 'dashed'] as const);
  return (
    <StateBadge tone={tone} shape={shape}>
      {t(kit?.state ?? 'none')}
    </StateBadge>
  );
}
