import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { files } from '#db/schema/kernel.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, at, dbTest, emitted, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { acceptApplication } from './accept-application.ts';
import { declineApplication } from './decline-application.ts';
import { applicationAccepted, applicationDeclined, applicationSubmitted } from './events.ts';
import { applicationDetails, applicationList } from './reads.ts';
import { submitApplication } from './submit-application.ts';

const form = {
  requestKey: 'request-key-1',
  name: 'Pushok',
  ageYears: 3,
  breed: 'Siberian',
  coatColour: 'grey' as const,
  email: 'Pushok@cats.example',
  about: '',
  locale: 'en' as const,
};
const anybody = (ctx: Ctx) => as(ctx, { kind: 'anonymous', id: 'anonymous' });

describe('applying [US-090]', () => {
  dbTest('takes an application from anybody, once per request key', async ({ ctx }) => {
    const first = await submitApplication(anybody(ctx), form);
    const again = await submitApplication(anybody(ctx), form);
    expect(again).toEqual(first);
    expect((await applicationList(as(ctx, 'manager'), {})).rows).toMatchObject([
      { email: 'pushok@cats.example' },
    ]);
    expect(await emitted(ctx, applicationSubmitted)).toHaveLength(1);
  });

  dbTest('names every field that is wrong', async ({ ctx }) => {
    const wrong = submitApplication(anybody(ctx), {
      ...form,
      name: ' ',
      ageYears: 0,
      email: 'x',
      coatColour: 'blue' as never,
    });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid',
      fields: {
        name: 'required',
        ageYears: 'hiring.too_young',
        email: 'hiring.email',
        coatColour: 'hiring.choose_colour',
      },
    });
  });

  dbTest('lets one address apply three times a day [US-081]', async ({ ctx }) => {
    for (const n of [1, 2, 3]) await submitApplication(anybody(ctx), { ...form, requestKey: `request-${n}` });
    const fourth = { ...form, requestKey: 'request-4' };
    await expect(submitApplication(anybody(ctx), fourth)).rejects.toMatchObject({
      code: 'hiring.applied_already',
    });
    await submitApplication(at(anybody(ctx), '2026-03-03T09:00:01Z'), fourth);
  });

  describe('with a photo, at the same moment', () => {
    let filesDir: string;
    beforeAll(() => {
      filesDir = mkdtempSync(join(tmpdir(), 'mcf-applications-'));
      process.env.FILES_DIR = filesDir;
    });
    afterAll(() => rmSync(filesDir, { recursive: true, force: true }));

    /** Posts everything at once, and tells what came of it. */
    async function post(requestKeys: string[]) {
      const database = await freshDatabase();
      try {
        const ctx = testCtx(database.db);
        const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'grey' } })
          .jpeg()
          .toBuffer();
        const answers = await Promise.allSettled(
          requestKeys.map((requestKey) => submitApplication(anybody(ctx), { ...form, requestKey, photo })),
        );
        const { rows } = await applicationList(as(ctx, 'manager'), {});
        const kept = await ctx.db.select().from(files);
        const onDisk = readdirSync(filesDir, { recursive: true, withFileTypes: true });
        return {
          refusals: answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : [])),
          photoIds: rows.map(({ photoId }) => photoId).sort(),
          keptIds: kept.map(({ id }) => id).sort(),
          fileCount: onDisk.filter((entry) => entry.isFile()).length,
        };
      } finally {
        await database.close();
        for (const name of readdirSync(filesDir)) rmSync(join(filesDir, name), { recursive: true });
      }
    }

    test('eight times, is three applications with three photos, and nothing is left over [US-081]', async () => {
      const keys = Array.from({ length: 8 }, (_, n) => `parallel-request-${n}`);
      const { refusals, photoIds, keptIds, fileCount } = await post(keys);
      expect(refusals).toEqual(Array(5).fill('hiring.applied_already'));
      expect(photoIds).toHaveLength(3);
      expect(keptIds).toEqual(photoIds);
      expect(fileCount).toBe(3);
    });

    test('five times under one request key, is one application with one photo', async () => {
      const { refusals, photoIds, keptIds, fileCount } = await post(Array(5).fill('the-same-request'));
      expect(refusals).toEqual([]);
      expect(photoIds).toHaveLength(1);
      expect(keptIds).toEqual(photoIds);
      expect(fileCount).toBe(1);
    });
  });

  dbTest('refuses a photo that is none', async ({ ctx }) => {
    const photo = new TextEncoder().encode('meow');
    await expect(submitApplication(anybody(ctx), { ...form, photo })).rejects.toMatchObject({
      code: 'photo.not_an_image',
    });
  });
});

describe('deciding [US-120]', () => {
  dbTest('accepts once, with the characteristics obtained', async ({ ctx }) => {
    const { applicationId } = await submitApplication(anybody(ctx), form);
    const manager = as(ctx, 'manager');
    const decision = { applicationId, characteristics: { precision: 90 } };
    await acceptApplication(manager, decision);
    await acceptApplication(manager, decision);
    expect(await emitted(ctx, applicationAccepted)).toMatchObject([
      { applicationId, characteristics: { precision: 90 } },
    ]);
    await expect(declineApplication(manager, { applicationId, reason: 'no' })).rejects.toMatchObject({
      code: 'hiring.decided_already',
    });
    expect(await applicationDetails(manager, applicationId)).toMatchObject({
      state: 'accepted',
      decidedBy: manager.actor.id,
    });
  });

  dbTest('declines with a reason', async ({ ctx }) => {
    const { applicationId } = await submitApplication(anybody(ctx), form);
    const manager = as(ctx, 'manager');
    await expect(declineApplication(manager, { applicationId, reason: '' })).rejects.toMatchObject({
      code: 'invalid',
    });
    await declineApplication(manager, { applicationId, reason: 'Afraid of glass' });
    expect(await emitted(ctx, applicationDeclined)).toHaveLength(1);
  });

  dbTest('is for managers', async ({ ctx }) => {
    const { applicationId } = await submitApplication(anybody(ctx), form);
    for (const who of [anybody(ctx), as(ctx, 'client'), as(ctx, 'worker'), as(ctx, 'staff')]) {
      await expect(
        acceptApplication(who, { applicationId, characteristics: { precision: 1 } }),
      ).rejects.toThrow(/not_/);
      await expect(applicationDetails(who, applicationId)).rejects.toThrow(/not_/);
    }
  });
});
