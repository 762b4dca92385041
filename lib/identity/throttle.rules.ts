/** Attempts that cost nothing but a mistake; people mistype, and an office shares one address. */
export const freeAttempts = { email: 5, address: 40, link: 3 } as const;
/** Counting begins anew after this long without an attempt. */
export const forgetMinutes = 30;
const firstWaitSeconds = 15;
const longestWaitSeconds = 900;

/** Seconds to wait after the n-th attempt without success: none while they are free, then 15, 30, 60 … 900. */
export function waitSeconds(attempts: number, free: number): number {
  if (attempts < free) return 0;
  return Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** Math.min(attempts - free, 10));
}
