import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { StatementPaper } from '#app/billing-parts/statement-paper.tsx';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { readStatement } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';

type Props = { params: Promise<{ statementId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.money'))('statements') };
}

/** One statement of a worker, to read and to print [US-260]. */
export default async function StatementPage({ params }: Props) {
  const ctx = await requireCtx('worker');
  const { statementId } = await params;
  const found = await readStatement(ctx, statementId).catch((error) => {
    if (error instanceof Refused) notFound();
    throw error;
  });
  const givers = found.items.flatMap(({ details }) =>
    typeof details.byId === 'string' ? [details.byId] : [],
  );
  const [t, names] = await Promise.all([
    getTranslations('billing.statement'),
    accountNames(ctx, [found.statement.workerId, ...givers]),
  ]);
  const isTwice = found.attempts.filter(({ state }) => state === 'succeeded').length > 1;
  return (
    <StatementPaper
      notice={
        isTwice && (
          <Callout tone="info" title={t('twiceTitle')}>
            {t('twiceLead')}
          </Callout>
        )
      }
      {...found}
      names={names}
      workerName={names.get(found.statement.workerId) ?? ''}
      back={<TextLink href="/work/money">{t('back')}</TextLink>}
      hrefOf={(item) => (item.orderId ? `/work/${item.orderId}` : undefined)}
    />
  );
}
