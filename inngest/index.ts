import { addSampleOfWorker } from './add-sample-of-worker.ts';
import { alertOverrunOrder } from './alert-overrun-order.ts';
import { askAboutParkedAttempt } from './ask-about-parked-attempt.ts';
import { assessAuditedWorker } from './assess-audited-worker.ts';
import { assignMatchedOrder } from './assign-matched-order.ts';
import { auditOrderThatEndedBadly } from './audit-order-that-ended-badly.ts';
import { chargeInvoice } from './charge-invoice.ts';
import { chaseLateCookie } from './chase-late-cookie.ts';
import { chaseMoney } from './chase-money.ts';
import { closeDuePeriods } from './close-due-periods.ts';
import { closeJobOfEndedOrder } from './close-job-of-ended-order.ts';
import { closeMonth } from './close-month.ts';
import { closePoolOfStartedOrder } from './close-pool-of-started-order.ts';
import { closeWeek } from './close-week.ts';
import { completeUnansweredOrder } from './complete-unanswered-order.ts';
import { deactivateSampleOfWorker } from './deactivate-sample-of-worker.ts';
import { drawDailySamplePolicy } from './draw-daily-sample.ts';
import { failNoShowOrder } from './fail-no-show-order.ts';
import { inviteHiredCat } from './invite-hired-cat.ts';
import { mailPasswordLink } from './mail-password-link.ts';
import { mailPayoutLink } from './mail-payout-link.ts';
import { matchPlacedOrder } from './match-placed-order.ts';
import { matchWaitingOrders } from './match-waiting-orders.ts';
import { notifyPeople } from './notify-people.ts';
import { openAssemblyJob } from './open-assembly-job.ts';
import { openPaymentMethodPolicy } from './open-payment-method.ts';
import { openPayoutAccountPolicy } from './open-payout-account.ts';
import { orderCookie } from './order-cookie.ts';
import { payStatement } from './pay-statement.ts';
import { type Policy, toInngestFunction } from './policy.ts';
import { postEndedOrderPolicy } from './post-ended-order.ts';
import { pruneOutboxPolicy } from './prune-outbox.ts';
import { readyIssuedOrder } from './ready-issued-order.ts';
import { receiveCookie } from './receive-cookie.ts';
import { receiveGatewayNotice } from './receive-gateway-notice.ts';
import { receiveGoldenHatNotice } from './receive-golden-hat-notice.ts';
import { compareDiscrepancyAgain, reconcilePartner, reconcilePartners } from './reconcile-partners.ts';
import { releaseEngagementOfEndedOrder } from './release-engagement-of-ended-order.ts';
import { runReplay } from './run-replay.ts';
import { sealLedger } from './seal-ledger.ts';
import { sendOverdueMails } from './send-overdue-mails.ts';
import { sendQueuedMail } from './send-queued-mail.ts';
import { sendRefundPolicy } from './send-refund.ts';
import { settlePoolOfEndedOrder } from './settle-pool-of-ended-order.ts';
import { sweepOrders } from './sweep-orders.ts';
import { syncDirectory, syncDirectoryOnRequest } from './sync-directory.ts';
import { tidyNightly } from './tidy-nightly.ts';
import { verifyMoneyNightly } from './verify-money-nightly.ts';
import { verifyMoneyOnRequest } from './verify-money-on-request.ts';
import { watchMatchingPolicy } from './watch-matching.ts';

/** Every policy, in the order of an order's life. A new policy is a file beside this one and a line here. */
// biome-ignore lint/suspicious/noExplicitAny: each policy knows its own event.
export const policies: readonly Policy<any>[] = [
  matchPlacedOrder,
  assignMatchedOrder,
  matchWaitingOrders,
  readyIssuedOrder,
  failNoShowOrder,
  alertOverrunOrder,
  completeUnansweredOrder,
  releaseEngagementOfEndedOrder,
  sweepOrders,
  runReplay,
  watchMatchingPolicy,
  addSampleOfWorker,
  assessAuditedWorker,
  deactivateSampleOfWorker,
  openAssemblyJob,
  orderCookie,
  receiveCookie,
  chaseLateCookie,
  closeJobOfEndedOrder,
  closePoolOfStartedOrder,
  settlePoolOfEndedOrder,
  auditOrderThatEndedBadly,
  drawDailySamplePolicy,
  inviteHiredCat,
  mailPasswordLink,
  postEndedOrderPolicy,
  openPayoutAccountPolicy,
  mailPayoutLink,
  openPaymentMethodPolicy,
  closeDuePeriods,
  closeWeek,
  closeMonth,
  chargeInvoice,
  payStatement,
  sendRefundPolicy,
  receiveGatewayNotice,
  receiveGoldenHatNotice,
  askAboutParkedAttempt,
  chaseMoney,
  reconcilePartners,
  reconcilePartner,
  compareDiscrepancyAgain,
  sealLedger,
  verifyMoneyNightly,
  verifyMoneyOnRequest,
  ...notifyPeople,
  sendQueuedMail,
  sendOverdueMails,
  syncDirectory,
  syncDirectoryOnRequest,
  tidyNightly,
  pruneOutboxPolicy,
];

export const functions = policies.map(toInngestFunction);
