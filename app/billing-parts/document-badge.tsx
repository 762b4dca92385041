import { useTranslations } from 'next-intl';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import type { DocumentState } from '#lib/billing/index.ts';

/** How each state of an invoice or statement looks, everywhere. */
const looks: Record<DocumentState, { tone: Tone; shape: Shape }> = {
  issued: { tone: 'info', shape: 'ring' },
  settling: { tone: 'info', shape: 'half' },
  paid: { tone: 'good', shape: 'tick' },
  failed: { tone: 'bad', shape: 'cross' },
  unclear: { tone: 'next', shape: 'clock' },
  written_off: { tone: 'neutral', shape: 'slash' },
  carried_over: { tone: 'neutral', shape: 'slash' },
};

export function InvoiceBadge({ state, size }: { state: DocumentState; size?: 'md' | 'lg' }) {
  const t = useTranslations('billing.states');
  return (
    <StateBadge {...looks[state]} size={size}>
      {t(state)}
    </StateBadge>
  );
}

export function StatementBadge({ state, size }: { state: DocumentState; size?: 'md' | 'lg' }) {
  const t = useTranslations('billing.statementStates');
  return (
    <StateBadge {...looks[state]} size={size}>
      {t(state)}
    </StateBadge>
  );
}
