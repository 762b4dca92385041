import { useTranslations } from 'next-intl';
import { Money } from '#app/ui/money.tsx';
import { When } from '#app/ui/when.tsx';
import type { Item } from '#lib/billing/index.ts';
import { EntryLink } from './entry-link.tsx';

/** What a worker earned and was fined, one under another, with who gave a bonus and why. */
export function StatementLines({
  items,
  names,
  hrefOf,
}: {
  items: readonly Item[];
  names: ReadonlyMap<string, string>;
  /** Where a line leads: to its order, or to its entry. */
  hrefOf?: (item: Item) => string | undefined;
}) {
  const t = useTranslations('billing');
  return (
    <ul className="divide-y border-y">
      {items.map((item) => {
        const giver = typeof item.details.byId === 'string' ? names.get(item.details.byId) : undefined;
        const reason = item.kind === 'penalty_waived' ? String(item.details.reason ?? '') : '';
        return (
          <li key={item.transactionId} className="relative flex items-baseline justify-between gap-4 py-3">
            <span className="min-w-0">
              <EntryLink entry={item} href={hrefOf?.(item)} />
              <span className="block text-[0.875em] text-ink-2">
                <When at={item.occurredAt} mode="exact" />
                {giver && `, ${t('money.givenBy', { name: giver })}`}
                {reason && `: ${reason}`}
              </span>
            </span>
            <span className="font-semibold tabular-nums">
              <Money cents={item.amountCents} sign="always" bare coloured />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
