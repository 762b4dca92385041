import { currentCtx } from '#app/session.ts';
import { maySeeSignature } from '#lib/consumables/index.ts';
import { type Ctx, hasRole } from '#lib/kernel/ctx.ts';
import { findPhoto, type Photo, photoType, readPhoto } from '#lib/kernel/photo.ts';
import { maySeePhotoOfOrder } from '#lib/ordering/index.ts';

/** A stored photo, for those who may see it; for everybody else it does not exist. It never changes, so it may be kept. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const ctx = await currentCtx();
  const photo = ctx.actor.kind === 'account' ? await findPhoto(ctx, (await params).id) : null;
  if (!photo || !(await maySee(ctx, photo))) return new Response(null, { status: 404 });
  const headers = {
    'cache-control': 'private, max-age=3600',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    vary: 'cookie',
    etag: `"${photo.id}"`,
  };
  if (request.headers.get('if-none-match') === headers.etag)
    return new Response(null, { status: 304, headers });
  const bytes = await readPhoto(photo.id);
  if (!bytes) return new Response(null, { status: 404 });
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...headers,
      'content-type': photoType,
      'content-length': String(bytes.length),
      'content-disposition': 'inline; filename="photo.jpg"',
    },
  });
}

/** Exactly those on one of whose screens it stands, and whoever took it. */
async function maySee(ctx: Ctx, photo: Photo): Promise<boolean> {
  if (photo.ownerId === ctx.actor.id) return true;
  if (photo.kind === 'application') return hasRole(ctx, 'manager');
  return photo.kind === 'signature' ? maySeeSignature(ctx, photo.id) : maySeePhotoOfOrder(ctx, photo.id);
}
