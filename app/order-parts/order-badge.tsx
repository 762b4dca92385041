import { useTranslations } from 'next-intl';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import type { OrderState } from '#lib/ordering/index.ts';

/** How each state of an order looks, everywhere. */
export const orderLooks: Record<OrderState, { tone: Tone; shape: Shape }> = {
  placed: { tone: 'neutral', shape: 'dashed' },
  assigned: { tone: 'info', shape: 'ring' },
  ready: { tone: 'info', shape: 'half' },
  in_progress: { tone: 'next', shape: 'dot' },
  reported: { tone: 'next', shape: 'clock' },
  completed: { tone: 'good', shape: 'tick' },
  failed: { tone: 'bad', shape: 'cross' },
  cancelled: { tone: 'neutral', shape: 'slash' },
};

export function OrderBadge({ state, size }: { state: OrderState; size?: 'md' | 'lg' }) {
  const t = useTranslations('ordering.states');
  return (
    <StateBadge {...orderLooks[state]} size={size}>
      {t(state)}
    </StateBadge>
  );
}
