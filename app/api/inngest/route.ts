import { serve } from 'inngest/next';
import { mailedPaper } from '#app/billing-parts/mailed-paper.ts';
import { inngest } from '#inngest/client.ts';
import { functions } from '#inngest/index.ts';
import { attachToMails } from '#lib/notifications/index.ts';

// Signatures are checked by the SDK in cloud mode only: outside development an unsigned way in must not exist.
if (process.env.NODE_ENV === 'production' && process.env.INNGEST_DEV)
  throw new Error('INNGEST_DEV is set in production: /api/inngest would take unsigned calls. Remove it.');

// Mails are sent by a function that runs here.
attachToMails(mailedPaper);

export const dynamic = 'force-dynamic';
export const maxDuration = 300;
export const { GET, POST, PUT } = serve({ client: inngest, functions });
