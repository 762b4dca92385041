import type { AskRemote } from './pipeline.rules.ts';

/** Asks a remote step. */
export const askRemoteStep: AskRemote = async () => ({ ok: false, why: 'not_allowed' });
