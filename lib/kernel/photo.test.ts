import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { files } from '#db/schema/kernel.ts';
import { folderStore } from './file-store.ts';
import { findPhoto, photoLimitBytes, readPhoto, requireOwnPhoto, storePhoto } from './photo.ts';
import { as, dbTest, freshDatabase, testCtx } from './testing.ts';

const uploadId = '6a0f6e0e-5f0b-4b6e-9f6a-0c7f4f6b8a11';
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mcf-photos-'));
  process.env.FILES_DIR = root;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const stored = () =>
  readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const red = { r: 255, g: 0, b: 0 };
const blue = { r: 0, g: 0, b: 255 };

/** Left half red, right half blue, as a camera held upright would write it: lying, with the turn in EXIF. */
async function cameraPhoto(orientation: number): Promise<Buffer> {
  return sharp({ create: { width: 80, height: 40, channels: 3, background: red } })
    .composite([
      {
        input: { create: { width: 40, height: 40, channels: 3, background: blue } },
        left: 40,
        top: 0,
      },
    ])
    .withExif({
      IFD0: { Make: 'Whiskers' },
      IFD3: { GPSLatitude: '52/1 31/1 0/1', GPSLatitudeRef: 'N', GPSLongitude: '13/1 24/1 0/1' },
    })
    .withMetadata({ orientation })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** A PNG that says it is of this size, in a few hundred bytes. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const picture = (format: 'jpeg' | 'png' | 'webp' | 'avif', width = 60, height = 30) =>
  sharp({ create: { width, height, channels: 3, background: red } })
    .toFormat(format)
    .toBuffer();

async function pixel(bytes: Buffer, left: number, top: number): Promise<number[]> {
  const { data } = await sharp(bytes)
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data];
}

describe('a stored photo [US-180]', () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif'] as const)
    dbTest(`may come as ${format} and is kept as a JPEG`, async ({ ctx }) => {
      const photo = await storePhoto(ctx, { uploadId, kind: 'check_in', bytes: await picture(format) });
      expect(photo).toMatchObject({ kind: 'check_in', ownerId: 'test', widthPx: 60, heightPx: 30 });
      expect((await sharp((await readPhoto(photo.id))!).metadata()).format).toBe('jpeg');
    });

  dbTest('is turned upright', async ({ ctx }) => {
    const photo = await storePhoto(ctx, { uploadId, kind: 'check_in', bytes: await cameraPhoto(6) });
    expect(photo).toMatchObject({ widthPx: 40, heightPx: 80 });
    const bytes = (await readPhoto(photo.id))!;
    const [r = 0, , b = 0] = await pixel(bytes, 20, 10);
    expect(r > 200 && b < 60).toBe(true);
    const [r2 = 0, , b2 = 0] = await pixel(bytes, 20, 70);
    expect(r2 < 60 && b2 > 200).toBe(true);
  });

  dbTest('carries no location and no other metadata', async ({ ctx }) => {
    const bytes = await cameraPhoto(1);
    expect(bytes.includes('Whiskers')).toBe(true);
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const photo = await storePhoto(ctx, { uploadId, kind: 'report', bytes });
    const kept = (await readPhoto(photo.id))!;
    const metadata = await sharp(kept).metadata();
    expect(metadata.exif ?? metadata.xmp ?? metadata.iptc).toBeUndefined();
    expect(kept.includes('Whiskers') || kept.includes('Exif')).toBe(false);
  });

  dbTest('fits into 2000 px and is never enlarged', async ({ ctx }) => {
    const photo = await storePhoto(ctx, {
      uploadId,
      kind: 'report',
      bytes: await picture('jpeg', 4000, 1000),
    });
    expect(photo).toMatchObject({ widthPx: 2000, heightPx: 500 });
  });

  dbTest('of an animation is its first frame', async ({ ctx }) => {
    const frames = await sharp(
      await Promise.all([
        picture('png', 50, 50),
        sharp({ create: { width: 50, height: 50, channels: 3, background: blue } })
          .png()
          .toBuffer(),
      ]),
      { join: { animated: true } },
    )
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    expect((await sharp(frames).metadata()).pages).toBe(2);
    const photo = await storePhoto(ctx, { uploadId, kind: 'check_in', bytes: frames });
    expect(photo).toMatchObject({ widthPx: 50, heightPx: 50 });
    const [r = 0, , b = 0] = await pixel((await readPhoto(photo.id))!, 25, 25);
    expect(r > 200 && b < 60).toBe(true);
  });

  dbTest('is one, however often the same upload comes', async ({ ctx }) => {
    const before = stored().length;
    const first = await storePhoto(ctx, { uploadId, kind: 'check_in', bytes: await picture('png') });
    const second = await storePhoto(ctx, { uploadId, kind: 'check_in', bytes: await picture('png') });
    expect(second).toEqual(first);
    expect(await ctx.db.select().from(files)).toHaveLength(1);
    expect(stored().length).toBe(before + 1);
  });

  dbTest("is another one under another owner's same upload id", async ({ ctx }) => {
    const mine = await storePhoto(as(ctx, 'worker'), {
      uploadId,
      kind: 'check_in',
      bytes: await picture('png'),
    });
    const stranger = as({ ...ctx }, { kind: 'account', id: 'stranger', roles: ['worker'] });
    const theirs = await storePhoto(stranger, { uploadId, kind: 'check_in', bytes: await picture('png') });
    expect(theirs.id).not.toBe(mine.id);
    await expect(requireOwnPhoto(stranger, mine.id, 'check_in')).rejects.toThrow('photo.not_found');
    await expect(requireOwnPhoto(stranger, theirs.id, 'report')).rejects.toThrow('photo.not_found');
    expect(await requireOwnPhoto(stranger, theirs.id, 'check_in')).toEqual(theirs);
  });

  dbTest('is not found by anything that is not an id', async ({ ctx }) => {
    expect(await findPhoto(ctx, '../../etc/passwd')).toBeNull();
    expect(await findPhoto(ctx, uploadId)).toBeNull();
  });
});

