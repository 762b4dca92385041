export { type AccountKind, accountId, accountKinds, type Book, books, parseAccountId } from './accounts.ts';
export { type Line, type Posting, postTransaction } from './post-transaction.ts';
export { balanceOf, sumByKind } from './reads.ts';
