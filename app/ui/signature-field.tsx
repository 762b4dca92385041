'use client';

import { Eraser, Keyboard, PenLine } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import Pad from 'signature_pad';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { useField } from './field.tsx';

const width = 720;
const height = 240;

/**
 * A signature with finger, pen or mouse, or the name typed by whoever cannot draw. The form gets a PNG
 * data URL (720 x 240, ink on white) under the Field's name; empty when nobody signed. Wrap in `<Field group>`.
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

  function keep(next: string) {
    setValue(next);
    report.current?.(next);
  }

  useEffect(() => {
    if (!canvas.current) return;
    const made = new Pad(canvas.current, {
      penColor: '#241e16',
      backgroundColor: '#ffffff',
      minWidth: 1.5,
      maxWidth: 4,
    });
    const end = () => {
      const drawn = made.toDataURL('image/png');
      setValue(drawn);
      report.current?.(drawn);
    };
    made.addEventListener('endStroke', end);
    pad.current = made;
    return () => {
      made.removeEventListener('endStroke', end);
      made.off();
    };
  }, []);

  function clear() {
    pad.current?.clear();
    keep('');
  }

  function write(name: string) {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    pad.current?.clear();
    context.fillStyle = '#241e16';
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    context.font = 'italic 600 72px "Onest Variable", cursive';
    context.fillText(name, width / 2, height / 2, width - 80);
    keep(name.trim() ? (canvas.current?.toDataURL('image/png') ?? '') : '');
  }

  return (
    <div>
      <div
        className={cx(
          'relative overflow-hidden rounded-md border border-edge bg-white',
          attributes['aria-invalid'] && 'border-2 border-bad',
        )}
      >
        <canvas
          ref={canvas}
          width={width}
          height={height}
          className={cx('block aspect-3/1 w-full touch-none', typing && 'pointer-events-none')}
          role="img"
          aria-label={t('signature.here')}
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute inset-x-[6%] bottom-[20%] border-b border-[#8c8069]"
        />
        {!value && (
          <span className="pointer-events-none absolute inset-x-0 bottom-[4%] text-center text-sm text-[#5c5244]">
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
