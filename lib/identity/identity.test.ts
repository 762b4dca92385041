import { eq } from 'drizzle-orm';
import { describe, expect } from 'vitest';
import { accounts, sessions } from '#db/schema/identity.ts';
import type { Actor, Ctx } from '#lib/kernel/ctx.ts';
import { as, at, dbTest, emitted, testNow } from '#lib/kernel/testing.ts';
import { hashPassword, verifyPassword } from './hash-password.ts';
import {
  acceptInvitation,
  accountCreated,
  accountDeactivated,
  changeLocale,
  changePassword,
  createAccount,
  createWorkerAccount,
  endAllSessions,
  endSession,
  type Language,
  listSessions,
  makeInvitation,
  openSession,
  passwordLinkRequested,
  readInvitation,
  readSession,
  requestPasswordLink,
  signInWithPassword,
  syncDirectoryPage,
  welcomeTester,
  workerJoined,
} from './index.ts';
import type { DirectoryPage } from './sync-directory-page.ts';

const here = { address: '192.0.2.1', userAgent: 'test' };
const password = 'three words in a row';
const anonymous: Actor = { kind: 'anonymous', id: 'anonymous' };
const manager = { email: 'boss@mcf.example', name: 'Boss', roles: ['manager' as const], password };
const vasya = {
  applicationId: 'a-1',
  name: 'Vasya',
  email: 'vasya@mcf.example',
  locale: 'ru' as const,
  characteristics: { stealth: 70 },
};
const later = (ctx: Ctx, seconds: number) => at(ctx, new Date(ctx.now.getTime() + seconds * 1000));
const signedIn = (ctx: Ctx, accountId: string): Ctx =>
  as(ctx, { kind: 'account', id: accountId, roles: ['client'] });

describe('a password', () => {
  dbTest('is kept as Argon2id, with a salt of its own', async () => {
    const [one, two] = [await hashPassword(password), await hashPassword(password)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(password, one)).toBe(true);
    expect(await verifyPassword(`${password} `, one)).toBe(false);
  });

  dbTest('signs in whoever has an account, in any case of the e-mail', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const opened = await signInWithPassword(
      as(ctx, anonymous),
      { email: ' BOSS@mcf.example', password },
      here,
    );
    expect(await readSession(ctx, opened.sessionId)).toMatchObject({ accountId, roles: ['manager'] });
  });

  dbTest('that is wrong, and an address nobody has, are refused in the same words', async ({ ctx }) => {
    await createAccount(ctx, manager);
    const wrong = signInWithPassword(ctx, { email: manager.email, password: 'something else' }, here);
    await expect(wrong).rejects.toMatchObject({ code: 'identity.wrong_password' });
    const nobody = signInWithPassword(ctx, { email: 'nobody@mcf.example', password }, here);
    await expect(nobody).rejects.toMatchObject({ code: 'identity.wrong_password' });
  });

  dbTest('ends every session when it is changed, and needs the old one', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const old = await openSession(ctx, { accountId, userAgent: '' });
    const own = signedIn(ctx, accountId);
    const change = { newPassword: 'four words in a row', userAgent: '' };
    await expect(changePassword(own, { ...change, oldPassword: 'wrong' })).rejects.toMatchObject({
      fields: { oldPassword: 'identity.wrong_old_password' },
    });
    const { sessionId } = await changePassword(own, { ...change, oldPassword: password });
    expect(await readSession(ctx, old)).toBeNull();
    expect(await readSession(ctx, sessionId)).toMatchObject({ accountId });
    await signInWithPassword(ctx, { email: manager.email, password: change.newPassword }, here);
  });
});

