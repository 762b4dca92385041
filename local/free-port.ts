import { createServer } from 'node:net';

/** True when nobody listens on this port of 127.0.0.1 (or the given address). */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const handedOut = new Set<number>();

/** The wished port when free, else any free one; never the same twice in one process. */
export async function freePort(wished?: number): Promise<number> {
  if (wished && wished < 65_536 && !handedOut.has(wished) && (await isPortFree(wished))) {
    handedOut.add(wished);
    return wished;
  }
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen({ port: 0, host: '127.0.0.1' }, () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
}
