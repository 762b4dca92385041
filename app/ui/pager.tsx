import { ArrowLeft, ArrowRight } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { LinkButton } from './link-button.tsx';
import { pageOf, type Search, withSearch } from './search-params.ts';

type Props = {
  search: Search;
  pageSize: number;
  /** Give the total if it is known cheaply, else `hasNext`. */
  total?: number;
  hasNext?: boolean;
  /** Where a page has several lists: what this one's page is called in the address, its heading, and the heading's section. */
  param?: string;
  label?: string;
  anchor?: string;
};

/** Pages by URL (`?page=2`). Nothing at all while everything fits on one. */
export function Pager({ search, pageSize, total, hasNext, param = 'page', label, anchor }: Props) {
  const t = useTranslations('ui');
  const page = pageOf(search, param);
  const next = total == null ? Boolean(hasNext) : page * pageSize < total;
  if (page === 1 && !next) return null;
  const hrefOf = (to: number) =>
    withSearch(search, { [param]: to === 1 ? undefined : String(to) }) + (anchor ? `#${anchor}` : '');
  const from = (page - 1) * pageSize + 1;
  return (
    <nav
      aria-label={label ? `${t('pager.label')}: ${label}` : t('pager.label')}
      className="mt-3 flex items-center justify-between gap-3"
    >
      <span className="text-ink-2 tabular-nums">
        {total == null
          ? t('pager.page', { page })
          : t('pager.range', { from: Math.min(from, total), to: Math.min(page * pageSize, total), total })}
      </span>
      <span className="flex gap-2">
        {page > 1 && (
          <LinkButton href={hrefOf(page - 1)} rel="prev">
            <ArrowLeft aria-hidden="true" />
            {t('pager.previous')}
          </LinkButton>
        )}
        {next && (
          <LinkButton href={hrefOf(page + 1)} rel="next">
            {t('pager.next')}
            <ArrowRight aria-hidden="true" />
          </LinkButton>
        )}
      </span>
    </nav>
  );
}
