/** What a page receives as `await searchParams`. */
export type Search = Record<string, string | string[] | undefined>;

/** A link to the same page with some parameters changed; undefined removes one. */
export function withSearch(search: Search, change: Record<string, string | undefined>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...search, ...change })) {
    for (const each of Array.isArray(value) ? value : [value]) if (each) params.append(key, each);
  }
  return `?${params}`;
}

/** The page number of a URL: 1 or more, whatever was typed there; at most 10 000. */
export function pageOf(search: Search, param = 'page'): number {
  const page = Number(search[param]);
  return Number.isInteger(page) && page >= 1 ? Math.min(page, 10_000) : 1;
}
