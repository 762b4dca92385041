import { useTranslations } from 'next-intl';
import { StateBadge } from '#app/ui/state-badge.tsx';
import type { StockItem } from '#lib/consumables/index.ts';

/** Whether the shelf lasts: below the reorder point, or below what open jobs need. */
export function StockState({ item }: { item: StockItem }) {
  const t = useTranslations('consumables.stock');
  if (item.onHandCount < item.reservedCount)
    return (
      <StateBadge tone="bad" shape="alert">
        {t('short')}
      </StateBadge>
    );
  return item.isLow ? (
    <StateBadge tone="next" shape="half">
      {t('low')}
    </StateBadge>
  ) : (
    <StateBadge tone="good" shape="tick">
      {t('ok')}
    </StateBadge>
  );
}
