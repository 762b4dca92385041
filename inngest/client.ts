import { Inngest } from 'inngest';

/** Our end of Inngest: on one machine the runner in local/inngest, beyond it the real server; only the environment differs. */
export const inngest = new Inngest({ id: 'mcf' });
