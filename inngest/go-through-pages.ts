/** A run stays far below the steps that it may have, and keeps of each page only where the next one begins. */
const pagesPerRun = 100;

type Cursor = string | null;

/** Does page after page until there is none; answers where a further run is to go on when this one has done its share. */
export async function goThroughPages(
  first: Cursor,
  doPage: (pageNo: number, after: Cursor) => Promise<{ next: Cursor }>,
): Promise<Cursor> {
  let after = first;
  for (let pageNo = 1; pageNo <= pagesPerRun; pageNo++) {
    after = (await doPage(pageNo, after)).next;
    if (after === null) return null;
  }
  return after;
}
