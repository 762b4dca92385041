export {
  type AccountKind,
  accountId,
  accountKinds,
  type Book,
  books,
  openBooks,
  parseAccountId,
} from './accounts.rules.ts';
export { problemsFound, verificationRequested } from './events.ts';
export { keepVerification, latestVerifications, type Verification } from './keep-verification.ts';
export { lockAccounts } from './lock-accounts.ts';
export {
  type Line,
  type Posted,
  type Posting,
  postTransaction,
  postTransactions,
} from './post-transaction.ts';
export { type PostingKind, postings } from './postings.rules.ts';
export * from './reads.ts';
export { requestVerification } from './request-verification.ts';
export { headOf, sealBook } from './seal-book.ts';
export {
  type BookReport,
  type LedgerReport,
  type Problem,
  type VerifyOptions,
  verifyLedger,
} from './verify-ledger.ts';
