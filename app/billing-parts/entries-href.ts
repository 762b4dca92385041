import type { Search } from '#app/ui/search-params.ts';
import type { EntriesQuery } from '#lib/billing/index.ts';

const path = '/manage/billing/entries';

/** Where managers read the entries behind a figure; with `csv` the same as a file. */
export function entriesHref(
  { accounts = [], subject, entry, book, from, to }: EntriesQuery,
  { csv = false } = {},
): string {
  const params = new URLSearchParams();
  for (const account of accounts) params.append('account', account);
  for (const [key, value] of Object.entries({ subject, entry, book, from, to }))
    if (value) params.set(key, value);
  return `${path}${csv ? '.csv' : ''}?${params}`;
}

const one = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value[0] : value)?.slice(0, 200);

/** What an address asks for; whether it can be is decided by the reading. */
export function entriesQuery(search: Search): EntriesQuery {
  const { account = [] } = search;
  return {
    accounts: (Array.isArray(account) ? account : [account]).slice(0, 10).map((id) => id.slice(0, 200)),
    subject: one(search.subject),
    entry: one(search.entry),
    book: one(search.book),
    from: one(search.from),
    to: one(search.to),
  };
}