test('the same upload sent eight times at once is one photo and one file', async () => {
  const database = await freshDatabase();
  try {
    const ctx = testCtx(database.db);
    const bytes = await picture('jpeg');
    const before = stored().length;
    const photos = await Promise.all(
      Array.from({ length: 8 }, () => storePhoto(ctx, { uploadId, kind: 'report', bytes })),
    );
    expect(new Set(photos.map((photo) => photo.id)).size).toBe(1);
    expect(stored().length).toBe(before + 1);
    expect(await readPhoto(photos[0]!.id)).not.toBeNull();
  } finally {
    await database.close();
  }
});

describe('refused, with nothing kept', () => {
  const cases: [string, () => Promise<Buffer> | Buffer, string][] = [
    ['a text file renamed .jpg', () => Buffer.from('this is not a cat'), 'photo.not_an_image'],
    ['nothing at all', () => Buffer.alloc(0), 'photo.not_an_image'],
    [
      'an SVG, which is a program',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'photo.not_an_image',
    ],
    [
      'a JPEG cut off in the middle',
      async () => (await picture('jpeg', 800, 800)).subarray(0, 900),
      'photo.not_an_image',
    ],
    ['a PNG that says 20,000 x 20,000', () => pngOf(20_000, 20_000), 'photo.too_many_pixels'],
    ['a PNG just over 50 megapixels', () => pngOf(10_000, 5_001), 'photo.too_many_pixels'],
    [
      'more than 15 MB',
      () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(photoLimitBytes)]),
      'photo.too_large',
    ],
  ];
  for (const [what, make, code] of cases)
    dbTest(`${what}: ${code}`, async ({ ctx }) => {
      const before = stored().length;
      const bytes = await make();
      const started = performance.now();
      await expect(storePhoto(ctx, { uploadId, kind: 'check_in', bytes })).rejects.toThrow(code);
      expect(performance.now() - started).toBeLessThan(2000);
      expect(await ctx.db.select().from(files)).toEqual([]);
      expect(stored().length).toBe(before);
    });

  dbTest('an upload id that is none: invalid', async ({ ctx }) => {
    await expect(
      storePhoto(ctx, { uploadId: '../x', kind: 'check_in', bytes: await picture('png') }),
    ).rejects.toThrow('invalid');
  });
});

test('the folder store refuses a key that is not ours', async () => {
  await expect(folderStore(root).get('../../secret')).rejects.toThrow('not a key');
});
