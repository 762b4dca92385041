import { and, eq, gt, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { applications } from '#db/schema/hiring.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { removePhoto, storePhoto } from '#lib/kernel/photo.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { applicationSubmitted } from './events.ts';
import { submitApplicationInput } from './inputs.ts';

/** One address may apply so often in a day; everybody together so often in an hour [US-081]. */
const perAddressADay = 3;
const inAllAnHour = 2000;

/**
 * Takes an application from anybody [US-090]; the same request key is one application, and posts of one address at the
 * same moment take turns. A photo is checked like every photo, and is gone again when its application was not taken.
 * Throws `Refused`: invalid, hiring.applied_already, hiring.too_busy, photo.*.
 */
export async function submitApplication(
  ctx: Ctx,
  { photo, ...input }: z.input<typeof submitApplicationInput> & { photo?: Uint8Array },
): Promise<{ applicationId: string }> {
  const application = parse(submitApplicationInput, input);
  const known = await findByRequestKey(ctx, application.requestKey);
  if (known) return known;
  // Asked before the photo too: who applied three times costs no decoding.
  await bound(ctx, application.email);
  const stored = photo?.length
    ? await storePhoto(ctx, { uploadId: ctx.newId(), bytes: photo, kind: 'application' })
    : null;
  try {
    const taken = await takeApplication(ctx, application, stored?.id);
    if (!taken.isNew && stored) await removePhoto(ctx, stored.id);
    return { applicationId: taken.applicationId };
  } catch (error) {
    // After any other failure it is not known whether the application stands: its photo stays.
    if (stored && error instanceof Refused) await removePhoto(ctx, stored.id);
    throw error;
  }
}

async function takeApplication(
  ctx: Ctx,
  application: z.output<typeof submitApplicationInput>,
  photoId: string | undefined,
): Promise<{ applicationId: string; isNew: boolean }> {
  return transaction(ctx, async (tx) => {
    // One address after the other: what is counted below cannot change before this commits.
    await tx.db.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`hiring:apply:${application.email}`}, 0))`,
    );
    const known = await findByRequestKey(tx, application.requestKey);
    if (known) return { ...known, isNew: false };
    await bound(tx, application.email);
    const [kept] = await tx.db
      .insert(applications)
      .values({ ...application, id: tx.newId(), photoId, state: 'new', submittedAt: tx.now })
      .onConflictDoNothing()
      .returning({ applicationId: applications.id });
    if (!kept) return { ...(await findByRequestKey(tx, application.requestKey))!, isNew: false };
    const { name, email, locale } = application;
    tx.emit(applicationSubmitted, { applicationId: kept.applicationId, name, email, locale });
    tx.audit({ verb: 'submitApplication', subject: 'application', subjectId: kept.applicationId });
    tx.refresh('role:manager');
    return { ...kept, isNew: true };
  });
}

async function findByRequestKey(
  ctx: Ctx,
  requestKey: string,
): Promise<{ applicationId: string } | undefined> {
  const [row] = await ctx.db
    .select({ applicationId: applications.id })
    .from(applications)
    .where(eq(applications.requestKey, requestKey));
  return row;
}

async function bound(ctx: Ctx, email: string): Promise<void> {
  const since = (hours: number) =>
    gt(applications.submittedAt, new Date(ctx.now.getTime() - hours * 3_600_000));
  const [own, all] = await Promise.all([
    ctx.db.$count(applications, and(eq(applications.email, email), since(24))),
    ctx.db.$count(applications, since(1)),
  ]);
  if (own >= perAddressADay) throw new Refused('hiring.applied_already');
  if (all >= inAllAnHour) throw new Refused('hiring.too_busy');
}
