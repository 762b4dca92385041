import { startOutside } from './index.ts';

function need(name: string): string {
  const value = process.env[name];
  if (!value) {
    console.error(`outside: ${name} is not set`);
    process.exit(2);
  }
  return value;
}

function needPort(name: string): number {
  const port = Number(need(name));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`outside: ${name} is not a port`);
    process.exit(2);
  }
  return port;
}

const outside = await startOutside({
  databaseUrl: need('OUTSIDE_DATABASE_URL'),
  httpPort: needPort('OUTSIDE_PORT'),
  smtpPort: needPort('SMTP_PORT'),
  appUrl: need('APP_URL'),
  hcb: {
    clientId: need('HCB_CLIENT_ID'),
    clientSecret: need('HCB_CLIENT_SECRET'),
    directoryToken: need('HCB_DIRECTORY_TOKEN'),
  },
  secrets: {
    gateway: need('PARTNER_GATEWAY_SECRET'),
    'golden-hat': need('PARTNER_GOLDEN_HAT_SECRET'),
    cookies: need('PARTNER_COOKIES_SECRET'),
  },
  remoteStepSecret: process.env.REMOTE_STEP_SECRET,
});
console.log(`outside: http://127.0.0.1:${outside.httpPort}, smtp on port ${outside.smtpPort}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    outside.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('outside: could not close', error);
        process.exit(1);
      },
    );
  });
}
