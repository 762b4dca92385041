import { readBody, readForm } from '#app/api/read-body.ts';
import { runRoute } from '#app/api/run-route.ts';
import { hasRole, requireRole } from '#lib/kernel/ctx.ts';
import { type PhotoKind, photoLimitBytes, storePhoto } from '#lib/kernel/photo.ts';
import { Refused } from '#lib/kernel/refused.ts';

const formOverheadBytes = 10_000;

/**
 * Takes one photo [US-180]: as a form (`photo`, `uploadId`, `kind`), or as the bare body with `uploadId` and `kind` in
 * the address. The same upload sent again answers the same photo. Workers send check-ins and reports, staff signatures;
 * applicants' photos come with their application.
 */
export async function POST(request: Request): Promise<Response> {
  return runRoute(request, async (ctx) => {
    requireRole(ctx, 'worker', 'staff');
    const { bytes, uploadId, kind } = await readUpload(request);
    const wanted = kind === 'signature' ? 'staff' : 'worker';
    if (kind === 'application' || !hasRole(ctx, wanted)) throw new Refused('not_allowed');
    const photo = await storePhoto(ctx, { uploadId, bytes, kind: kind as PhotoKind });
    return { photoId: photo.id, widthPx: photo.widthPx, heightPx: photo.heightPx };
  });
}

async function readUpload(request: Request): Promise<{ bytes: Uint8Array; uploadId: string; kind: string }> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) {
    const { searchParams } = new URL(request.url);
    return {
      bytes: await readBody(request, photoLimitBytes, 'photo.too_large'),
      uploadId: searchParams.get('uploadId') ?? '',
      kind: searchParams.get('kind') ?? '',
    };
  }
  const form = await readForm(request, photoLimitBytes + formOverheadBytes, 'photo.too_large');
  const photo = form.get('photo');
  if (!(photo instanceof File)) throw new Refused('photo.not_an_image');
  return {
    bytes: new Uint8Array(await photo.arrayBuffer()),
    uploadId: String(form.get('uploadId') ?? ''),
    kind: String(form.get('kind') ?? ''),
  };
}
