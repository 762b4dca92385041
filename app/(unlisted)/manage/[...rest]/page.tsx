import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { BetsScreen } from '#app/(manager)/manage/bets/bets-screen.tsx';
import ManagerLayout from '#app/(manager)/manage/layout.tsx';
import { currentCtx } from '#app/session.ts';
import type { Search } from '#app/ui/search-params.ts';
import { isMember } from '#lib/betting/index.ts';

type Props = { params: Promise<{ rest: string[] }>; searchParams: Promise<Search> };

// A tab's title and the history are seen by people who look over a shoulder: the title stays the product's name.
export const metadata: Metadata = { robots: { index: false } };

/**
 * Every address below /manage that is no page. One of them is the circle's: it has no route of its own and stands
 * outside the managers' layout, so that everybody else, signed in or not, is told there what any unknown address says.
 */
export default async function RestPage({ params, searchParams }: Props) {
  const { rest } = await params;
  const ctx = await currentCtx();
  if (!(await isMember(ctx)) || rest.join('/') !== 'bets') notFound();
  return (
    <ManagerLayout>
      <BetsScreen ctx={ctx} search={await searchParams} />
    </ManagerLayout>
  );
}
