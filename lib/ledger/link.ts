import { createHash } from 'node:crypto';

/** Every column of a transaction and of its lines, as text: what a seal covers. */
export type Content = { transaction: string; lines: string };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What the first seal of a book is chained to. */
export const genesis = (book: string): string => sha256(`Make Cats Free, ledger, ${book}`);

/** The hash of a transaction in its place: nothing before it and nothing in it can change without changing this. */
export const link = (before: string, { transaction, lines }: Content): string =>
  sha256(`${before}\n${transaction.length}\n${transaction}\n${lines}`);

/** A head of a chain as it was written down outside the database. */
export type Anchor = { seq: number; hash: string; at: string };

/** One line of the append-only file; begins with a line break, so that a torn line before it stays alone. */
export const writeAnchor = ({ seq, hash, at }: Anchor): string => `\n${JSON.stringify({ seq, hash, at })}\n`;

/** The anchors of a file, in order; `torn` counts the lines that are none (a crash can leave half a line). */
export function readAnchors(text: string): { anchors: Anchor[]; torn: number } {
  const anchors: Anchor[] = [];
  let torn = 0;
  for (const line of text.split('\n')) {
    if (!line) continue;
    try {
      const { seq, hash, at } = JSON.parse(line) as Anchor;
      if (!Number.isSafeInteger(seq) || !/^[0-9a-f]{64}$/.test(hash) || Number.isNaN(Date.parse(at)))
        throw new Error('not an anchor');
      anchors.push({ seq, hash, at });
    } catch {
      torn++;
    }
  }
  return { anchors, torn };
}

/** Where a book's anchors lie in the file store; the name says nothing about the book. */
export const anchorsKey = (book: string): string => `ledger-anchors-${sha256(book).slice(0, 12)}`;

/** A head as people read it, on paper and in a letter: "clients 120 3f9a…". */
export const parseHead = (text: string): { book: string; seq: number; hash: string } | null => {
  const match = /^\s*(\w+)[\s:]+(\d{1,15})[\s:]+([0-9a-f]{16,64})\s*$/.exec(text);
  return match && { book: match[1]!, seq: Number(match[2]), hash: match[3]! };
};
