import { cx } from './cx.ts';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonSize = 'sm' | 'md' | 'lg' | 'xl';

const variants: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover active:bg-accent-hover',
  secondary: 'border border-edge bg-surface text-ink hover:bg-sunken active:bg-sunken',
  quiet: 'text-ink hover:bg-sunken active:bg-sunken',
  danger: 'bg-bad-solid text-on-bad hover:brightness-92 active:brightness-92',
};

/** md follows the density of the portal; the others are for when one button must be more or less than its surroundings. */
const sizes: Record<ButtonSize, string> = {
  sm: 'min-h-8 px-2.5 text-sm',
  md: 'min-h-(--control) px-[calc(var(--control)*0.36)] text-(length:--control-text)',
  lg: 'min-h-14 px-6 text-lg',
  xl: 'min-h-20 px-8 text-2xl',
};

export function buttonClass(variant: ButtonVariant = 'secondary', size: ButtonSize = 'md', more?: string) {
  return cx(
    'relative inline-flex items-center justify-center gap-[0.5em] rounded-md py-1 text-center font-semibold leading-tight select-none transition-colors duration-100',
    'disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-busy:cursor-progress',
    '[&_svg]:size-[1.15em] [&_svg]:shrink-0',
    variants[variant],
    sizes[size],
    more,
  );
}