describe('guessing passwords', () => {
  const guess = (ctx: Ctx, email: string, address = here.address) =>
    signInWithPassword(ctx, { email, password: 'a guess' }, { ...here, address }).catch((error) => error);

  dbTest('at one account has to wait after five attempts, wherever they come from', async ({ ctx }) => {
    await createAccount(ctx, manager);
    for (let i = 1; i <= 5; i++)
      expect((await guess(ctx, manager.email, `192.0.2.${i}`)).code).toBe('identity.wrong_password');
    expect(await guess(ctx, manager.email, '192.0.2.99')).toMatchObject({
      code: 'identity.too_many_attempts',
      params: { seconds: 15, minutes: 0 },
    });
    // Also with the right password: otherwise the wait would tell when it was found.
    const right = signInWithPassword(later(ctx, 10), { email: manager.email, password }, here);
    await expect(right).rejects.toMatchObject({ params: { seconds: 5 } });
    await signInWithPassword(later(ctx, 16), { email: manager.email, password }, here);
  });

  dbTest('from inside, with a session that was left open, has to wait like anybody', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const own = signedIn(ctx, accountId);
    const change = (ctx: Ctx, oldPassword: string) =>
      changePassword(ctx, { oldPassword, newPassword: 'four words in a row', userAgent: '' });
    for (let i = 1; i <= 5; i++)
      await expect(change(own, 'a guess')).rejects.toMatchObject({
        fields: { oldPassword: 'identity.wrong_old_password' },
      });
    // The wait is the account's: it holds for the right password too, and at the front door.
    const wait = { code: 'identity.too_many_attempts', params: { seconds: 15, minutes: 0 } };
    await expect(change(own, password)).rejects.toMatchObject(wait);
    expect(await guess(ctx, manager.email)).toMatchObject(wait);
    const { sessionId } = await change(later(own, 16), password);
    expect(await readSession(ctx, sessionId)).toMatchObject({ accountId });
    for (let i = 1; i <= 5; i++)
      expect((await guess(later(ctx, 17), manager.email)).code).toBe('identity.wrong_password');
  });

  dbTest('from one address has to wait, whatever accounts it tries', async ({ ctx }) => {
    for (let i = 1; i <= 40; i++) await guess(ctx, `cat-${i}@mcf.example`);
    expect((await guess(ctx, 'cat-41@mcf.example')).code).toBe('identity.too_many_attempts');
    expect((await guess(ctx, 'cat-41@mcf.example', '192.0.2.2')).code).toBe('identity.wrong_password');
  });

  dbTest('is forgiven by signing in, and forgotten after half an hour', async ({ ctx }) => {
    await createAccount(ctx, manager);
    for (let i = 0; i < 4; i++) await guess(ctx, manager.email);
    await signInWithPassword(ctx, { email: manager.email, password }, here);
    for (let i = 0; i < 4; i++) await guess(ctx, manager.email);
    for (let i = 0; i < 4; i++)
      expect((await guess(later(ctx, 31 * 60), manager.email)).code).toBe('identity.wrong_password');
  });
});

describe('a session', () => {
  dbTest('ends when its person ends it, and only that one', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const [one, two] = [
      await openSession(ctx, { accountId, userAgent: 'one' }),
      await openSession(ctx, { accountId, userAgent: 'two' }),
    ];
    const own = signedIn(ctx, accountId);
    await endSession(own, { sessionId: one });
    await endSession(own, { sessionId: one });
    expect(await readSession(ctx, one)).toBeNull();
    expect((await listSessions(own)).map(({ id }) => id)).toEqual([two]);
    await endAllSessions(own);
    expect(await readSession(ctx, two)).toBeNull();
  });

  dbTest('of somebody else is not there to be ended', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const sessionId = await openSession(ctx, { accountId, userAgent: '' });
    await expect(endSession(as(ctx, 'client'), { sessionId })).rejects.toMatchObject({
      code: 'identity.not_found',
    });
    expect(await readSession(ctx, sessionId)).not.toBeNull();
  });

  dbTest('is over after 30 days', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const sessionId = await openSession(ctx, { accountId, userAgent: '' });
    expect(await readSession(later(ctx, 29 * 86_400), sessionId)).not.toBeNull();
    expect(await readSession(later(ctx, 30 * 86_400), sessionId)).toBeNull();
  });

  dbTest('writes when it was last seen at most every five minutes', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const sessionId = await openSession(ctx, { accountId, userAgent: '' });
    const seen = async () =>
      (await ctx.db.select().from(sessions).where(eq(sessions.id, sessionId)))[0]!.lastSeenAt;
    await readSession(later(ctx, 200), sessionId);
    expect(await seen()).toEqual(testNow);
    await readSession(later(ctx, 301), sessionId);
    expect(await seen()).toEqual(later(ctx, 301).now);
  });
});

