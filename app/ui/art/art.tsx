import type { ReactNode } from 'react';
import { cx } from '../cx.ts';
import { amber, face, Glass, ink, Limb, line, WarmMachine } from './strokes.tsx';

export type ArtName = 'asleep' | 'shelf' | 'orders' | 'lost';

/** All drawn on 360 x 250, standing on a floor at 226. */
const drawings: Record<ArtName, ReactNode> = {
  asleep: (
    <>
      <path d="M22 226h316" {...line} strokeWidth="4" />
      <WarmMachine x={50} y={126} coat={amber} marks={face} />
      <path
        d="M246 44h17l-17 18h17M276 22h12l-12 13h12M300 6h8l-8 9h8"
        {...line}
        strokeWidth="2.5"
        opacity="0.55"
      />
    </>
  ),
  shelf: (
    <>
      <path d="M40 98h280M40 204h280" {...line} strokeWidth="7" />
      <path d="M76 102v18l22-18M284 102v18l-22-18M76 208v18l22-18M284 208v18l-22-18" {...line} />
      <path
        d="M84 92V56h34v36M200 92V42h44v50M92 198v-44h46v44"
        {...line}
        strokeDasharray="2 9"
        opacity="0.55"
      />
      <path d="M238 200c-4-30 6-44 26-44s30 14 26 44z" fill={amber} {...ink} />
      <path d="m238 146-4-30 24 15M272 131l24-15-4 30" fill={amber} {...ink} />
      <path d="M224 156c0-20 16-31 41-31s41 11 41 31-16 30-41 30-41-10-41-30Z" fill={amber} {...ink} />
      <path d="M250 152v.1M280 152v.1" {...face} strokeWidth="8" />
      <path d="m261 163 4 4 4-4M265 167c-1 5-8 6-11 2M265 167c1 5 8 6 11 2" {...face} strokeWidth="2.5" />
      <path d="M259 131v7M271 131v7" {...face} opacity="0.5" />
    </>
  ),
  orders: (
    <>
      <path d="M22 176h230" {...line} strokeWidth="8" />

      <path d="M58 180v24l28-24M214 180v24l-28-24" {...line} />
      <Glass x={206} y={171} />
      <Limb d="M-20 118c60-6 110 2 172 22" width={26} fill={amber} />
      <path d="M3 40v186" {...line} strokeWidth="6" />
      <path d="M146 131l-3 9M156 135l-3 9" {...face} strokeWidth="2.5" />
      <path d="M60 109l-4 13M78 110l-4 13" {...face} opacity="0.5" />
      <path
        d="M286 92c10 10 18 24 24 40M312 86c10 11 19 26 25 44"
        {...line}
        strokeWidth="2.5"
        opacity="0.3"
        strokeDasharray="1 8"
      />
      <path d="M270 226h70" {...line} strokeWidth="4" opacity="0.35" />
    </>
  ),
  lost: (
    <>
      <path d="M40 226h280" {...line} strokeWidth="4" />
      <path d="M84 132 180 96l96 36-96 34z" fill="var(--color-sunken)" {...ink} />
      <Limb d="M186 182c10-62 52-80 48-122-3-22-28-20-28-4" width={14} fill={amber} />
      <path d="M84 132v66l96 26v-58zM276 132v66l-96 26v-58z" fill="var(--color-surface)" {...ink} />
      <path
        d="m84 132-34 30 96 34 34-30zM276 132l34 30-96 34-34-30z"
        fill="var(--color-accent-soft)"
        {...ink}
      />
      <path d="M104 196l30 9M104 208l18 5" {...line} strokeWidth="2.5" opacity="0.4" />
    </>
  ),
};

/** Our drawings: ink line, one amber. Decoration, so silent; the words beside it say what is meant. */
export function Art({ name, className }: { name: ArtName; className?: string }) {
  return (
    <svg viewBox="0 0 360 250" fill="none" className={cx('h-auto', className)} aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
