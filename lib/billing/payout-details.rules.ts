/** An account as it may be shown: its last four characters, never more than half of it. */
export function maskAccount(account: string): string {
  const shownCount = Math.min(4, Math.floor(account.length / 2));
  return `•••• ${account.slice(account.length - shownCount)}`;
}

/** Whether the link of a change may still be followed: once, until it expires or a later change takes its place. */
export function mayConfirm(
  change: { expiresAt: Date; replacedAt: Date | null; confirmedAt: Date | null },
  now: Date,
): boolean {
  return change.confirmedAt === null && change.replacedAt === null && now < change.expiresAt;
}
