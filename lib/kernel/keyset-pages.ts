/**
 * Reads a list of any length page by page: each page begins after the last row of the one before, so that rows added or
 * gone meanwhile neither repeat nor hide others, and only one page is held at a time.
 */
export async function* keysetPages<Row>(
  pageSize: number,
  read: (after: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after: Row | undefined; ; ) {
    const rows = await read(after);
    if (rows.length > 0) yield rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1);
  }
}
