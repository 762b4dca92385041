import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm';
import { createTransport } from 'nodemailer';
import { messages } from '#db/schema/notifications.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { type Kind, kinds } from './kinds.rules.ts';
import { attachmentsOf } from './mail-attachments.ts';
import { renderMail } from './render-message.ts';

export type Mail = {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Stays the same however often the mail is sent: the receiver's guard against doubles. */
  messageId: string;
  attachments?: Attachment[];
};

export type Attachment = { filename: string; content: Buffer; contentType: string };

/** What became of handing a mail over. `unknown` means that it may have gone out. */
export type MailOutcome = 'sent' | 'refused' | 'not_sent' | 'unknown';

/** A mail whose outcome was unknown goes out once more, never a third time. */
const triesWithUnknownOutcome = 2;
const giveUpAfterHours = 24;

/**
 * Sends a message's mail and records what became of it. Marked as being sent before the server is spoken to: after a crash
 * in between it is sent at most once more, under the same Message-ID. Throws when it should be tried again later.
 */
export async function sendMail(
  ctx: Ctx,
  { messageId }: { messageId: string },
  deliver: (mail: Mail) => Promise<{ outcome: MailOutcome; why?: string }> = deliverBySmtp,
): Promise<void> {
  requireRole(ctx, 'system');
  const [message] = await ctx.db
    .update(messages)
    .set({ mailState: 'sending', mailAttempts: sql`${messages.mailAttempts} + 1`, mailTriedAt: ctx.now })
    .where(
      and(
        eq(messages.id, messageId),
        inArray(messages.mailState, ['pending', 'sending']),
        lt(messages.mailAttempts, triesWithUnknownOutcome),
      ),
    )
    .returning();
  const record = (values: Partial<typeof messages.$inferInsert>) =>
    ctx.db
      .update(messages)
      .set(values)
      .where(and(eq(messages.id, messageId), eq(messages.mailState, 'sending')));
  if (!message) {
    await record({ mailState: 'failed', mailProblem: 'the outcome of two attempts is unknown' });
    return;
  }
  const appUrl = process.env.APP_URL ?? 'http://localhost:3000';
  const mail = renderMail(
    { kind: message.kind as Kind, params: message.params, link: message.link },
    {
      locale: message.locale,
      timeZone: await readSetting(ctx, 'time_zone'),
      name: message.params.name ?? '',
      appUrl,
    },
  );
  const host = /@([\w.-]+)/.exec(process.env.MAIL_FROM ?? '')?.[1] ?? 'mcf.example';
  const attachments = await attachmentsOf(ctx, message);
  const { outcome, why } = await deliver({
    ...mail,
    ...(attachments.length && { attachments }),
    to: message.email,
    messageId: `<${message.id}@${host}>`,
  });
  if (outcome === 'sent') {
    // A letter's link may be a secret of its receiver: once it is out, nobody else needs it.
    const link = kinds[message.kind as Kind] === 'letters' ? null : message.link;
    return void (await record({ mailState: 'sent', mailProblem: null, link }));
  }
  if (outcome === 'refused') return void (await record({ mailState: 'failed', mailProblem: why }));
  // Surely not sent: this attempt does not count. An unknown outcome does.
  if (outcome === 'not_sent')
    await record({ mailState: 'pending', mailAttempts: message.mailAttempts - 1, mailProblem: why });
  else await record({ mailProblem: why });
  throw new Error(`mail ${messageId}: ${why}`);
}

/** Mails that wait although their policy has given up, oldest first; those a day old are given up here. */
export async function overdueMails(ctx: Ctx): Promise<string[]> {
  requireRole(ctx, 'system');
  const hoursAgo = (hours: number) => new Date(ctx.now.getTime() - hours * 3600_000);
  await ctx.db
    .update(messages)
    .set({
      mailState: 'failed',
      mailProblem: sql`coalesce(${messages.mailProblem}, 'not sent within a day')`,
    })
    .where(
      and(
        inArray(messages.mailState, ['pending', 'sending']),
        lt(messages.createdAt, hoursAgo(giveUpAfterHours)),
      ),
    );
  const rows = await ctx.db
    .select({ id: messages.id })
    .from(messages)
    .where(and(inArray(messages.mailState, ['pending', 'sending']), lt(messages.createdAt, hoursAgo(0.5))))
    .orderBy(asc(messages.createdAt))
    .limit(50);
  return rows.map(({ id }) => id);
}

const timeoutMs = 10_000;

/** Hands a mail to the server at SMTP_URL. */
async function deliverBySmtp(mail: Mail): Promise<{ outcome: MailOutcome; why?: string }> {
  const { SMTP_URL, MAIL_FROM } = process.env;
  if (!SMTP_URL) return { outcome: 'not_sent', why: 'SMTP_URL is not set' };
  const transport = createTransport({
    url: SMTP_URL,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ from: MAIL_FROM ?? 'Make Cats Free <no-reply@mcf.example>', ...mail });
    return { outcome: 'sent' };
  } catch (error) {
    return {
      outcome: outcomeOf(error),
      why: String(error instanceof Error ? error.message : error).slice(0, 300),
    };
  } finally {
    transport.close();
  }
}

/** A 5xx is a refusal, a 4xx or no connection surely not sent; a line lost on the way leaves it unknown. */
export function outcomeOf(error: unknown): MailOutcome {
  const { responseCode, code, command } = (error ?? {}) as {
    responseCode?: number;
    code?: string;
    command?: string;
  };
  if (responseCode !== undefined && responseCode >= 500) return 'refused';
  if (responseCode !== undefined && responseCode >= 400) return 'not_sent';
  if (
    command === 'CONN' ||
    ['EDNS', 'EAUTH', 'EENVELOPE', 'ETLS', 'ECONFIG', 'ECONNECTION'].includes(code ?? '')
  )
    return 'not_sent';
  return 'unknown';
}
