import { amber, face, Glass, ink, Limb, line, pale, WarmMachine } from './strokes.tsx';

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
      <Limb d="M176 182c-34 6-40 34-34 58 4 18 22 18 24 4" width={13} fill={amber} />
      <path d="M168 192c-10-50 6-92 48-100 40 4 58 44 58 100z" fill={amber} {...ink} />
      <path d="M182 128c10 1 16 5 20 11M176 148c10 0 17 4 21 9" {...face} opacity="0.55" />
      <path d="M236 192c-4-22 0-40 8-48" {...face} />
      <path d="M216 62 207 26l32 17M262 42l30-16-6 37" fill={amber} {...ink} />
      <path d="M206 76c0-24 18-37 44-37s44 13 44 37-18 36-44 36-44-12-44-36Z" fill={amber} {...ink} />
      <path d="M257 71v.1M281 71v.1" {...face} strokeWidth="8" />
      <path d="m266 83 4 4 4-4M270 87c-1 5-8 6-11 2M270 87c1 5 8 6 11 2" {...face} strokeWidth="2.5" />
      <path d="M244 42v9M255 41v7" {...face} opacity="0.55" />
      <path d="M214 104c14 12 50 16 70 4" {...line} strokeWidth="6" />
      <circle cx="252" cy="120" r="8" fill="var(--color-surface)" {...ink} strokeWidth="2.5" />
      <path d="m248.5 120 2.5 3 4.5-5.5" {...line} strokeWidth="2" />
      <Limb d="M262 136c26 4 56-2 92-2" width={17} fill={amber} />
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
      <WarmMachine x={58} y={356} coat={pale} marks={line} />
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
