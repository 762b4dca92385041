/** Up to this many may leave in one pass without a question. */
const alwaysBelieved = 20;

/** Whether so many missing from the directory look like a broken directory rather than people who left. */
export function wouldEmptyDirectory(leaving: number, active: number): boolean {
  return leaving > alwaysBelieved && leaving * 3 > active;
}
