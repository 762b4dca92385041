export {
  type AccountKind,
  accountId,
  accountKinds,
  type Book,
  parseAccountId,
} from './accounts.rules.ts';
export { type Line, type Posting, postTransaction } from './post-transaction.ts';
export { type PostingKind, postings } from './postings.rules.ts';
export * from './reads.ts';
export { type LedgerReport, verifyLedger } from './verify-ledger.ts';