describe('single sign-on [US-010]', () => {
  const tester = { subject: 'murka', name: 'Murka', email: 'murka@happycatbox.example' };

  dbTest('makes the client account on the first visit, and once', async ({ ctx }) => {
    const first = await welcomeTester(ctx, tester);
    const second = await welcomeTester(ctx, { ...tester, name: 'Murka the Second' });
    expect(second).toEqual(first);
    expect(await emitted(ctx, accountCreated)).toEqual([
      { accountId: first.accountId, name: 'Murka', roles: ['client'] },
    ]);
    expect(await ctx.db.select().from(accounts)).toMatchObject([{ name: 'Murka the Second' }]);
  });

  dbTest('refuses whom HCB no longer lists', async ({ ctx }) => {
    const { accountId } = await welcomeTester(ctx, tester);
    await ctx.db.update(accounts).set({ active: false }).where(eq(accounts.id, accountId));
    await expect(welcomeTester(ctx, tester)).rejects.toMatchObject({ code: 'identity.deactivated' });
    await expect(openSession(ctx, { accountId, userAgent: '' })).rejects.toMatchObject({
      code: 'identity.deactivated',
    });
  });
});

describe('the language of somebody who comes in', () => {
  const tester = { subject: 'murka', name: 'Murka', email: 'murka@happycatbox.example' };
  const language = async (ctx: Ctx) => {
    const [{ locale, localeChosen }] = (await ctx.db.select().from(accounts)) as [
      typeof accounts.$inferSelect,
    ];
    return localeChosen ? `${locale}, chosen` : locale;
  };
  /** Everybody's way in; the account is there before. */
  const ways: [string, (ctx: Ctx, language: Language) => Promise<unknown>][] = [
    ['single sign-on', (ctx, language) => welcomeTester(ctx, { ...tester, language })],
    [
      'a password',
      async (ctx, language) => {
        await createAccount(ctx, manager);
        return signInWithPassword(ctx, { email: manager.email, password }, { ...here, language });
      },
    ],
    [
      'an invitation',
      async (ctx, language) => {
        const { accountId } = await createAccount(ctx, manager);
        const token = (await makeInvitation(ctx, { accountId, causeId: ctx.newId(), days: 1 }))!;
        return acceptInvitation(ctx, { token, password, userAgent: '', language });
      },
    ],
  ];

  for (const [way, comeIn] of ways)
    dbTest(`by ${way} is the browser’s until they choose, and then theirs`, async ({ ctx }) => {
      await comeIn(ctx, { locale: 'ru', chosen: false });
      expect(await language(ctx)).toBe('ru');
      await comeIn(ctx, { locale: 'en', chosen: false });
      expect(await language(ctx)).toBe('en');
      await comeIn(ctx, { locale: 'ru', chosen: true });
      expect(await language(ctx)).toBe('ru, chosen');
      await comeIn(ctx, { locale: 'en', chosen: false });
      expect(await language(ctx)).toBe('ru, chosen');
      await comeIn(ctx, { locale: 'en', chosen: true });
      expect(await language(ctx)).toBe('en, chosen');
    });

  dbTest('is not chosen by being made: neither a demo account nor a hired cat forces it', async ({ ctx }) => {
    const { accountId } = await createWorkerAccount(ctx, vasya);
    expect(await language(ctx)).toBe('ru');
    const sessionId = await openSession(ctx, { accountId, userAgent: '' });
    expect(await readSession(ctx, sessionId)).toMatchObject({ chosenLocale: null });
    await changeLocale(signedIn(ctx, accountId), { locale: 'ru' });
    expect(await readSession(ctx, sessionId)).toMatchObject({ chosenLocale: 'ru' });
  });
});

