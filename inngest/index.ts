import { chaseLateCookie } from './chase-late-cookie.ts';
import { closeJobOfEndedOrder } from './close-job-of-ended-order.ts';
import { createWorkerAccountPolicy } from './create-worker-account.ts';
import { notifyPeople } from './notify-people.ts';
import { openAssemblyJob } from './open-assembly-job.ts';
import { orderCookie } from './order-cookie.ts';
import { type Policy, toInngestFunction } from './policy.ts';
import { receiveCookie } from './receive-cookie.ts';
import { sendOverdueMails, sendQueuedMail } from './send-mail.ts';
import { syncDirectory, syncDirectoryOnRequest, tidyIdentityNightly } from './sync-directory.ts';

/** Every policy, in the order of an order's life. A new policy is a file beside this one and a line here. */
// biome-ignore lint/suspicious/noExplicitAny: each policy knows its own event.
export const policies: readonly Policy<any>[] = [
  openAssemblyJob,
  orderCookie,
  receiveCookie,
  chaseLateCookie,
  closeJobOfEndedOrder,
  createWorkerAccountPolicy,
  ...notifyPeople,
  sendQueuedMail,
  sendOverdueMails,
  syncDirectory,
  syncDirectoryOnRequest,
  tidyIdentityNightly,
];

export const functions = policies.map(toInngestFunction);
