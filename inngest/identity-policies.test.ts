import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { accounts } from '#db/schema/identity.ts';
import { messages } from '#db/schema/notifications.ts';
import { createAccount, readInvitation } from '#lib/identity/index.ts';
import { at, dbTest, runPolicy } from '#lib/kernel/testing.ts';
import { tell } from '#lib/notifications/index.ts';
import { inviteHiredCat } from './invite-hired-cat.ts';
import { mailPasswordLink } from './mail-password-link.ts';
import { sendOverdueMails } from './send-overdue-mails.ts';
import { sendQueuedMail } from './send-queued-mail.ts';
import { syncDirectory, syncDirectoryOnRequest } from './sync-directory.ts';
import { tidyNightly } from './tidy-nightly.ts';

dbTest(
  'a cat that was hired gets one account and one invitation in one mail, also when told twice',
  async ({ ctx }) => {
    const accepted = {
      applicationId: 'a1',
      name: 'Vasya',
      email: 'v@box.example',
      locale: 'ru' as const,
      coatColour: 'grey',
      characteristics: { stealth: 50 },
    };
    await runPolicy(inviteHiredCat, ctx, accepted, { eventId: 'e1' });
    await runPolicy(inviteHiredCat, ctx, accepted, { eventId: 'e1' });
    expect(await ctx.db.select().from(accounts)).toHaveLength(1);
    const told = await ctx.db.select().from(messages);
    expect(told).toHaveLength(1);
    expect(told[0]!.link).toMatch(/^\/sign-in\/invitation\/[\w-]{43}$/);
  },
);

dbTest(
  'a forgotten password is answered by one mail with one link, also when told twice',
  async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, { email: 'm@mcf.example', name: 'M', roles: ['manager'] });
    await runPolicy(mailPasswordLink, ctx, { accountId }, { eventId: 'e1' });
    await runPolicy(mailPasswordLink, ctx, { accountId }, { eventId: 'e1' });
    const told = await ctx.db.select().from(messages);
    expect(told).toMatchObject([{ email: 'm@mcf.example', kind: 'password_link', inApp: false }]);
    const token = told[0]!.link!.split('/').at(-1)!;
    expect(await readInvitation(ctx, token)).toMatchObject({ email: 'm@mcf.example' });
  },
);

describe('the directory sync', () => {
  const asked: { authorization?: string; url?: string }[] = [];
  const server = createServer((request, response) => {
    asked.push({ authorization: request.headers.authorization, url: request.url });
    const second = request.url!.includes('cursor=next');
    const tester = (id: string) => ({ id, name: id, email: `${id}@hcb.example`, active: true });
    response.end(
      JSON.stringify(
        second
          ? { testers: [tester('c')], nextCursor: null }
          : { testers: [tester('a'), tester('b')], nextCursor: 'next' },
      ),
    );
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.HCB_DIRECTORY_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.HCB_DIRECTORY_TOKEN = 'a token of the tests';
  });
  afterAll(() => {
    server.close();
  });

  dbTest('run twice, by the clock and by a manager, leaves the same clients', async ({ ctx }) => {
    await runPolicy(syncDirectory, ctx, {});
    const once = (await ctx.db.select().from(accounts)).map(({ id, name }) => ({ id, name }));
    await runPolicy(syncDirectoryOnRequest, at(ctx, '2026-03-02T10:00:00Z'), { requestedBy: 'm' });
    expect((await ctx.db.select().from(accounts)).map(({ id, name }) => ({ id, name }))).toEqual(once);
    expect(once.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(asked).toHaveLength(4);
    expect(asked[0]!.authorization).toBe('Bearer a token of the tests');
  });
});

describe('mail', () => {
  beforeAll(() => {
    // Nobody listens there: a mail surely not sent.
    process.env.SMTP_URL = 'smtp://127.0.0.1:1';
  });

  dbTest('that cannot be sent stays due, run after run', async ({ ctx }) => {
    const to = { email: 'cat@box.example', name: 'Cat', locale: 'en' as const };
    await tell(ctx, { to, kind: 'candidate_received', dedupeKey: 'k' });
    const id = (await ctx.db.select().from(messages))[0]!.id;
    for (let run = 0; run < 2; run++)
      await expect(runPolicy(sendQueuedMail, ctx, { messageId: id })).rejects.toThrow('ECONNREFUSED');
    const later = at(ctx, '2026-03-02T11:00:00Z');
    for (let run = 0; run < 2; run++)
      await expect(runPolicy(sendOverdueMails, later, {})).rejects.toThrow('ECONNREFUSED');
    expect(await ctx.db.select().from(messages)).toMatchObject([{ mailState: 'pending', mailAttempts: 0 }]);
  });
});

dbTest('the nightly tidying takes what is long over, and only that', async ({ ctx }) => {
  await ctx.db.execute(sql`insert into identity.sign_in_attempts (key, failure_count, last_tried_at)
    values ('email:old', 1, '2026-02-28'), ('email:new', 1, '2026-03-02 08:00Z')`);
  await runPolicy(tidyNightly, ctx, {});
  await runPolicy(tidyNightly, ctx, {});
  expect(await ctx.db.execute(sql`select key from identity.sign_in_attempts`)).toMatchObject([
    { key: 'email:new' },
  ]);
});
