import { Temporal } from 'temporal-polyfill';

type Row = readonly string[];
const mark = '\uFEFF';

/** Rows as CSV, for people and spreadsheets: every cell quoted, nothing that starts a formula. */
export const csvRows = (rows: readonly Row[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

function cell(text: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Minor units for a spreadsheet: "-12.50". */
export function csvAmount(cents: bigint): string {
  const size = cents < 0n ? -cents : cents;
  return `${cents < 0n ? '-' : ''}${size / 100n}.${String(size % 100n).padStart(2, '0')}`;
}

/** An instant as clocks show it in a zone, with what it is ahead of UTC by: "2026-11-22T18:00:00+01:00". */
export function csvTime(at: Date | null, zone: string): string {
  if (!at) return '';
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(zone)
    .toString({ smallestUnit: 'second', timeZoneName: 'never' });
}

/**
 * A CSV file of any length as an answer to a download: UTF-8 with its mark. A page is read when the one before has been
 * taken, so that only one is held; a reader who goes away ends the reading. What is refused is refused before the answer
 * begins, and a fault later breaks the download off instead of ending the file as if it were whole.
 */
export async function csvResponse(
  fileName: string,
  head: Row,
  pages: AsyncIterable<readonly Row[]>,
): Promise<Response> {
  const reading = pages[Symbol.asyncIterator]();
  const first = await reading.next();
  const encoder = new TextEncoder();
  let next: IteratorResult<readonly Row[]> | undefined = first;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(mark + csvRows([head])));
      },
      async pull(controller) {
        const page = next ?? (await reading.next());
        next = undefined;
        if (page.done) controller.close();
        else controller.enqueue(encoder.encode(csvRows(page.value)));
      },
      async cancel() {
        await reading.return?.();
      },
    },
    { highWaterMark: 1 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
    },
  });
}

/** Each page of what is read made into rows of a file. */
export async function* asRows<T>(
  pages: AsyncIterable<readonly T[]>,
  toRows: (page: readonly T[]) => readonly Row[] | Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  for await (const page of pages) yield await toRows(page);
}
