import PostalMime from 'postal-mime';
import type { Sql } from 'postgres';
import { SMTPServer } from 'smtp-server';

const KEPT_MAILS = 2_000;
const MAIL_LIMIT_BYTES = 10 * 1024 * 1024;
const RAW_LIMIT_BYTES = 1024 * 1024;

type Attachment = { filename: string; mimeType: string; sizeBytes: number };
export type Mail = {
  id: string;
  receivedAt: Date;
  from: string;
  to: string[];
  subject: string;
  text: string | null;
  html: string | null;
  attachments: Attachment[];
};

/**
 * Accepts every mail from this machine and keeps the newest 2,000. A mail is accepted only once it is stored; if it
 * cannot be, the sender is asked to come again (451).
 */
export async function openMailbox(
  sql: Sql,
  port: number,
  onFault: (error: unknown) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_LIMIT_BYTES,
    maxClients: 100,
    closeTimeout: 1_000,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        // An oversized mail is still read to its end, but not kept.
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          done(Object.assign(new Error('the mail is larger than 10 MB'), { responseCode: 552 }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const sender = mailFrom ? mailFrom.address : '';
        keepMail(
          sql,
          sender,
          rcptTo.map((to) => to.address),
          Buffer.concat(chunks),
        ).then(
          () => done(),
          (error: unknown) => {
            onFault(error);
            done(Object.assign(new Error('the mail could not be stored'), { responseCode: 451 }));
          },
        );
      });
    },
  });
  server.on('error', onFault);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.server.off('error', reject);
      resolve();
    });
  });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function keepMail(sql: Sql, sender: string, recipients: string[], raw: Buffer): Promise<void> {
  const mail = await PostalMime.parse(raw);
  const attachments: Attachment[] = mail.attachments.map((attachment) => ({
    filename: attachment.filename ?? 'unnamed',
    mimeType: attachment.mimeType,
    sizeBytes:
      typeof attachment.content === 'string' ? attachment.content.length : attachment.content.byteLength,
  }));
  const row = {
    sender: printable(sender),
    recipients: recipients.map(printable),
    subject: printable(mail.subject ?? ''),
    text_body: mail.text === undefined ? null : printable(mail.text),
    html_body: mail.html === undefined ? null : printable(mail.html),
    attachments: sql.json(attachments.map((a) => ({ ...a, filename: printable(a.filename) }))),
    raw: raw.length <= RAW_LIMIT_BYTES ? raw : null,
  };
  await sql`insert into outside.mails ${sql(row)}`;
  await sql`
    delete from outside.mails where id <= (select id from outside.mails order by id desc offset ${KEPT_MAILS} limit 1)`;
}

/** Postgres cannot store NUL in text. */
function printable(text: string): string {
  return text.replaceAll('\0', '');
}

/**
 * The newest mails first. `to` is a whole address when it has an @, else a part of one; `since` leaves out what
 * came at that instant or before.
 */
export async function listMails(
  sql: Sql,
  filter: { to: string; since: Date | null; limit: number },
): Promise<Mail[]> {
  const to = filter.to.trim().toLowerCase();
  return sql<Mail[]>`
    select ${mailColumns(sql)} from outside.mails
    where ${toMatches(sql, to)} and (${filter.since}::timestamptz is null or received_at > ${filter.since})
    order by id desc limit ${filter.limit}`;
}

export async function findMail(sql: Sql, id: string): Promise<(Mail & { raw: Buffer | null }) | undefined> {
  const [mail] = await sql<(Mail & { raw: Buffer | null })[]>`
    select ${mailColumns(sql)}, raw from outside.mails where id = ${id}`;
  return mail;
}

/** Throws mails away: all of them, or those to one address. Returns how many. */
export async function deleteMails(sql: Sql, to: string): Promise<number> {
  const rows = await sql`
    delete from outside.mails where ${toMatches(sql, to.trim().toLowerCase())} returning 1`;
  return rows.length;
}

function mailColumns(sql: Sql) {
  return sql`id::text, received_at as "receivedAt", sender as "from", recipients as "to", subject,
    text_body as "text", html_body as "html", attachments`;
}

function toMatches(sql: Sql, to: string) {
  if (to === '') return sql`true`;
  if (to.includes('@')) return sql`exists (select 1 from unnest(recipients) as r where lower(r) = ${to})`;
  return sql`exists (select 1 from unnest(recipients) as r where position(${to} in lower(r)) > 0)`;
}
