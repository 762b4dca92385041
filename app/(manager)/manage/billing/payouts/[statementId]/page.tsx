import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { failureWords } from '#app/billing-parts/failure-words.ts';
import { StatementPaper } from '#app/billing-parts/statement-paper.tsx';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { LinkButton } from '#app/ui/link-button.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { readStatement } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { payAgainAction } from '../../actions.ts';
import { ParkedActions } from '../../ask-again.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.tabs'))('payouts') };
}

/** One statement with its payouts; billing may pay it again, or ask a silent Golden Hat again. */
export default async function PayoutPage({ params }: { params: Promise<{ statementId: string }> }) {
  const ctx = await requireCtx('manager', 'billing');
  const { statementId } = await params;
  const found = await readStatement(ctx, statementId).catch((error) => {
    if (error instanceof Refused) notFound();
    throw error;
  });
  const { statement, items, attempts } = found;
  const givers = items.flatMap(({ details }) => (typeof details.byId === 'string' ? [details.byId] : []));
  const [t, tb, locale, names] = await Promise.all([
    getTranslations('billing.manage'),
    getTranslations('billing'),
    getLocale(),
    accountNames(ctx, [statement.workerId, ...givers]),
  ]);
  const parked = attempts.find(({ state }) => state === 'parked');
  const isTwice = attempts.filter(({ state }) => state === 'succeeded').length > 1;
  const last = attempts[0];
  const isReturned = statement.state === 'failed' && last?.state === 'returned';
  const isUnopened = statement.state === 'failed' && !last;
  return (
    <StatementPaper
      notice={
        isUnopened ? (
          <Callout tone="warn" title={t('unopened')}>
            {t('unopenedLead')}
          </Callout>
        ) : (
          (isTwice || isReturned) && (
            <Callout
              tone="warn"
              title={
                isTwice ? t('paidTwice') : t('returned', { why: failureWords(tb, last?.failureCode ?? null) })
              }
            >
              {t(isTwice ? 'paidTwiceLead' : 'returnedLead')}
            </Callout>
          )
        )
      }
      {...found}
      names={names}
      workerName={names.get(statement.workerId) ?? '–'}
      back={<TextLink href="/manage/billing/payouts">{t('tabs.payouts')}</TextLink>}
      hrefOf={(item) =>
        entriesHref({ accounts: [`people:payable:${statement.workerId}`], entry: item.transactionId })
      }
      actions={
        <>
          <LinkButton href={entriesHref({ subject: statementId })}>{t('entriesLink')}</LinkButton>
          {hasRole(ctx, 'billing') && (
            <>
              {parked && <ParkedActions attempt={parked} />}
              {statement.state === 'failed' && (
                <ConfirmButton
                  action={payAgainAction}
                  hidden={{ statementId }}
                  title={t('payAgainTitle', { amount: formatMoney(statement.amountCents, locale) })}
                  description={t('payAgainText')}
                  confirm={t('payAgain')}
                  tone="primary"
                  variant="primary"
                >
                  {t('payAgain')}
                </ConfirmButton>
              )}
            </>
          )}
        </>
      }
    />
  );
}
