import type { ReactNode } from 'react';
import { cx } from '../cx.ts';

export type ArtName = 'asleep' | 'shelf' | 'orders' | 'lost';

const ink = {
  stroke: 'var(--color-ink)',
  strokeWidth: 2.5,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

/** A cat curled up; the origin is the middle of the surface it lies on. */
function SleepingCat({ x, y, fill = 'var(--color-accent)' }: { x: number; y: number; fill?: string }) {
  return (
    <g transform={`translate(${x} ${y})`} {...ink}>
      <path d="M-52 0C-58-26-38-46-6-46S58-34 56 0z" fill={fill} />
      <path d="M-60-34-62-54-48-45M-30-45-18-54-19-34" fill={fill} />
      <path d="M-66-22c0-16 12-25 26-25s26 9 26 25S-26 0-40 0s-26-6-26-22Z" fill={fill} />
      <path d="M-54-22c3 4 7 4 10 0M-38-22c3 4 7 4 10 0M-43-12c1.5 2 4 2 5.5 0" fill="none" />
      <path d="M54-6c12 2 18 14 10 26-3 4-9 3-8-2" fill="none" strokeWidth="9" stroke={fill} />
      <path d="M56-11c17 3 24 20 13 34-5 6-17 4-17-4M53 0c8 1 11 8 7 15" fill="none" />
      <path d="M6-46c-2 6-1 10 2 14M22-44c-2 6-1 9 2 13" fill="none" opacity="0.5" />
    </g>
  );
}

const drawings: Record<ArtName, { box: string; body: ReactNode }> = {
  asleep: {
    box: '0 0 240 180',
    body: (
      <>
        <rect x="40" y="86" width="160" height="76" rx="10" fill="var(--color-surface)" {...ink} />
        <path d="M40 118h160" {...ink} opacity="0.35" />
        <circle cx="66" cy="140" r="9" fill="var(--color-accent-soft)" {...ink} />
        <path d="m66 140 4-5M92 136h34M92 145h22" fill="none" {...ink} />
        <rect x="146" y="131" width="38" height="18" rx="4" fill="var(--color-accent-soft)" {...ink} />
        <path d="M24 162h192" {...ink} />
        <SleepingCat x={120} y={86} />
        <path d="M150 22h12l-12 12h12M172 8h8l-8 8h8" fill="none" {...ink} strokeWidth="2" opacity="0.6" />
      </>
    ),
  },
  shelf: {
    box: '0 0 240 180',
    body: (
      <>
        <path d="M28 62h184M28 128h184" {...ink} strokeWidth="4" />
        <path d="M44 62v14M196 62v14M44 128v14M196 128v14" {...ink} />
        <path d="M148 62V36h28v26" fill="var(--color-sunken)" {...ink} strokeDasharray="4 6" />
        <path d="M74 128v-22h34v22M74 116h34" fill="var(--color-sunken)" {...ink} strokeDasharray="4 6" />
        <path d="M172 128c-2-12 4-20 13-20s13 8 11 20z" fill="var(--color-accent)" {...ink} />
        <path d="m174 112-2-12 9 7m8 0 9-7-2 12" fill="var(--color-accent)" {...ink} />
        <path d="M180 116h.1M190 116h.1" {...ink} strokeWidth="3.5" />
      </>
    ),
  },
  orders: {
    box: '0 0 240 180',
    body: (
      <>
        <path d="M40 150h160" {...ink} strokeWidth="4" />
        <path d="m98 106 7 44h26l7-44z" fill="var(--color-surface)" {...ink} />
        <path d="m101 124 4 26h26l4-26z" fill="var(--color-info-soft)" />
        <path d="m98 106 7 44h26l7-44zM101 124h34" fill="none" {...ink} />
        <path d="M196 150c-4-34-18-46-34-50" fill="none" {...ink} strokeWidth="17" />
        <path
          d="M196 150c-4-34-18-46-34-50"
          fill="none"
          stroke="var(--color-accent)"
          strokeWidth="12"
          strokeLinecap="round"
        />
        <path d="M161 94c-3 1-4 3-3 5M157 99c-3 1-3 3-2 5" fill="none" {...ink} strokeWidth="2" />
        <path d="M60 60h44M60 72h28" fill="none" {...ink} opacity="0.35" />
      </>
    ),
  },
  lost: {
    box: '0 0 240 180',
    body: (
      <>
        <path d="M52 156V84l68-16 68 16v72z" fill="var(--color-surface)" {...ink} />
        <path d="M52 84l68 16 68-16M120 100v56" fill="none" {...ink} />
        <path
          d="M52 84 30 66l66-14 24 16zM188 84l22-18-66-14-24 16z"
          fill="var(--color-accent-soft)"
          {...ink}
        />
        <path d="M150 52c10-16 30-18 32-34 1-8-8-10-10-4" fill="none" {...ink} strokeWidth="11" />
        <path
          d="M150 52c10-16 30-18 32-34 1-8-8-10-10-4"
          fill="none"
          stroke="var(--color-accent)"
          strokeWidth="6.5"
          strokeLinecap="round"
        />
        <path d="M70 122h20M70 132h12" fill="none" {...ink} opacity="0.4" />
      </>
    ),
  },
};

/** Our drawings: ink line, one amber. Decoration, so silent; the words beside it say what is meant. */
export function Art({ name, className }: { name: ArtName; className?: string }) {
  const { box, body } = drawings[name];
  return (
    <svg viewBox={box} fill="none" className={cx('h-auto', className)} aria-hidden="true">
      {body}
    </svg>
  );
}
