'use server';

import { createHash } from 'node:crypto';
import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import {
  addLine,
  askForCookie,
  bookReturn,
  changeLine,
  correctCount,
  decidePurchase,
  issueJob,
  proposePurchase,
  readJob,
  receivePurchase,
  saveItem,
  tickLine,
  waiveCookie,
} from '#lib/consumables/index.ts';
import { requireRole } from '#lib/kernel/ctx.ts';
import { storePhoto } from '#lib/kernel/photo.ts';
import { Refused } from '#lib/kernel/refused.ts';

const text = (form: FormData, name: string) => String(form.get(name) ?? '');
// A number that was not typed is none at all, and refused by the verb's own check.
const number = (form: FormData, name: string) => {
  const typed = text(form, name).trim();
  return typed === '' ? Number.NaN : Number(typed);
};

/** A line into the box, or out of it. */
export async function tick(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, (ctx) =>
    tickLine(ctx, {
      jobId: text(form, 'jobId'),
      lineId: text(form, 'lineId'),
      isTicked: text(form, 'isTicked') === 'true',
    }),
  );
}

export async function change(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, (ctx) =>
    changeLine(ctx, {
      jobId: text(form, 'jobId'),
      lineId: text(form, 'lineId'),
      count: number(form, 'count'),
    }),
  );
}

export async function add(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, (ctx) =>
    addLine(ctx, { jobId: text(form, 'jobId'), itemId: text(form, 'itemId'), count: number(form, 'count') }),
  );
}

export async function orderCookieNow(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    requireRole(ctx, 'staff');
    const { orderId } = await readJob(ctx, text(form, 'jobId'));
    const { isUnknown } = await askForCookie(ctx, { orderId });
    const t = await getTranslations('consumables.cookie');
    return { message: t(isUnknown ? 'noAnswer' : 'asking') };
  });
}

export async function goWithoutCookie(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, (ctx) =>
    waiveCookie(ctx, { jobId: text(form, 'jobId'), reason: text(form, 'reason') }),
  );
}

/** The worker signed: keeps the signature, then issues. The same drawing sent twice is one signature. */
export async function issue(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    requireRole(ctx, 'staff');
    const drawn = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(text(form, 'signature'))?.[1];
    if (!drawn) throw new Refused('invalid', { fields: { signature: 'consumables.signature' } });
    const jobId = text(form, 'jobId');
    // A job that is none is refused before a photo is kept for it.
    await readJob(ctx, jobId);
    const bytes = Buffer.from(drawn, 'base64');
    const { id } = await storePhoto(ctx, { uploadId: uploadIdOf(jobId, bytes), bytes, kind: 'signature' });
    // The job's page says the rest.
    await issueJob(ctx, { jobId, signaturePhotoId: id });
  });
}

// A UUID out of what was drawn (version 8: one's own content).
function uploadIdOf(jobId: string, bytes: Buffer): string {
  const hash = createHash('sha256').update(jobId).update(bytes).digest();
  hash[6] = 0x80 | (hash[6]! & 0x0f);
  hash[8] = 0x80 | (hash[8]! & 0x3f);
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Every field `came:<lineId>` is a counted line. */
export async function takeBack(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const lines = [...form.keys()]
      .filter((name) => name.startsWith('came:'))
      .map((name) => ({ lineId: name.slice('came:'.length), returnedCount: number(form, name) }));
    await bookReturn(ctx, { jobId: text(form, 'jobId'), lines, reason: text(form, 'reason') || undefined });
    const t = await getTranslations('consumables.return');
    return { message: t('done') };
  });
}

export async function correct(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await correctCount(ctx, {
      itemId: text(form, 'itemId'),
      countedCount: number(form, 'countedCount'),
      reason: text(form, 'reason'),
    });
    return stockMessage('corrected');
  });
}

export async function propose(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await proposePurchase(ctx, { itemId: text(form, 'itemId'), count: number(form, 'count') });
    return stockMessage('bought');
  });
}

export async function decide(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const isApproved = text(form, 'decision') === 'approve';
    await decidePurchase(ctx, { purchaseId: text(form, 'purchaseId'), isApproved });
    return stockMessage(isApproved ? 'approved' : 'declined');
  });
}

export async function receive(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await receivePurchase(ctx, {
      purchaseId: text(form, 'purchaseId'),
      receivedCount: number(form, 'receivedCount'),
      lot: text(form, 'lot'),
    });
    return stockMessage('received');
  });
}

export async function keepItem(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await saveItem(ctx, {
      code: text(form, 'code').trim(),
      name: { en: text(form, 'name.en'), ru: text(form, 'name.ru') },
      unit: { en: text(form, 'unit.en'), ru: text(form, 'unit.ru') },
      reorderPointCount: number(form, 'reorderPointCount'),
    });
    return stockMessage('saved');
  });
}

async function stockMessage(key: 'corrected' | 'bought' | 'approved' | 'declined' | 'received' | 'saved') {
  const t = await getTranslations('consumables.stock');
  return { message: t(key) };
}
