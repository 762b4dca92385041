import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { audit } from '#db/schema/kernel.ts';
import type { Ctx, Role } from '#lib/kernel/ctx.ts';
import { as, dbTest, emitted, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import {
  accountDeactivated,
  changeRoles,
  colleagueDetails,
  colleagueList,
  createAccount,
  createWorkerAccount,
  deactivateColleague,
  inviteColleague,
  openSession,
  passwordLinkRequested,
  reactivateColleague,
  readSession,
  sendPasswordLink,
  signInWithPassword,
} from './index.ts';

const password = 'three words in a row';

/** A colleague who is there, and a ctx of theirs. */
async function colleague(ctx: Ctx, name: string, ...roles: Role[]) {
  const email = `${name.toLowerCase()}@mcf.example`;
  const { accountId } = await createAccount(ctx, { email, name, roles, password });
  return { accountId, email, own: as(ctx, { kind: 'account', id: accountId, roles }) };
}
const people = async (ctx: Ctx) => ({
  boss: await colleague(ctx, 'Boss', 'manager'),
  purse: await colleague(ctx, 'Purse', 'manager', 'billing'),
  shelf: await colleague(ctx, 'Shelf', 'staff'),
});
const rolesOf = async (ctx: Ctx, accountId: string) =>
  (await colleagueDetails(as(ctx, 'manager'), accountId)).roles;

describe('a colleague', () => {
  dbTest('is invited by a manager, by mail, once per address', async ({ ctx }) => {
    const { boss } = await people(ctx);
    const newcomer = { name: 'New', email: 'New@mcf.example', roles: ['staff'], locale: 'ru' };
    const { accountId } = await inviteColleague(boss.own, newcomer);
    expect(await emitted(ctx, passwordLinkRequested)).toEqual([{ accountId, invited: true }]);
    expect(await colleagueDetails(boss.own, accountId)).toMatchObject({
      email: 'new@mcf.example',
      roles: ['staff'],
      hasPassword: false,
      lastSeenAt: null,
    });
    await expect(inviteColleague(boss.own, newcomer)).rejects.toMatchObject({
      fields: { email: 'identity.email_taken' },
    });
    await expect(inviteColleague(boss.own, { name: ' ', email: 'x', roles: [] })).rejects.toMatchObject({
      fields: { name: 'required', email: 'identity.email', roles: 'identity.no_role' },
    });
    await expect(
      inviteColleague(boss.own, { ...newcomer, email: 'w@mcf.example', roles: ['worker'] }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });

  dbTest('may do from the next click what a manager gave them', async ({ ctx }) => {
    const { boss, shelf } = await people(ctx);
    const sessionId = await openSession(ctx, { accountId: shelf.accountId, userAgent: '' });
    await changeRoles(boss.own, { accountId: shelf.accountId, roles: ['staff', 'manager'] });
    expect(await readSession(ctx, sessionId)).toMatchObject({ roles: ['staff', 'manager'] });
    expect(await colleagueDetails(boss.own, shelf.accountId)).toMatchObject({
      lastSeenAt: ctx.now,
      hasPassword: true,
    });
    expect(await colleagueDetails(boss.own, boss.accountId)).toMatchObject({ lastSeenAt: null });
    await expect(changeRoles(boss.own, { accountId: shelf.accountId, roles: [] })).rejects.toMatchObject({
      code: 'identity.no_role',
    });
    const [entry] = await ctx.db.select().from(audit).where(eq(audit.verb, 'changeRoles'));
    expect(entry).toMatchObject({
      actorId: boss.accountId,
      subjectId: shelf.accountId,
      data: { before: ['staff'], after: ['staff', 'manager'] },
    });
  });

  dbTest('gets the billing role, and loses it, by somebody who has it', async ({ ctx }) => {
    const { boss, purse, shelf } = await people(ctx);
    const only = { code: 'identity.billing_only' };
    const promote = { accountId: shelf.accountId, roles: ['staff', 'billing'] };
    await expect(changeRoles(boss.own, promote)).rejects.toMatchObject(only);
    await expect(
      changeRoles(boss.own, { accountId: boss.accountId, roles: ['manager', 'billing'] }),
    ).rejects.toMatchObject(only);
    await expect(
      inviteColleague(boss.own, { name: 'N', email: 'n@mcf.example', roles: ['billing'] }),
    ).rejects.toMatchObject(only);
    await expect(deactivateColleague(boss.own, { accountId: purse.accountId })).rejects.toMatchObject(only);
    await changeRoles(purse.own, promote);
    await deactivateColleague(purse.own, { accountId: shelf.accountId });
    await expect(reactivateColleague(boss.own, { accountId: shelf.accountId })).rejects.toMatchObject(only);
    await reactivateColleague(purse.own, { accountId: shelf.accountId });
    expect(await rolesOf(ctx, shelf.accountId)).toEqual(['staff', 'billing']);
  });

  dbTest('whose account is closed is out at once, and back with what they had', async ({ ctx }) => {
    const { boss, shelf } = await people(ctx);
    const sessionId = await openSession(ctx, { accountId: shelf.accountId, userAgent: '' });
    await deactivateColleague(boss.own, { accountId: shelf.accountId, reason: 'moved on' });
    await deactivateColleague(boss.own, { accountId: shelf.accountId });
    expect(await readSession(ctx, sessionId)).toBeNull();
    expect(await emitted(ctx, accountDeactivated)).toEqual([
      { accountId: shelf.accountId, roles: ['staff'] },
    ]);
    expect(await ctx.db.select().from(audit).where(eq(audit.verb, 'deactivateColleague'))).toMatchObject([
      { why: 'moved on', actorId: boss.accountId },
    ]);
    const signIn = () =>
      signInWithPassword(ctx, { email: shelf.email, password }, { address: '192.0.2.1', userAgent: '' });
    await expect(signIn()).rejects.toMatchObject({ code: 'identity.deactivated' });
    await expect(sendPasswordLink(boss.own, { accountId: shelf.accountId })).rejects.toMatchObject({
      code: 'identity.deactivated',
    });
    await reactivateColleague(boss.own, { accountId: shelf.accountId });
    expect(await readSession(ctx, sessionId)).toBeNull();
    await signIn();
  });

  dbTest('who is the last manager, or the last one of billing, stays', async ({ ctx }) => {
    const { boss, purse } = await people(ctx);
    await expect(
      changeRoles(purse.own, { accountId: purse.accountId, roles: ['manager'] }),
    ).rejects.toMatchObject({ code: 'identity.last_billing' });
    await expect(deactivateColleague(purse.own, { accountId: purse.accountId })).rejects.toMatchObject({
      code: 'identity.last_billing',
    });
    await changeRoles(purse.own, { accountId: purse.accountId, roles: ['billing'] });
    for (const leave of [
      () => deactivateColleague(boss.own, { accountId: boss.accountId }),
      () => changeRoles(boss.own, { accountId: boss.accountId, roles: ['staff'] }),
    ])
      await expect(leave()).rejects.toMatchObject({ code: 'identity.last_manager' });
  });

  test('and another, closing each other at the same moment, leave one manager', async () => {
    const database = await freshDatabase();
    try {
      const ctx = testCtx(database.db);
      const [one, two] = [await colleague(ctx, 'One', 'manager'), await colleague(ctx, 'Two', 'manager')];
      const answers = await Promise.allSettled([
        deactivateColleague(one.own, { accountId: two.accountId }),
        deactivateColleague(two.own, { accountId: one.accountId }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await colleagueList(as(ctx, 'manager'), { role: 'manager' })).total).toBe(1);
    } finally {
      await database.close();
    }
  });

  dbTest('who is a worker too keeps that, and the account', async ({ ctx }) => {
    const { boss, shelf } = await people(ctx);
    await createWorkerAccount(ctx, {
      applicationId: 'a-1',
      name: 'Shelf',
      email: shelf.email,
      locale: 'en',
      characteristics: {},
    });
    await expect(deactivateColleague(boss.own, { accountId: shelf.accountId })).rejects.toMatchObject({
      code: 'identity.also_worker',
    });
    await changeRoles(boss.own, { accountId: shelf.accountId, roles: ['manager'] });
    expect((await rolesOf(ctx, shelf.accountId)).sort()).toEqual(['manager', 'worker']);
  });

  dbTest('is sent a link to a password at most a few times', async ({ ctx }) => {
    const { boss, shelf } = await people(ctx);
    for (let i = 0; i < 3; i++) await sendPasswordLink(boss.own, { accountId: shelf.accountId });
    await expect(sendPasswordLink(boss.own, { accountId: shelf.accountId })).rejects.toMatchObject({
      code: 'identity.too_many_attempts',
    });
    expect(await emitted(ctx, passwordLinkRequested)).toHaveLength(3);
  });
});

describe('the list of colleagues', () => {
  dbTest('is searched and filtered, and has neither clients nor workers', async ({ ctx }) => {
    const { boss } = await people(ctx);
    await createWorkerAccount(ctx, {
      applicationId: 'a-1',
      name: 'Vasya',
      email: 'vasya@mcf.example',
      locale: 'en',
      characteristics: {},
    });
    const names = async (filter: Parameters<typeof colleagueList>[1]) =>
      (await colleagueList(boss.own, filter)).rows.map(({ name }) => name);
    expect(await names({})).toEqual(['Boss', 'Purse', 'Shelf']);
    expect(await names({ role: 'billing' })).toEqual(['Purse']);
    expect(await names({ search: ' SHE' })).toEqual(['Shelf']);
    expect(await names({ search: '%' })).toEqual([]);
    expect(await names({ active: false })).toEqual([]);
  });

  dbTest('and everything about it is for managers', async ({ ctx }) => {
    const { shelf } = await people(ctx);
    const { accountId } = shelf;
    for (const role of ['client', 'worker', 'staff', 'billing'] as const) {
      const who = as(ctx, role);
      for (const work of [
        () => colleagueList(who, {}),
        () => colleagueDetails(who, accountId),
        () => inviteColleague(who, { name: 'N', email: 'n@mcf.example', roles: ['staff'] }),
        () => changeRoles(who, { accountId, roles: ['manager'] }),
        () => deactivateColleague(who, { accountId }),
        () => reactivateColleague(who, { accountId }),
        () => sendPasswordLink(who, { accountId }),
      ])
        await expect(work()).rejects.toMatchObject({ code: 'not_allowed' });
    }
    const worker = await createWorkerAccount(ctx, {
      applicationId: 'a-2',
      name: 'Vasya',
      email: 'vasya@mcf.example',
      locale: 'en',
      characteristics: {},
    });
    for (const accountId of [worker.accountId, 'nonsense', ctx.newId()])
      await expect(changeRoles(as(ctx, 'manager'), { accountId, roles: ['manager'] })).rejects.toMatchObject({
        code: 'identity.no_colleague',
      });
  });
});
