import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { type Search, withSearch } from './search-params.ts';

export type Column<Row> = {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Right-aligned, for numbers and money. */
  number?: boolean;
  /** The header sorts by URL: `?sort=key` or `?sort=-key`. */
  sort?: boolean;
  /** Left out under 640 px; on a phone the row keeps what names it. */
  wide?: boolean;
  className?: string;
};

type Props<Row> = {
  /** Read by screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads; the first column becomes the link, the whole row reacts. */
  rowHref?: (row: Row) => string | undefined;
  /** The page's search parameters, needed for sorting. */
  search?: Search;
  /** Shown instead of rows: an EmptyState, or one sentence. */
  empty: ReactNode;
  footer?: ReactNode;
};

/** Rows one under another. Dense by density, header stays in sight, numbers on the right. A server component. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowHref,
  search = {},
  empty,
  footer,
}: Props<Row>) {
  const t = useTranslations('ui');
  const sort = typeof search.sort === 'string' ? search.sort : '';
  const hide = (column: Column<Row>) => column.wide && 'max-sm:hidden';
  return (
    <div className="relative -mx-1 overflow-x-auto px-1 lg:overflow-x-visible">
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="sr-only">{caption}</caption>
        {rows.length > 0 && (
          <thead className="lg:sticky lg:top-(--table-top,0px) lg:z-10">
            <tr>
              {columns.map((column) => {
                const direction =
                  sort === column.key ? 'ascending' : sort === `-${column.key}` ? 'descending' : undefined;
                return (
                  <th
                    key={column.key}
                    scope="col"
                    aria-sort={column.sort ? (direction ?? 'none') : undefined}
                    className={cx(
                      'border-b border-edge/60 bg-paper px-(--cell-x) py-2 text-[0.9286em] font-medium whitespace-nowrap text-ink-2 first:pl-1 last:pr-1',
                      column.number && 'text-right',
                      hide(column),
                      column.className,
                    )}
                  >
                    {column.sort ? (
                      <Link
                        href={withSearch(search, {
                          sort: direction === 'ascending' ? `-${column.key}` : column.key,
                          page: undefined,
                        })}
                        scroll={false}
                        className={cx(
                          'inline-flex items-center gap-1 rounded-sm hover:text-ink',
                          direction && 'text-ink',
                        )}
                      >
                        {column.header}
                        {direction === 'ascending' && <ArrowUp className="size-[1em]" aria-hidden="true" />}
                        {direction === 'descending' && (
                          <ArrowDown className="size-[1em]" aria-hidden="true" />
                        )}
                        <span className="sr-only">{t('table.sort')}</span>
                      </Link>
                    ) : (
                      column.header
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => {
            const href = rowHref?.(row);
            return (
              <tr
                key={rowKey(row)}
                className={cx('relative', href && 'group has-[a:hover]:bg-sunken hover:bg-sunken')}
              >
                {columns.map((column, index) => (
                  <td
                    key={column.key}
                    className={cx(
                      'border-b px-(--cell-x) py-(--cell-y) align-middle first:min-w-[6.5em] first:pl-1 last:pr-1',
                      column.number && 'text-right tabular-nums',
                      hide(column),
                      column.className,
                    )}
                  >
                    {index === 0 && href ? (
                      <Link
                        href={href}
                        className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
                      >
                        {column.cell(row)}
                      </Link>
                    ) : (
                      column.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length} className="border-b px-(--cell-x) py-10 text-center text-ink-2">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
        {footer && rows.length > 0 && <tfoot className="font-semibold">{footer}</tfoot>}
      </table>
    </div>
  );
}
