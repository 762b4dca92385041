import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { requireOwnPhoto } from '#lib/kernel/photo.ts';
import { photoOfOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/**
 * The worker is on the spot and checks in with a photo [US-180]. The same photo sent again changes nothing.
 * Throws `Refused`: not_allowed, ordering.not_found, ordering.not_ready, ordering.wrong_state, photo.not_found.
 */
export async function startOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'worker');
  const { orderId, photoId } = parse(photoOfOrderInput, input);
  await requireOwnPhoto(ctx, photoId, 'check_in');
  return moveOrder(ctx, {
    orderId,
    command: { name: 'start', photoId },
    verb: 'startOrder',
    patch: { startPhotoId: photoId },
  });
}
