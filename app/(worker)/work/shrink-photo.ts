const worthShrinkingBytes = 700_000;
const longestSidePx = 2000;

/**
 * Makes a camera's photo small enough for a poor network: upright, at most 2000 px, JPEG. What cannot be decoded here,
 * or is small already, is sent as it is; the server checks and redraws everything anyway.
 */
export async function shrinkPhoto(photo: File): Promise<ArrayBuffer> {
  if (photo.size < worthShrinkingBytes) return photo.arrayBuffer();
  try {
    const picture = await createImageBitmap(photo, { imageOrientation: 'from-image' });
    const scale = Math.min(1, longestSidePx / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
    if (small && small.size < photo.size) return await small.arrayBuffer();
  } catch {
    // Unknown to this browser, for example HEIC outside Safari.
  }
  return photo.arrayBuffer();
}
