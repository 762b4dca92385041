'use client';

import { Eraser, Keyboard, PenLine } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import Pad from 'signature_pad';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { useField } from './field.tsx';

// The paper is white and the ink dark in both themes: it will be printed.
const ink = '#241e16';
const paper = '#ffffff';

/** Makes the canvas as fine as the screen (at most twice), so that a stroke falls where the finger is. */
function sharpen(canvas: HTMLCanvasElement) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext('2d')?.scale(ratio, ratio);
}

/**
 * A signature with finger, pen or mouse, or the name typed by whoever cannot draw. The form gets a PNG
 * data URL (3 : 1, ink on white) under the Field's name; empty when nobody signed. Wrap in `<Field group>`.
 */
export function SignatureField({ onSign }: { onSign?: (dataUrl: string) => void }) {
  const t = useTranslations('ui');
  const { attributes } = useField();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<Pad | null>(null);
  const [value, setValue] = useState('');
  const [typing, setTyping] = useState(false);
  const report = useRef(onSign);
  report.current = onSign;

  useEffect(() => {
    const sheet = canvas.current;
    if (!sheet) return;
    sharpen(sheet);
    const made = new Pad(sheet, { penColor: ink, backgroundColor: paper, minWidth: 1, maxWidth: 3 });
    const keep = () => {
      const drawn = made.toDataURL('image/png');
      setValue(drawn);
      report.current?.(drawn);
    };
    made.addEventListener('endStroke', keep);
    let width = sheet.offsetWidth;
    // A turned tablet: the sheet changes its size, the strokes stay.
    const watch = new ResizeObserver(() => {
      if (sheet.offsetWidth === width || sheet.offsetWidth === 0) return;
      width = sheet.offsetWidth;
      const strokes = made.toData();
      sharpen(sheet);
      made.fromData(strokes);
    });
    watch.observe(sheet);
    pad.current = made;
    return () => {
      watch.disconnect();
      made.removeEventListener('endStroke', keep);
      made.off();
    };
  }, []);

  function clear() {
    pad.current?.clear();
    setValue('');
    report.current?.('');
  }

  function write(name: string) {
    const sheet = canvas.current;
    const context = sheet?.getContext('2d');
    clear();
    if (!sheet || !context || !name.trim()) return;
    const { offsetWidth: width, offsetHeight: height } = sheet;
    context.fillStyle = ink;
    context.textBaseline = 'alphabetic';
    context.textAlign = 'center';
    context.font = `italic 600 ${Math.round(height * 0.3)}px "Onest Variable", cursive`;
    context.fillText(name.trim(), width / 2, height * 0.74, width * 0.84);
    const drawn = sheet.toDataURL('image/png');
    setValue(drawn);
    report.current?.(drawn);
  }

  return (
    <div>
      <div
        className={cx(
          'relative overflow-hidden rounded-md border border-edge bg-[#ffffff]',
          attributes['aria-invalid'] && 'border-bad shadow-[0_0_0_1px_var(--color-bad)]',
        )}
      >
        <canvas
          ref={canvas}
          className={cx('block aspect-3/1 w-full touch-none', typing && 'pointer-events-none')}
          role="img"
          aria-label={t(value ? 'signature.done' : 'signature.here')}
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute inset-x-[6%] bottom-[22%] border-b border-[#8c8069]"
        />
        {!value && (
          <span
            aria-hidden="true"
            className="pointer-events-none absolute inset-x-0 bottom-[4%] text-center text-sm text-[#5c5244]"
          >
            {t('signature.here')}
          </span>
        )}
      </div>
      {typing && (
        <input
          className="control mt-2"
          aria-label={t('signature.name')}
          placeholder={t('signature.name')}
          autoComplete="name"
          maxLength={60}
          onChange={(event) => write(event.target.value)}
        />
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button variant="quiet" onClick={clear} disabled={!value}>
          <Eraser aria-hidden="true" />
          {t('signature.clear')}
        </Button>
        <Button
          variant="quiet"
          onClick={() => {
            clear();
            setTyping(!typing);
          }}
        >
          {typing ? <PenLine aria-hidden="true" /> : <Keyboard aria-hidden="true" />}
          {t(typing ? 'signature.draw' : 'signature.type')}
        </Button>
      </div>
      <input type="hidden" name={attributes.name} value={value} />
      <p role="status" className="sr-only">
        {value ? t('signature.done') : ''}
      </p>
    </div>
  );
}
