import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import postgres from 'postgres';
import { startClockwork } from './clockwork.ts';
import { createSchema } from './create-schema.ts';
import { type Exchange, HttpRefusal, isLocalHost, sendJson } from './http.ts';
import { isPartner, type Partner } from './knobs.ts';
import { openMailbox } from './mailbox.ts';
import { serveMailbox } from './mailbox-desk.ts';
import { returnDue, settleDue, untilNextReturn, untilNextSettlement } from './operations.ts';
import { servePartner } from './partner-desk.ts';
import { serveExport, serveFrontPage, serveKnobs } from './partner-pages.ts';
import { openRemoteStep } from './remote-step.ts';
import { openSignOn } from './sign-on.ts';
import { sweepSignOnRecords } from './sign-on-records.ts';
import { serveDirectory, serveTesters } from './tester-desk.ts';
import { seedTesters } from './testers.ts';
import { deliverDue, untilNextDelivery } from './webhooks.ts';

export type OutsideOptions = {
  /** A database of its own; everything is kept in its schema `outside`. */
  databaseUrl: string;
  /** 0 or nothing: any free port. The issuer contains it, so keep it the same between restarts. */
  httpPort?: number;
  smtpPort?: number;
  /** Where Make Cats Free is: the target of redirects and webhooks. */
  appUrl: string;
  hcb: { clientId: string; clientSecret: string; directoryToken: string };
  secrets: Record<Partner, string>;
  /** Without one there is no matching step here. */
  remoteStepSecret?: string;
};

export type Outside = { httpPort: number; smtpPort: number; close(): Promise<void> };

/**
 * Starts everybody outside Make Cats Free on this machine: single sign-on, directory, three partners, mailbox.
 * Loopback only. Goes on with whatever an earlier process left pending. Throws when a port or the database is not
 * to be had.
 */
export async function startOutside(options: OutsideOptions): Promise<Outside> {
  const appUrl = options.appUrl.replace(/\/+$/, '');
  const sql = postgres(options.databaseUrl, {
    max: 10,
    // The driver's own waits grow to 20 s; a restarted database is back sooner.
    backoff: () => 0.3,
    onnotice: () => {},
    connection: { TimeZone: 'UTC' },
  });
  const closing = new AbortController();
  // Each webhook, hang and pause under way listens for the closing.
  EventEmitter.setMaxListeners(0, closing.signal);
  const onFault = (error: unknown) => console.error('outside: fault', error);

  let serve: (exchange: Exchange) => Promise<void> = async () => {
    throw new HttpRefusal(503, 'starting');
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.on('error', () => {});
    Promise.resolve()
      .then(() => {
        refuseStrangers(request.headers);
        return serve({ request, response, url });
      })
      .catch((error: unknown) => {
        const refusal = error instanceof HttpRefusal ? error : null;
        const faultId = refusal ? undefined : randomUUID();
        if (!refusal) onFault({ faultId, error });
        if (response.headersSent) response.destroy();
        else
          sendJson(response, refusal?.status ?? 500, { error: refusal?.code ?? 'internal_error', faultId });
      });
  });

  let mailbox: Awaited<ReturnType<typeof openMailbox>> | undefined;
  try {
    await createSchema(sql);
    await seedTesters(sql);
    await sweepSignOnRecords(sql);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.httpPort ?? 0, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    mailbox = await openMailbox(sql, options.smtpPort ?? 0, onFault);
    const address = server.address();
    const httpPort = typeof address === 'object' && address ? address.port : 0;
    const origin = `http://127.0.0.1:${httpPort}`;
    const smtpPort = mailbox.port;
    const signOn = await openSignOn(sql, { origin, appUrl, ...options.hcb });
    const remoteStep = options.remoteStepSecret
      ? await openRemoteStep(sql, options.remoteStepSecret, closing.signal)
      : undefined;
    const clockwork = startClockwork(
      [
        {
          perform: async () => {
            const settled = await settleDue(sql);
            if (settled > 0) clockwork.wake();
            return settled;
          },
          untilDue: () => untilNextSettlement(sql),
        },
        {
          perform: async () => {
            const returned = await returnDue(sql);
            if (returned > 0) clockwork.wake();
            return returned;
          },
          untilDue: () => untilNextReturn(sql),
        },
        {
          perform: () => deliverDue(sql, { appUrl, secrets: options.secrets, closing: closing.signal }),
          untilDue: () => untilNextDelivery(sql),
        },
      ],
      onFault,
    );

    serve = async (exchange) => {
      const { pathname } = exchange.url;
      const [, area] = pathname.split('/');
      if (isPartner(area)) {
        const world = { sql, secrets: options.secrets, closing: closing.signal, wake: clockwork.wake };
        return servePartner(exchange, area, world);
      }
      if (pathname === '/sso/testers' || pathname.startsWith('/sso/testers/'))
        return serveTesters(exchange, sql);
      if (area === 'sso') return signOn.serve(exchange);
      if (area === 'directory') return serveDirectory(exchange, sql, options.hcb.directoryToken);
      if (remoteStep && pathname === '/remote-step') return remoteStep.serve(exchange);
      if (remoteStep && pathname === '/knobs/remote-step') return remoteStep.serveKnobs(exchange);
      if (area === 'knobs') return serveKnobs(exchange, sql);
      if (area === 'export') return serveExport(exchange, sql);
      if (area === 'mailbox') return serveMailbox(exchange, sql);
      if (pathname === '/health') {
        await sql`select 1`;
        return sendJson(exchange.response, 200, { ok: true });
      }
      if (pathname === '/') {
        const more = await remoteStep?.render(origin);
        return serveFrontPage(exchange, sql, { origin, smtpPort, appUrl, more });
      }
      throw new HttpRefusal(404, 'not_found');
    };

    let closed: Promise<void> | undefined;
    const close = async () => {
      closing.abort();
      const stopped = new Promise((resolve) => server.close(resolve));
      await clockwork.stop();
      server.closeAllConnections();
      await Promise.all([stopped, mailbox?.close()]);
      await sql.end({ timeout: 5 });
    };
    return {
      httpPort,
      smtpPort,
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    server.close();
    await mailbox?.close();
    await sql.end({ timeout: 1 });
    throw error;
  }
}

/** Other web sites open in the same browser must not turn our knobs: only this machine's names and pages may. */
function refuseStrangers(headers: { host?: string; origin?: string }): void {
  const host = `http://${headers.host ?? ''}`;
  if (!URL.canParse(host) || !isLocalHost(new URL(host).hostname))
    throw new HttpRefusal(421, 'not_this_host');
  const { origin } = headers;
  // "null" comes from our own sandboxed and redirected pages; it is nobody's page in particular, so it is refused.
  if (origin && !(URL.canParse(origin) && isLocalHost(new URL(origin).hostname))) {
    throw new HttpRefusal(403, 'foreign_origin');
  }
}
