import { type Policy, toInngestFunction } from './policy.ts';

/** Every policy, in the order of an order's life. A new policy is a file beside this one and a line here. */
// biome-ignore lint/suspicious/noExplicitAny: each policy knows its own event.
export const policies: readonly Policy<any>[] = [];

export const functions = policies.map(toInngestFunction);
