import { notFound, redirect } from 'next/navigation';
import { requireCtx, safePath } from '#app/session.ts';
import { openMessage } from '#lib/notifications/index.ts';

/** Opens what a message is about, and marks it as read: harmless to repeat, so a plain link may do it. */
export async function GET(_: Request, { params }: { params: Promise<{ messageId: string }> }) {
  const ctx = await requireCtx();
  const message = await openMessage(ctx, (await params).messageId);
  if (!message) notFound();
  redirect(safePath(message.link, '/account/messages'));
}
