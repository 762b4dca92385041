export {
  type AccountKind,
  accountId,
  accountKinds,
  type Book,
  parseAccountId,
} from './accounts.rules.ts';
export {
  type Line,
  type Posted,
  type Posting,
  postTransaction,
  postTransactions,
} from './post-transaction.ts';
export { type PostingKind, postings } from './postings.rules.ts';
export * from './reads.ts';
export { type LedgerReport, verifyLedger } from './verify-ledger.ts';
