/** What people can switch off: whole topics, by mail and in the app apart. */
export const topics = {
  orders: { roles: ['client'], byMail: true, inApp: true },
  invoices: { roles: ['client'], byMail: true, inApp: true },
  work: { roles: ['worker'], byMail: true, inApp: true },
  payouts: { roles: ['worker'], byMail: true, inApp: true },
  // The tablet in the warehouse is always looked at; a mail for each job would be read by nobody.
  warehouse: { roles: ['staff'], byMail: false, inApp: true },
  alerts: { roles: ['manager', 'billing'], byMail: true, inApp: true },
  /** Steps of hiring and of the account itself: always sent, by mail only. */
  letters: { roles: [], byMail: true, inApp: false },
} as const;

export type Topic = keyof typeof topics;

/** Everything anybody is ever told, and what it belongs to (product.md, "Who is told"). */
export const kinds = {
  candidate_received: 'letters',
  candidate_tests: 'letters',
  candidate_accepted: 'letters',
  candidate_declined: 'letters',
  password_link: 'letters',
  payout_details: 'letters',
  colleague_invited: 'letters',
  order_assigned: 'orders',
  order_started: 'orders',
  order_reported: 'orders',
  order_failed: 'orders',
  order_cancelled: 'orders',
  invoice_issued: 'invoices',
  charge_failed: 'invoices',
  refund_sent: 'invoices',
  refund_lowers: 'invoices',
  requests_paused: 'invoices',
  work_assigned: 'work',
  work_ready: 'work',
  work_cancelled: 'work',
  payout_confirmed: 'payouts',
  payout_failed: 'payouts',
  payout_doubled: 'payouts',
  payout_returned: 'payouts',
  payout_details_changed: 'payouts',
  job_opened: 'warehouse',
  cookie_late: 'warehouse',
  stock_low: 'warehouse',
  pool_empty: 'alerts',
  matching_step_failing: 'alerts',
  matching_slow: 'alerts',
  order_overran: 'alerts',
  payout_stuck: 'alerts',
  payout_came_back: 'alerts',
  payout_paid_twice: 'alerts',
  refund_stuck: 'alerts',
  client_paused: 'alerts',
  bonus_proposed: 'alerts',
  discrepancy_found: 'alerts',
  movement_parked: 'alerts',
  books_wrong: 'alerts',
} as const satisfies Record<string, Topic>;

export type Kind = keyof typeof kinds;

export type Channels = { byMail: boolean; inApp: boolean };

/** Where somebody is told: their own choice for the topic, else its default. Letters cannot be switched off. */
export function channelsFor(kind: Kind, chosen: Channels | undefined): Channels {
  const topic = topics[kinds[kind]];
  if (kinds[kind] === 'letters') return { byMail: true, inApp: false };
  return chosen ?? { byMail: topic.byMail, inApp: topic.inApp };
}

/** The topics a person of these roles can choose about. */
export function topicsOf(roles: readonly string[]): Topic[] {
  return (Object.keys(topics) as Topic[]).filter((topic) =>
    topics[topic].roles.some((role) => roles.includes(role)),
  );
}
