import { createHash } from 'node:crypto';

/** What is kept of a link's secret: enough to recognise it, not enough to use it. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');