describe('the directory of HCB [US-010]', () => {
  const testers = Array.from({ length: 5 }, (_, i) => ({
    id: `t${i}`,
    name: `Tester ${i}`,
    email: `t${i}@hcb.example`,
    active: true,
  }));
  /** A directory of pages of two. */
  const pagesOf = (all: DirectoryPage['testers']) => async (cursor: string | null) => {
    const from = Number(cursor ?? 0);
    const next = from + 2;
    return { testers: all.slice(from, next), nextCursor: next < all.length ? String(next) : null };
  };
  const pass = async (ctx: Ctx, all: DirectoryPage['testers']) => {
    for (let page = 0; page < 10; page++) if ((await syncDirectoryPage(ctx, pagesOf(all))).done) return;
    throw new Error('the pass does not end');
  };
  const state = async (ctx: Ctx) =>
    (await ctx.db.select().from(accounts).orderBy(accounts.hcbSubject)).map(
      ({ hcbSubject, name, active }) => `${hcbSubject} ${name}${active ? '' : ' (closed)'}`,
    );

  dbTest('read twice leaves the same clients', async ({ ctx }) => {
    await pass(ctx, testers);
    const once = await state(ctx);
    await pass(later(ctx, 3600), testers);
    expect(await state(ctx)).toEqual(once);
    expect(once).toHaveLength(5);
    expect(await emitted(ctx, accountCreated)).toHaveLength(5);
    expect(await emitted(ctx, accountDeactivated)).toHaveLength(0);
  });

  dbTest('closes who left and who is inactive, and ends their sessions at once', async ({ ctx }) => {
    await pass(ctx, testers);
    const [t0, t1, t2] = await ctx.db.select().from(accounts).orderBy(accounts.hcbSubject);
    const open = async (account: typeof t0) => openSession(ctx, { accountId: account!.id, userAgent: '' });
    const [s0, s1, s2] = [await open(t0), await open(t1), await open(t2)];
    const now = testers.slice(1).map((tester) => ({ ...tester, active: tester.id !== 't1' }));
    await pass(later(ctx, 3600), now);
    expect((await state(ctx)).filter((line) => line.endsWith('(closed)'))).toEqual([
      't0 Tester 0 (closed)',
      't1 Tester 1 (closed)',
    ]);
    expect(await readSession(ctx, s0)).toBeNull();
    expect(await readSession(ctx, s1)).toBeNull();
    expect(await readSession(ctx, s2)).not.toBeNull();
    await pass(later(ctx, 7200), testers);
    expect((await state(ctx)).filter((line) => line.endsWith('(closed)'))).toEqual([]);
  });

  dbTest('goes on where it was when a pass was killed', async ({ ctx }) => {
    const asked: (string | null)[] = [];
    const spy = async (cursor: string | null) => {
      asked.push(cursor);
      if (asked.length === 2) throw new Error('killed');
      return pagesOf(testers)(cursor);
    };
    await syncDirectoryPage(ctx, spy);
    await expect(syncDirectoryPage(ctx, spy)).rejects.toThrow('killed');
    await syncDirectoryPage(later(ctx, 60), spy);
    await syncDirectoryPage(later(ctx, 60), spy);
    expect(asked).toEqual([null, '2', '2', '4']);
    expect(await state(ctx)).toHaveLength(5);
  });

  dbTest('that suddenly lists nearly nobody closes nobody', async ({ ctx }) => {
    const many = Array.from({ length: 60 }, (_, i) => ({
      ...testers[0]!,
      id: `m${i}`,
      email: `m${i}@hcb.example`,
    }));
    const whole = async (all: DirectoryPage['testers']) => ({ testers: all, nextCursor: null });
    await syncDirectoryPage(ctx, () => whole(many));
    await syncDirectoryPage(later(ctx, 3600), () => whole(many.slice(0, 3)));
    expect((await state(ctx)).filter((line) => line.endsWith('(closed)'))).toEqual([]);
  });

  dbTest('keeps a client who came by single sign-on during the pass', async ({ ctx }) => {
    await syncDirectoryPage(ctx, pagesOf(testers));
    await welcomeTester(later(ctx, 1), { subject: 'new', name: 'New', email: 'new@hcb.example' });
    await pass(later(ctx, 2), testers);
    expect(await state(ctx)).toContain('new New');
  });
});

