export { alertOverrun } from './alert-overrun.ts';
export { assignOrder } from './assign-order.ts';
export { cancelOrder } from './cancel-order.ts';
export { cancelUnmatched } from './cancel-unmatched.ts';
export { completeUnanswered } from './complete-unanswered.ts';
export { confirmOrder } from './confirm-order.ts';
export { declineOrder } from './decline-order.ts';
export { disputeOrder } from './dispute-order.ts';
export { endOrder } from './end-order.ts';
export { type Estimate, estimate } from './estimate.ts';
export * from './events.ts';
export { failNoShow } from './fail-no-show.ts';
export type { Placed } from './insert-order.ts';
export { markReady } from './mark-ready.ts';
export type { Moved } from './move-order.ts';
export {
  type ActionName,
  type AllowedAction,
  allowedActions,
  type FailureCause,
  isFinal,
  minLeadMinutes,
  type OrderState,
  type Outcome,
  orderStates,
  overrunAt,
  unansweredAt,
} from './order.rules.ts';
export { placeOrder } from './place-order.ts';
export {
  activeCounts,
  allOrders,
  type Cursor,
  type HistoryLine,
  historyOf,
  isOrderState,
  maySeePhotoOfOrder,
  myActiveOrders,
  myLastRequest,
  myOrders,
  noShowLimit,
  type Order,
  type OrderLine,
  type OrderPage,
  orderForManagers,
  orderLines,
  ordersToRedrive,
  type RedriveList,
  randomCompletedOrders,
  readOrder,
  redriveLists,
  type UnmatchedOrder,
  unmatchedOrder,
  upcomingOrders,
  workOf,
} from './reads.ts';
export { reorder } from './reorder.ts';
export { reportOrder } from './report-order.ts';
export { startOrder } from './start-order.ts';
