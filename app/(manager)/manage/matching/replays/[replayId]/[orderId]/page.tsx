import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { matchOf, readReplay, replayedMatch } from '#lib/matching/index.ts';
import { orderForManagers } from '#lib/ordering/index.ts';
import { MatchTrace } from '../../../../orders/[id]/match-trace.tsx';

type Props = { params: Promise<{ replayId: string; orderId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('matching.replay'))('caption') };
}

/** One order of a replay: how it was matched beside how the draft would have matched it. */
export default async function ReplayedOrderPage({ params }: Props) {
  const ctx = await requireCtx('manager');
  const { replayId, orderId } = await params;
  const [t, replay, replayed, real, order] = await Promise.all([
    getTranslations('matching.replay'),
    readReplay(ctx, replayId),
    replayedMatch(ctx, replayId, orderId),
    matchOf(ctx, orderId),
    orderForManagers(ctx, orderId),
  ]);
  if (!replay || !replayed || !real) notFound();
  return (
    <>
      <PageHeader
        back={
          <TextLink href={`/manage/matching/replays/${replayId}`}>
            {t('title', { count: replay.totalCount })}
          </TextLink>
        }
        title={t('bothTitle', { number: order?.requestNumber ?? orderId.slice(-8) })}
        lead={order && <TextLink href={`/manage/orders/${orderId}`}>{t('openOrder')}</TextLink>}
      />
      <div className="grid gap-x-10 gap-y-8 xl:grid-cols-2">
        <div className="min-w-0">
          <MatchTrace match={real} title={t('really')} id="really" />
        </div>
        <div className="min-w-0">
          <MatchTrace match={replayed} title={t('withDraft')} id="draft" />
        </div>
      </div>
    </>
  );
}
