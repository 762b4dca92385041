import type { messages } from '#db/schema/notifications.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Attachment } from './send-mail.ts';

type Message = typeof messages.$inferSelect;
type Attach = (ctx: Ctx, message: Message) => Promise<Attachment[]>;

const shared = globalThis as { mcfMailAttachments?: Attach };

/** Says what is attached to mails: papers are drawn by the application, which this context knows nothing of. */
export function attachToMails(attach: Attach): void {
  shared.mcfMailAttachments = attach;
}

/** What goes with a message's mail. A paper that cannot be drawn holds no mail back: its link leads to the same. */
export async function attachmentsOf(ctx: Ctx, message: Message): Promise<Attachment[]> {
  try {
    return (await shared.mcfMailAttachments?.(ctx, message)) ?? [];
  } catch (error) {
    console.error(`mail ${message.id}: nothing is attached`, error);
    return [];
  }
}
