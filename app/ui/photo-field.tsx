'use client';

import { Camera, RotateCcw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { cx } from './cx.ts';
import { useField } from './field.tsx';

/**
 * Takes a photo with the camera, or picks one. The file is in the form under the Field's name, and given
 * to `onPhoto` for a queue of one's own. On a phone `capture` opens the camera at once.
 */
export function PhotoField({
  capture,
  onPhoto,
  prompt,
}: {
  capture?: 'environment' | 'user';
  onPhoto?: (photo: File | null) => void;
  prompt?: string;
}) {
  const t = useTranslations('ui');
  const { attributes } = useField();
  const [preview, setPreview] = useState<string | null>(null);

  useEffect(() => () => void (preview && URL.revokeObjectURL(preview)), [preview]);

  return (
    <div
      className={cx(
        'relative grid min-h-40 place-items-center overflow-hidden rounded-md border-2 border-dashed border-edge bg-surface hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus',
        preview && 'border-solid border-line',
        attributes['aria-invalid'] && 'border-bad',
      )}
    >
      {preview ? (
        <>
          {/* biome-ignore lint/performance/noImgElement: a local preview, there is nothing to optimize */}
          <img src={preview} alt={t('photo.preview')} className="max-h-80 w-full object-contain" />
          <span className="absolute right-2 bottom-2 flex items-center gap-2 rounded-md bg-ink px-3 py-2 text-sm font-semibold text-paper">
            <RotateCcw className="size-4" aria-hidden="true" />
            {t('photo.again')}
          </span>
        </>
      ) : (
        <span className="flex flex-col items-center gap-2 p-6 text-center font-medium">
          <Camera className="size-8 text-accent-ink" aria-hidden="true" />
          {prompt ?? t(capture ? 'photo.take' : 'photo.choose')}
        </span>
      )}
      <input
        {...attributes}
        type="file"
        accept="image/*"
        capture={capture}
        aria-label={prompt}
        className="absolute inset-0 size-full cursor-pointer opacity-0"
        onChange={(event) => {
          const photo = event.target.files?.[0] ?? null;
          setPreview(photo && URL.createObjectURL(photo));
          onPhoto?.(photo);
        }}
      />
    </div>
  );
}
