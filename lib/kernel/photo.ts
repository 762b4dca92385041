import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import sharp from 'sharp';
import { z } from 'zod';
import { files } from '#db/schema/kernel.ts';
import type { Ctx } from './ctx.ts';
import { fileStore } from './file-store.ts';
import { parse } from './parse.ts';
import { Refused } from './refused.ts';
import { transaction } from './transaction.ts';

export const photoKinds = ['check_in', 'report', 'signature', 'application'] as const;
export type PhotoKind = (typeof photoKinds)[number];

/** A stored photo; `id` is what other contexts keep. */
export type Photo = {
  id: string;
  kind: PhotoKind;
  ownerId: string;
  widthPx: number;
  heightPx: number;
  sizeBytes: number;
};

/** The longest upload taken; a phone's photo is 3 to 12 MB. */
export const photoLimitBytes = 15_000_000;
export const photoLimitPixels = 50_000_000;
export const photoType = 'image/jpeg';
const longestSidePx = 2000;
const decodeLimitSeconds = 20;

const photoInput = z.object({ uploadId: z.uuid(), kind: z.enum(photoKinds) });

/**
 * Keeps a photo: checks the header before decoding anything, turns it upright, drops every piece of metadata (also
 * the location), fits it into 2000 px, and stores the new JPEG; the original is never kept. The same upload of the
 * same owner is one photo, however often it is sent; the first one stands.
 * Throws `Refused`: photo.not_an_image, photo.too_large (15 MB), photo.too_many_pixels (50 megapixels), photo.busy.
 */
export async function storePhoto(
  ctx: Ctx,
  { bytes, ...input }: { uploadId: string; bytes: Uint8Array; kind: PhotoKind },
): Promise<Photo> {
  const { uploadId, kind } = parse(photoInput, input);
  const ownerId = ctx.actor.id;
  const before = await findUpload(ctx, ownerId, uploadId);
  if (before) return before;
  checkHeader(bytes);
  const { data, info } = await takeTurns(kind === 'application' ? 'public' : 'staff', () => redraw(bytes));
  const id = ctx.newId();
  await fileStore().put(id, data);
  const photo = await transaction(ctx, async (tx) => {
    const [row] = await tx.db
      .insert(files)
      .values({
        id,
        uploadId,
        ownerId,
        kind,
        sha256: createHash('sha256').update(data).digest('hex'),
        widthPx: info.width,
        heightPx: info.height,
        sizeBytes: data.length,
        createdAt: tx.now,
      })
      .onConflictDoNothing({ target: [files.ownerId, files.uploadId] })
      .returning();
    return row ? toPhoto(row) : null;
  });
  if (photo) return photo;
  // The same upload came in twice at once: the other one stands.
  await fileStore().remove(id);
  return (await findUpload(ctx, ownerId, uploadId))!;
}

/** What is known of a photo, or null. Whoever shows it asks first who may see it. */
export async function findPhoto(ctx: Pick<Ctx, 'db'>, photoId: string): Promise<Photo | null> {
  if (!z.uuid().safeParse(photoId).success) return null;
  const [row] = await ctx.db.select().from(files).where(eq(files.id, photoId));
  return row ? toPhoto(row) : null;
}

/** The bytes of a stored photo (JPEG), or null. */
export async function readPhoto(photoId: string): Promise<Buffer | null> {
  return fileStore().get(photoId);
}

/** Drops a photo that nothing has come to refer to; the caller knows that. Dropping it again does nothing. */
export async function removePhoto(ctx: Pick<Ctx, 'db'>, photoId: string): Promise<void> {
  await ctx.db.delete(files).where(eq(files.id, photoId));
  await fileStore().remove(photoId);
}

/** Refuses a photo that this actor did not upload, or that is of another kind. Throws `Refused`: photo.not_found. */
export async function requireOwnPhoto(ctx: Ctx, photoId: string, kind: PhotoKind): Promise<Photo> {
  const photo = await findPhoto(ctx, photoId);
  if (photo?.kind !== kind || photo.ownerId !== ctx.actor.id) throw new Refused('photo.not_found');
  return photo;
}

async function findUpload(ctx: Ctx, ownerId: string, uploadId: string): Promise<Photo | null> {
  const [row] = await ctx.db
    .select()
    .from(files)
    .where(and(eq(files.ownerId, ownerId), eq(files.uploadId, uploadId)));
  return row ? toPhoto(row) : null;
}

const toPhoto = ({ id, kind, ownerId, widthPx, heightPx, sizeBytes }: typeof files.$inferSelect): Photo => ({
  id,
  kind: kind as PhotoKind,
  ownerId,
  widthPx,
  heightPx,
  sizeBytes,
});

/** By the first bytes, whatever the name or the sender says: only these ever reach a decoder. */
function checkHeader(bytes: Uint8Array): void {
  if (bytes.length > photoLimitBytes) throw new Refused('photo.too_large');
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const known =
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('\x89PNG\r\n\x1a\n') ||
    (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') ||
    /^....ftyp(avif|avis|heic|heix|mif1|msf1)/s.test(head);
  if (!known) throw new Refused('photo.not_an_image');
}

async function redraw(bytes: Uint8Array) {
  const options = { limitInputPixels: photoLimitPixels, failOn: 'error', pages: 1 } as const;
  let size: { width: number; height: number };
  try {
    // Reads the header only; the limit is ours to check here, so that the refusal is clear.
    size = await sharp(bytes, { ...options, limitInputPixels: false }).metadata();
  } catch {
    throw new Refused('photo.not_an_image');
  }
  if (size.width * size.height > photoLimitPixels) throw new Refused('photo.too_many_pixels');
  try {
    return await sharp(bytes, options)
      .timeout({ seconds: decodeLimitSeconds })
      .autoOrient()
      .resize({ width: longestSidePx, height: longestSidePx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: 82 })
      .toBuffer({ resolveWithObject: true });
  } catch {
    throw new Refused('photo.not_an_image');
  }
}

// A decoded photo takes up to 200 MB: few at a time, and the open site has a lane of its own.
const lanes = {
  staff: { atOnce: 2, waitingLimit: 40, running: 0, waiting: [] as (() => void)[] },
  public: { atOnce: 1, waitingLimit: 10, running: 0, waiting: [] as (() => void)[] },
};

async function takeTurns<T>(name: keyof typeof lanes, work: () => Promise<T>): Promise<T> {
  const lane = lanes[name];
  if (lane.running >= lane.atOnce) {
    if (lane.waiting.length >= lane.waitingLimit) throw new Refused('photo.busy');
    // Whoever finishes hands its place on, so `running` stays as it is.
    await new Promise<void>((resolve) => lane.waiting.push(resolve));
  } else lane.running++;
  try {
    return await work();
  } finally {
    const next = lane.waiting.shift();
    if (next) next();
    else lane.running--;
  }
}