describe('a forgotten password', () => {
  dbTest('is asked for in the same words whoever asks, and at most a few times', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    await requestPasswordLink(ctx, { email: manager.email }, here);
    await requestPasswordLink(ctx, { email: 'nobody@mcf.example' }, here);
    expect(await emitted(ctx, passwordLinkRequested)).toEqual([{ accountId }]);
    for (let i = 0; i < 2; i++) await requestPasswordLink(ctx, { email: manager.email }, here);
    await expect(requestPasswordLink(ctx, { email: manager.email }, here)).rejects.toMatchObject({
      code: 'identity.too_many_attempts',
    });
  });

  dbTest('is replaced by the newest link only, which ends every session', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const old = await openSession(ctx, { accountId, userAgent: '' });
    const first = await makeInvitation(ctx, { accountId, causeId: 'one', days: 1 });
    expect(await makeInvitation(ctx, { accountId, causeId: 'one', days: 1 })).toBeNull();
    const second = await makeInvitation(ctx, { accountId, causeId: 'two', days: 1 });
    expect(await readInvitation(ctx, first!)).toBeNull();
    const { sessionId, roles } = await acceptInvitation(ctx, {
      token: second!,
      password: 'a new long password',
      userAgent: '',
    });
    expect(roles).toEqual(['manager']);
    expect(await readSession(ctx, old)).toBeNull();
    expect(await readSession(ctx, sessionId)).toMatchObject({ accountId });
  });
});

describe('a hired cat [US-120]', () => {
  dbTest('gets one account per application, and is invited once', async ({ ctx }) => {
    const first = await createWorkerAccount(ctx, vasya);
    const second = await createWorkerAccount(ctx, vasya);
    expect(second).toEqual({ accountId: first.accountId, invitationToken: null });
    expect(await emitted(ctx, workerJoined)).toEqual([
      { accountId: first.accountId, name: 'Vasya', characteristics: { stealth: 70 } },
    ]);
  });

  dbTest('chooses a password by the link, which works once', async ({ ctx }) => {
    const { accountId, invitationToken } = await createWorkerAccount(ctx, vasya);
    const token = invitationToken!;
    expect(await readInvitation(ctx, token)).toMatchObject({ email: 'vasya@mcf.example' });
    const short = acceptInvitation(ctx, { token, password: 'short', userAgent: '' });
    await expect(short).rejects.toMatchObject({ fields: { password: 'identity.password_short' } });
    const { sessionId } = await acceptInvitation(ctx, { token, password, userAgent: '' });
    expect(await readSession(ctx, sessionId)).toMatchObject({ accountId, roles: ['worker'] });
    const again = acceptInvitation(ctx, { token, password: 'another password', userAgent: '' });
    await expect(again).rejects.toMatchObject({ code: 'identity.invitation_over' });
    await signInWithPassword(ctx, { email: vasya.email, password }, here);
  });

  dbTest('finds the link expired after two weeks', async ({ ctx }) => {
    const { invitationToken } = await createWorkerAccount(ctx, vasya);
    expect(await readInvitation(later(ctx, 14 * 86_400), invitationToken!)).toBeNull();
  });

  dbTest('who applied under a colleague’s e-mail gains the role and no invitation', async ({ ctx }) => {
    const { accountId } = await createAccount(ctx, manager);
    const hired = await createWorkerAccount(ctx, { ...vasya, email: manager.email });
    expect(hired).toEqual({ accountId, invitationToken: null });
    const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, accountId));
    expect(account!.roles).toEqual(['manager', 'worker']);
    expect(await emitted(ctx, workerJoined)).toHaveLength(1);
  });
});
