import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { currentCtx } from '#app/session.ts';
import type { Search } from '#app/ui/search-params.ts';
import { isMember } from '#lib/betting/index.ts';
import { BetsScreen } from '../bets/bets-screen.tsx';

type Props = { params: Promise<{ rest: string[] }>; searchParams: Promise<Search> };

// A tab's title and the history are seen by people who look over a shoulder.
export const metadata: Metadata = { robots: { index: false } };

/**
 * Every address of the managers that is no page. One of them is the circle's: it has no route of its own, so that what
 * the others are told there does not differ in a byte from what they are told at any unknown address.
 */
export default async function RestPage({ params, searchParams }: Props) {
  const { rest } = await params;
  const ctx = await currentCtx();
  if (!(await isMember(ctx)) || rest.join('/') !== 'bets') notFound();
  return <BetsScreen ctx={ctx} search={await searchParams} />;
}
