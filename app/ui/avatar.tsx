import { cx } from './cx.ts';

/** Coats as people type them, both languages, to a fill and an ink that reads on it. */
const coats: [RegExp, string, string][] = [
  [/black|чёрн|черн/i, '#37322b', '#f3ecdf'],
  [/white|бел/i, '#efe9de', '#3b342a'],
  [/ginger|orange|red|рыж/i, '#dd8a3c', '#2b1806'],
  [/gr[ae]y|blue|silver|сер|голуб/i, '#9a9c9f', '#1b1d1f'],
  [/cream|fawn|крем|палев/i, '#ecd0a3', '#3b2a10'],
  [/tabby|brown|choc|полос|корич|шокол/i, '#8a6747', '#fff6ea'],
  [/tort|calico|трёх|трех|черепах/i, '#b97a4b', '#241405'],
];

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** A head with ears in the colour of the coat; the name stands beside it, so it is not read out. */
export function Avatar({
  name,
  coat,
  size = 36,
  className,
}: {
  name: string;
  coat?: string;
  size?: number;
  className?: string;
}) {
  const [, fill, ink] = coats.find(([words]) => coat && words.test(coat)) ?? [
    null,
    'var(--color-line)',
    'var(--color-ink)',
  ];
  return (
    <svg
      viewBox="0 0 40 40"
      width={size}
      height={size}
      className={cx('shrink-0', className)}
      aria-hidden="true"
    >
      <path
        d="M6.2 3.4c.3-1.3 1.8-1.8 2.8-.9l6.4 5.6a19 19 0 0 1 9.2 0L31 2.5c1-.9 2.5-.4 2.8.9l2.5 11.400c1.5 2.5 2.3 5.3 2.3 8.200C38.6 32.2 30.3 39 20 39S1.4 32.2 1.4 23c0-2.9.8-5.7 2.3-8.200z"
        fill={fill}
        stroke="var(--color-ink)"
        strokeOpacity="0.18"
      />
      <text
        x="20"
        y="24"
        textAnchor="middle"
        dominantBaseline="central"
        fontSize="13.5"
        fontWeight="650"
        fill={ink}
      >
        {initials(name)}
      </text>
    </svg>
  );
}
