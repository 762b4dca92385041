import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Wordmark } from '#app/ui/mark.tsx';
import { Money } from '#app/ui/money.tsx';
import { When } from '#app/ui/when.tsx';
import type { Attempt, Item, Statement } from '#lib/billing/index.ts';
import { AttemptList } from './attempt-list.tsx';
import { StatementBadge } from './document-badge.tsx';
import { monthName } from './month-name.ts';
import { PdfLinks } from './pdf-links.tsx';
import { PrintButton } from './print-button.tsx';
import { StatementLines } from './statement-lines.tsx';

/** A worker's statement as it is read and printed: every line, what was carried over, and the payout. */
export function StatementPaper({
  statement,
  items,
  attempts,
  account,
  names,
  workerName,
  back,
  hrefOf,
  actions,
  notice,
}: {
  statement: Statement;
  items: readonly Item[];
  attempts: readonly Attempt[];
  account: string | null;
  names: ReadonlyMap<string, string>;
  workerName: string;
  back: ReactNode;
  hrefOf?: (item: Item) => string | undefined;
  actions?: ReactNode;
  notice?: ReactNode;
}) {
  const t = useTranslations('billing');
  const locale = useLocale();
  const isCarried = statement.state === 'carried_over';
  return (
    <article>
      <div className="mb-8 hidden print:block">
        <Wordmark />
      </div>
      <PageHeader
        title={t('statement.title', { month: monthName(statement.period, locale) })}
        badge={<StatementBadge state={statement.state} size="lg" />}
        back={<span className="print:hidden">{back}</span>}
        actions={
          <>
            {actions}
            <PdfLinks href={`/api/statements/${statement.id}`} />
            <PrintButton>{t('invoice.print')}</PrintButton>
          </>
        }
      />
      {notice && <div className="mb-6 print:hidden">{notice}</div>}
      <KeyValue
        items={[
          { id: 'worker', key: t('columns.worker'), value: workerName },
          { id: 'issued', key: t('statement.issued'), value: <When at={statement.issuedAt} mode="exact" /> },
          { id: 'account', key: t('statement.account'), value: account ?? t('statement.noAccount') },
        ]}
      />
      <div className="mt-8">
        <StatementLines items={items} names={names} hrefOf={hrefOf} />
        <dl>
          {statement.carriedCents !== 0n && (
            <div className="flex items-baseline justify-between gap-4 border-b py-3">
              <dt>{t('statement.carried')}</dt>
              <dd className="font-semibold tabular-nums">
                <Money cents={statement.carriedCents} bare coloured />
              </dd>
            </div>
          )}
          <div className="flex items-baseline justify-between gap-4 py-3 text-[1.125em] font-semibold">
            <dt>{t(isCarried ? 'statement.totalCarried' : 'statement.total')}</dt>
            <dd className="tabular-nums">
              <Money cents={statement.amountCents} />
            </dd>
          </div>
        </dl>
      </div>
      <div className="mt-8 print:hidden">
        <Section id="attempts" title={t('statement.attempts')}>
          {attempts.length > 0 ? (
            <AttemptList attempts={attempts} label={t('statement.attempts')} />
          ) : (
            <p className="text-ink-2">
              {isCarried
                ? t('statement.noAttempts')
                : t(statement.state === 'failed' ? 'statement.nothingSent' : 'invoice.noAttempts')}
            </p>
          )}
        </Section>
      </div>
      <p className="mt-10 text-[0.875em] text-ink-2">{t('statement.footer')}</p>
    </article>
  );
}
