import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { messages } from '#db/schema/notifications.ts';
import { createAccount } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, at, dbTest, emitted } from '#lib/kernel/testing.ts';
import en from '#messages/en/notifications.json' with { type: 'json' };
import ru from '#messages/ru/notifications.json' with { type: 'json' };
import {
  attachToMails,
  chooseChannels,
  kinds,
  listMessages,
  mailQueued,
  markRead,
  overdueMails,
  readChannels,
  sendMail,
  tell,
  tellRole,
  unreadCount,
} from './index.ts';
import { renderMail, renderMessage } from './render-message.ts';
import { type Mail, type MailOutcome, outcomeOf } from './send-mail.ts';

const failure = {
  kind: 'order_failed' as const,
  params: { service_en: 'Glasses', service_ru: 'Стаканы', number: 'R-1001', cause: 'worker_no_show' },
  link: '/orders/1?reorder=1',
  dedupeKey: 'order_failed:e1',
};

async function client(ctx: Ctx): Promise<{ id: string; own: Ctx }> {
  const { accountId: id } = await createAccount(ctx, {
    email: 'murka@hcb.example',
    name: 'Murka',
    roles: ['client'],
    locale: 'ru',
  });
  return { id, own: as(ctx, { kind: 'account', id, roles: ['client'] }) };
}

describe('telling somebody', () => {
  dbTest('twice under one key is telling once', async ({ ctx }) => {
    const { id, own } = await client(ctx);
    await tell(ctx, { ...failure, to: { accountId: id } });
    await tell(ctx, { ...failure, to: { accountId: id } });
    expect(await unreadCount(own)).toBe(1);
    expect(await emitted(ctx, mailQueued)).toHaveLength(1);
  });

  dbTest('keeps to what they chose', async ({ ctx }) => {
    const { id, own } = await client(ctx);
    await chooseChannels(own, {
      orders: { byMail: false, inApp: true },
      alerts: { byMail: true, inApp: true },
    });
    await tell(ctx, { ...failure, to: { accountId: id } });
    expect(await emitted(ctx, mailQueued)).toHaveLength(0);
    expect(await unreadCount(own)).toBe(1);
    await chooseChannels(own, { orders: { byMail: true, inApp: false } });
    await tell(ctx, { ...failure, dedupeKey: 'another', to: { accountId: id } });
    expect(await emitted(ctx, mailQueued)).toHaveLength(1);
    expect(await unreadCount(own)).toBe(1);
    expect(await readChannels(own)).toContainEqual({ topic: 'orders', byMail: true, inApp: false });
  });

  dbTest('a role tells each of its people once', async ({ ctx }) => {
    for (const nick of ['one', 'two'])
      await createAccount(ctx, { email: `${nick}@mcf.example`, name: nick, roles: ['manager'] });
    const alert = { role: 'manager' as const, kind: 'pool_empty' as const, dedupeKey: 'pool:e1' };
    await tellRole(ctx, alert);
    await tellRole(ctx, alert);
    expect((await ctx.db.select().from(messages)).map(({ email }) => email).sort()).toEqual([
      'one@mcf.example',
      'two@mcf.example',
    ]);
  });

  dbTest('a candidate needs no account', async ({ ctx }) => {
    const to = { email: 'cat@box.example', name: 'Cat', locale: 'en' as const };
    await tell(ctx, { to, kind: 'candidate_received', dedupeKey: 'received:1' });
    expect(await ctx.db.select().from(messages)).toMatchObject([{ accountId: null, mailState: 'pending' }]);
  });
});

