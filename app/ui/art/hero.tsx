const ink = {
  stroke: 'var(--color-ink)',
  strokeWidth: 3,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;
const line = { ...ink, fill: 'none' } as const;
/** Features on amber stay dark in both themes. */
const face = { ...line, stroke: 'var(--color-on-accent)' } as const;
const coat = 'var(--color-accent)';
const pale = 'var(--color-line)';

/** A limb: an ink outline under a stroke in the colour of the coat. */
function Limb({ d, width, fill }: { d: string; width: number; fill: string }) {
  return (
    <>
      <path d={d} {...line} strokeWidth={width + 6} />
      <path d={d} {...line} strokeWidth={width} stroke={fill} />
    </>
  );
}

function Glass({ x, y, turn }: { x: number; y: number; turn: number }) {
  return (
    <g transform={`translate(${x} ${y}) rotate(${turn})`}>
      <path d="M-17-54-12 0h24l5-54z" fill="var(--color-surface)" />
      <path d="M-15-30-12 0h24l3-30z" fill="var(--color-info-soft)" />
      <path d="M-17-54-12 0h24l5-54zM-15-30h30" {...line} />
    </g>
  );
}

/** The whole business in one picture: one cat works on the shelf, one is asleep on the warm machine. */
export function Hero({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 560 500" className={className} aria-hidden="true">
      {/* the shelf */}
      <path d="M30 196h372" {...line} strokeWidth="9" />
      <path d="M70 200v22l26-22M336 200v22l26-22" {...line} />
      <path
        d="M52 192v-58h20v58M72 192v-70h16v70M88 192l14-62 18 4-14 58"
        fill="var(--color-surface)"
        {...ink}
      />
      <path d="M56 148h12M76 136h8M76 142h8" {...line} opacity="0.5" />

      {/* the one who works */}
      <Limb d="M176 182c-34 6-40 34-34 58 4 18 22 18 24 4" width={13} fill={coat} />
      <path d="M168 192c-10-50 6-92 48-100 40 4 58 44 58 100z" fill={coat} {...ink} />
      <path d="M182 128c10 1 16 5 20 11M176 148c10 0 17 4 21 9" {...face} opacity="0.55" />
      <path d="M236 192c-4-22 0-40 8-48" {...face} />
      <path d="M216 62 207 26l32 17M262 42l30-16-6 37" fill={coat} {...ink} />
      <path d="M206 76c0-24 18-37 44-37s44 13 44 37-18 36-44 36-44-12-44-36Z" fill={coat} {...ink} />
      <path d="M257 71v.1M281 71v.1" {...face} strokeWidth="8" />
      <path d="m266 83 4 4 4-4M270 87c-1 5-8 6-11 2M270 87c1 5 8 6 11 2" {...face} strokeWidth="2.5" />
      <path d="M244 42v9M255 41v7" {...face} opacity="0.55" />
      <path d="M214 104c14 12 50 16 70 4" {...line} strokeWidth="6" />
      <circle cx="252" cy="120" r="8" fill="var(--color-surface)" {...ink} strokeWidth="2.5" />
      <path d="m248.5 120 2.5 3 4.5-5.5" {...line} strokeWidth="2" />
      <Limb d="M262 136c26 4 56-2 92-2" width={17} fill={coat} />
      <path d="M356 128v5M362 131v5" {...face} strokeWidth="2.5" />

      {/* what goes down */}
      <Glass x={404} y={184} turn={24} />
      <Glass x={452} y={330} turn={68} />
      <path
        d="M426 246c8 8 14 18 19 28M446 236c9 9 17 22 22 34M412 262c4 5 8 10 10 15"
        {...line}
        strokeWidth="2.5"
        opacity="0.45"
      />
      <path
        d="M494 286c4 6 4 10 0 11s-5-4 0-11ZM508 318c3 5 3 8 0 9s-4-3 0-9Z"
        fill="var(--color-info-soft)"
        {...ink}
        strokeWidth="2"
      />
      <path
        d="M402 452c-6-20 2-32 14-30 26-8 66-8 92 0 12-2 20 10 14 30-30 8-90 8-120 0Z"
        fill="var(--color-accent-soft)"
        {...ink}
      />
      <path d="m448 436 10 9 19-19" {...line} strokeWidth="4.5" />

      {/* the one who rests */}
      <rect x="58" y="356" width="262" height="98" rx="14" fill="var(--color-surface)" {...ink} />
      <path d="M58 396h262" {...line} opacity="0.3" />
      <circle cx="98" cy="425" r="13" fill="var(--color-accent-soft)" {...ink} />
      <path d="m98 425 6-7M136 420h52M136 432h32" {...line} />
      <rect x="232" y="413" width="62" height="25" rx="6" fill="var(--color-accent-soft)" {...ink} />
      <path d="M246 425.500h.1M263 425.500h.1M280 425.500h.1" {...line} strokeWidth="5" />
      <Limb d="M262 338c32-2 46 18 37 46-4 12-20 9-17-3" width={13} fill={pale} />
      <path d="M118 356c-8-38 22-66 72-66 52 0 92 16 90 66z" fill={pale} {...ink} />
      <path
        d="M202 292c-3 8-2 14 3 20M224 294c-3 8-1 13 3 18M246 300c-2 6-1 10 2 14"
        {...line}
        opacity="0.45"
      />
      <path d="m104 310-5-30 24 15M146 294l20-16-1 31" fill={pale} {...ink} />
      <path d="M92 326c0-22 17-35 42-35s42 13 42 35c0 21-16 31-42 31s-42-10-42-31Z" fill={pale} {...ink} />
      <path
        d="M108 326c5 6 12 6 17 0M143 326c5 6 12 6 17 0M131 340c1.5 2.5 4.5 2.5 6 0"
        {...line}
        strokeWidth="2.5"
      />
      <path
        d="M196 262h17l-17 18h17M226 236h12l-12 13h12M250 216h8l-8 9h8"
        {...line}
        strokeWidth="2.5"
        opacity="0.55"
      />

      <path d="M20 456h520" {...line} strokeWidth="4" />
    </svg>
  );
}
