import { useLocale, useTranslations } from 'next-intl';
import { cx } from '#app/ui/cx.ts';
import type { Change } from '#lib/matching/index.ts';

const signs = { added: '+', removed: '−' } as const;

/** What is different, line by line. */
export function Changes({
  changes,
  services,
}: {
  changes: readonly Change[];
  services: readonly { id: string; name: string }[];
}) {
  const t = useTranslations('matching');
  const locale = useLocale();
  if (changes.length === 0) return <p className="text-ink-2">{t('manage.same')}</p>;
  const show = (value: unknown, param?: string): string => {
    if (value === undefined || value === '') return '–';
    if (typeof value === 'object' && value !== null) {
      const lines = Object.entries(value).map(
        ([id, cents]) =>
          `${services.find((each) => each.id === id)?.name ?? id} ${show(cents, 'amountCents')}`,
      );
      return lines.join(', ') || '–';
    }
    if (typeof value === 'number')
      return (param === 'amountCents' ? value / 100 : value).toLocaleString(locale);
    return String(value);
  };
  const words = ({ what, param, from, to }: Change) =>
    what === 'param'
      ? t('changes.param', {
          param: t(`params.${param}` as 'params.minutes'),
          from: show(from, param),
          to: show(to, param),
        })
      : t(`changes.${what}`, { from: show(from), to: show(to) });
  return (
    <ul className="divide-y border-y">
      {changes.map((change) => (
        <li key={`${change.key}:${change.what}:${change.param ?? ''}`} className="flex gap-3 py-2">
          <span
            aria-hidden="true"
            className={cx(
              'w-[1em] shrink-0 text-center font-semibold',
              change.what === 'added'
                ? 'text-good'
                : change.what === 'removed'
                  ? 'text-bad'
                  : 'text-accent-ink',
            )}
          >
            {change.what in signs ? signs[change.what as 'added'] : '~'}
          </span>
          <span className="min-w-0">
            <span className="font-medium">{t(`types.${change.type}.name`)}</span>{' '}
            <span className="wrap-anywhere text-ink-2">{words(change)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
