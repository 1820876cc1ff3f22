// Starting to listen, and what to say when that is not possible.

import type { Server } from 'node:http';
import { hostAndPort } from './address.ts';
import { reasonOf } from './failure.ts';

function explainListen(error: Error, where: string): string {
  switch (reasonOf(error)) {
    case 'EADDRINUSE':
      return `cannot listen on ${where}: another program has this port; choose another, or 0 for any`;
    case 'EACCES':
      return `cannot listen on ${where}: this port needs more rights than the bridge has; choose one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `cannot listen on ${where}: this machine does not have this address`;
    default:
      return `cannot listen on ${where}: ${error.message}`;
  }
}

/**
 * Listens, or waits for somebody else's server to listen where no address is given.
 *
 * @throws Error with one sentence on why not
 */
export async function startListening(
  server: Server,
  at: { readonly host: string; readonly port: number } | null,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      const where = at === null ? 'the given server' : hostAndPort(at.host, at.port);
      reject(new Error(explainListen(error, where), { cause: error }));
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError).once('listening', onListening);
    if (at !== null) server.listen(at);
  });
}