describe('the list of messages', () => {
  dbTest('is one’s own: nobody reads or marks another’s', async ({ ctx }) => {
    const { id, own } = await client(ctx);
    await tell(ctx, { ...failure, to: { accountId: id } });
    const stranger = as(ctx, 'client');
    const [message] = await listMessages(own);
    expect(await listMessages(stranger)).toEqual([]);
    await markRead(stranger, { ids: [message!.id] });
    expect(await unreadCount(own)).toBe(1);
    await markRead(own);
    expect(await unreadCount(own)).toBe(0);
  });

  dbTest('goes on page by page without losing or repeating one', async ({ ctx }) => {
    const { id, own } = await client(ctx);
    for (let i = 0; i < 7; i++) await tell(ctx, { ...failure, dedupeKey: `k${i}`, to: { accountId: id } });
    const seen: string[] = [];
    let before: { at: Date; id: string } | undefined;
    for (let page = 0; page < 4; page++) {
      const rows = await listMessages(own, { before, limit: 3 });
      seen.push(...rows.map((row) => row.id));
      const last = rows.at(-1);
      if (last) before = { at: last.createdAt, id: last.id };
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });
});

describe('a mail', () => {
  async function queued(ctx: Ctx): Promise<string> {
    const { id } = await client(ctx);
    await tell(ctx, { ...failure, to: { accountId: id } });
    return (await emitted(ctx, mailQueued))[0]!.messageId as string;
  }
  const state = async (ctx: Ctx, id: string) =>
    (await ctx.db.select().from(messages).where(eq(messages.id, id)))[0]!.mailState;
  const postman = (...outcomes: MailOutcome[]) => {
    const sent: Mail[] = [];
    return {
      sent,
      deliver: async (mail: Mail) => {
        sent.push(mail);
        return { outcome: outcomes[sent.length - 1] ?? ('sent' as const), why: 'a test' };
      },
    };
  };

  dbTest('is in the person’s language, with a link back', async ({ ctx }) => {
    const messageId = await queued(ctx);
    const { sent, deliver } = postman();
    await sendMail(ctx, { messageId }, deliver);
    expect(sent[0]).toMatchObject({ to: 'murka@hcb.example', subject: 'Заказ R-1001 не выполнен' });
    expect(sent[0]!.text).toContain('«Стаканы» — не выполнено: никто не пришёл.');
    expect(sent[0]!.text).toContain('/orders/1?reorder=1');
  });

  dbTest(
    'takes with it what the application attaches, and goes without what cannot be drawn',
    async ({ ctx }) => {
      const paper = {
        filename: 'MCF-000001.pdf',
        content: Buffer.from('%PDF'),
        contentType: 'application/pdf',
      };
      const { sent, deliver } = postman();
      try {
        attachToMails(async (_, { link }) => (link === failure.link ? [paper] : []));
        await sendMail(ctx, { messageId: await queued(ctx) }, deliver);
        attachToMails(async () => Promise.reject(new Error('no paper')));
        await tell(ctx, { ...failure, dedupeKey: 'another', to: { accountId: (await client(ctx)).id } });
        await sendMail(ctx, (await emitted(ctx, mailQueued))[0] as never, deliver);
      } finally {
        attachToMails(async () => []);
      }
      expect(sent.map(({ attachments }) => attachments)).toEqual([[paper], undefined]);
    },
  );

  dbTest('is sent once, however often its policy runs', async ({ ctx }) => {
    const messageId = await queued(ctx);
    const { sent, deliver } = postman();
    await sendMail(ctx, { messageId }, deliver);
    await sendMail(ctx, { messageId }, deliver);
    expect(sent).toHaveLength(1);
    expect(await state(ctx, messageId)).toBe('sent');
  });

  dbTest(
    'whose outcome is unknown goes out once more under the same id, never a third time',
    async ({ ctx }) => {
      const messageId = await queued(ctx);
      const { sent, deliver } = postman('unknown', 'unknown', 'unknown');
      await expect(sendMail(ctx, { messageId }, deliver)).rejects.toThrow('a test');
      await expect(sendMail(ctx, { messageId }, deliver)).rejects.toThrow('a test');
      await sendMail(ctx, { messageId }, deliver);
      expect(sent).toHaveLength(2);
      expect(sent[0]!.messageId).toBe(sent[1]!.messageId);
      expect(await state(ctx, messageId)).toBe('failed');
    },
  );

  dbTest('that surely did not leave is tried again as often as needed', async ({ ctx }) => {
    const messageId = await queued(ctx);
    const { sent, deliver } = postman('not_sent', 'not_sent', 'not_sent', 'sent');
    for (let i = 0; i < 3; i++) await expect(sendMail(ctx, { messageId }, deliver)).rejects.toThrow();
    await sendMail(ctx, { messageId }, deliver);
    expect(sent).toHaveLength(4);
    expect(await state(ctx, messageId)).toBe('sent');
  });

  dbTest('that the server refuses is not repeated', async ({ ctx }) => {
    const messageId = await queued(ctx);
    const { sent, deliver } = postman('refused');
    await sendMail(ctx, { messageId }, deliver);
    await sendMail(ctx, { messageId }, deliver);
    expect(sent).toHaveLength(1);
    expect(await state(ctx, messageId)).toBe('failed');
  });

  dbTest('left lying is found again, and given up after a day', async ({ ctx }) => {
    const messageId = await queued(ctx);
    const inHours = (hours: number) => at(ctx, new Date(ctx.now.getTime() + hours * 3600_000));
    expect(await overdueMails(ctx)).toEqual([]);
    expect(await overdueMails(inHours(1))).toEqual([messageId]);
    expect(await overdueMails(inHours(25))).toEqual([]);
    expect(await state(ctx, messageId)).toBe('failed');
  });

  dbTest('forgets the secret of an invitation once it is out', async ({ ctx }) => {
    const to = { email: 'cat@box.example', name: 'Cat', locale: 'en' as const };
    await tell(ctx, { to, kind: 'candidate_accepted', link: '/sign-in/invitation/x', dedupeKey: 'k' });
    const messageId = (await emitted(ctx, mailQueued))[0]!.messageId as string;
    const { sent, deliver } = postman();
    await sendMail(ctx, { messageId }, deliver);
    expect(sent[0]!.text).toContain('/sign-in/invitation/x');
    expect((await ctx.db.select().from(messages))[0]!.link).toBeNull();
  });
});

test('an error of the mail server is sorted by whether the mail may have left', () => {
  expect(outcomeOf({ responseCode: 550, code: 'EENVELOPE' })).toBe('refused');
  expect(outcomeOf({ responseCode: 451, code: 'EMESSAGE' })).toBe('not_sent');
  expect(outcomeOf({ code: 'ESOCKET', command: 'CONN' })).toBe('not_sent');
  expect(outcomeOf({ code: 'ETIMEDOUT', command: 'DATA' })).toBe('unknown');
});

test('every kind is written in both languages, with the same parameters', () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  for (const kind of Object.keys(kinds)) {
    const [english, russian] = [en, ru].map(
      ({ kinds: all }) => (all as Record<string, { subject: string; text: string; action?: string }>)[kind],
    );
    expect(english?.subject, kind).toMatch(/./);
    expect(russian?.subject, kind).toMatch(/./);
    expect(new Set(names(russian!.subject + russian!.text)), kind).toEqual(
      new Set(names(english!.subject + english!.text)),
    );
    expect(Boolean(russian!.action), kind).toBe(Boolean(english!.action));
  }
});

test('instants are said in the business zone, money exactly, and what people typed is escaped', () => {
  const said = renderMessage(
    {
      kind: 'order_assigned',
      params: { worker: 'Vasya', startsAt: '2026-07-01T22:30:00Z', priceCents: '900719925474099301' },
    },
    'en',
    'Europe/Berlin',
  );
  expect(said.text).toContain('2 July');
  expect(said.text).toContain('00:30');
  expect(said.text).toContain('9,007,199,254,740,993.01');
  const mail = renderMail(
    { kind: 'order_started', params: { worker: '<b>Vasya</b>' }, link: '/orders/1' },
    { locale: 'en', timeZone: 'UTC', name: 'A & B', appUrl: 'https://mcf.example' },
  );
  expect(mail.html).not.toContain('<b>');
  expect(mail.html).toContain('A &#38; B');
  expect(mail.text).toContain('https://mcf.example/orders/1');
});
