export { addLine } from './add-line.ts';
export { askForCookie } from './ask-for-cookie.ts';
export { bookReturn } from './book-return.ts';
export { changeLine } from './change-line.ts';
export { closeJob } from './close-job.ts';
export { correctCount } from './correct-count.ts';
export { decidePurchase } from './decide-purchase.ts';
export * from './events.ts';
export type { AssemblyOrder } from './inputs.ts';
export { issueJob } from './issue-job.ts';
export { type CookieState, cookieKey, type JobState, orderOfCookieKey } from './job.rules.ts';
export { openJob } from './open-job.ts';
export { proposePurchase } from './propose-purchase.ts';
export {
  type BoardJob,
  type CookieView,
  type Job,
  type JobLine,
  type KitState,
  listCookiesToAsk,
  maySeeSignature,
  readBoard,
  readCookieOrderAt,
  readItem,
  readJob,
  readKits,
  readStock,
  type StockItem,
  type StockMovement,
} from './reads.ts';
export { receivePurchase } from './receive-purchase.ts';
export { saveItem } from './save-item.ts';
export { tickLine } from './tick-line.ts';
export { waiveCookie } from './waive-cookie.ts';
