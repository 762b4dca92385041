/** The pen of all drawings. Ink turns with the theme; what is drawn on amber stays dark. */
export const ink = {
  stroke: 'var(--color-ink)',
  strokeWidth: 3,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;
export const line = { ...ink, fill: 'none' } as const;
export const face = { ...line, stroke: 'var(--color-on-accent)' } as const;

export const amber = 'var(--color-accent)';
export const pale = 'var(--color-line)';

/** A tail or a leg: an ink outline under a stroke in the colour of the coat. */
export function Limb({ d, width, fill }: { d: string; width: number; fill: string }) {
  return (
    <>
      <path d={d} {...line} strokeWidth={width + 6} />
      <path d={d} {...line} strokeWidth={width} stroke={fill} />
    </>
  );
}

/** Half full; stands on its origin. */
export function Glass({ x, y, turn = 0 }: { x: number; y: number; turn?: number }) {
  return (
    <g transform={`translate(${x} ${y}) rotate(${turn})`}>
      <path d="M-17-54-12 0h24l5-54z" fill="var(--color-surface)" />
      <path d="M-15-30-12 0h24l3-30z" fill="var(--color-info-soft)" />
      <path d="M-17-54-12 0h24l5-54zM-15-30h30" {...line} />
    </g>
  );
}

/** A cat asleep on a machine 262 wide and 98 high whose upper left corner is the origin. */
export function WarmMachine({
  x,
  y,
  coat,
  marks,
}: {
  x: number;
  y: number;
  coat: string;
  marks: typeof line | typeof face;
}) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect width="262" height="98" rx="14" fill="var(--color-surface)" {...ink} />
      <path d="M0 40h262" {...line} opacity="0.3" />
      <circle cx="40" cy="69" r="13" fill="var(--color-accent-soft)" {...ink} />
      <path d="m40 69 6-7M78 64h52M78 76h32" {...line} />
      <rect x="174" y="57" width="62" height="25" rx="6" fill="var(--color-accent-soft)" {...ink} />
      <path d="M188 69.5h.1M205 69.5h.1M222 69.5h.1" {...line} strokeWidth="5" />
      <Limb d="M204-18c32-2 46 18 37 46-4 12-20 9-17-3" width={13} fill={coat} />
      <path d="M60 0c-8-38 22-66 72-66 52 0 92 16 90 66z" fill={coat} {...ink} />
      <path d="M144-64c-3 8-2 14 3 20M166-62c-3 8-1 13 3 18M188-56c-2 6-1 10 2 14" {...marks} opacity="0.5" />
      <path d="m46-46-5-30 24 15M88-62l20-16-1 31" fill={coat} {...ink} />
      <path d="M34-30c0-22 17-35 42-35s42 13 42 35C118-9 102 1 76 1S34-9 34-30Z" fill={coat} {...ink} />
      <path
        d="M50-30c5 6 12 6 17 0M85-30c5 6 12 6 17 0M73-16c1.5 2.5 4.5 2.5 6 0"
        {...marks}
        strokeWidth="2.5"
      />
    </g>
  );
}
