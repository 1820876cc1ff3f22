// The bridge's own HTTP server, plain or with TLS, its time limits, and its certificate, which is read again when
// its files change: a renewal needs no restart, and a bad one does no harm.

import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { reasonOf } from './failure.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import { ConfigError } from './options.ts';
import type { ListenTls } from './options.ts';

/** A server, and how to give it its certificate again. */
export interface Listener {
  readonly server: Server;
  /** Reads the certificate again. Where that cannot be used, the old one stays, and the log says why. */
  reload(): void;
  /** Stops to look after the files. */
  close(): void;
}

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

function readPair({ certFile, keyFile }: ListenTls): Pair {
  const read = (option: string, file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new ConfigError(`${option}: cannot read ${file}: ${reasonOf(error) ?? 'unknown reason'}`, [
        option,
      ]);
    }
  };
  const pair = { cert: read('tls-cert', certFile), key: read('tls-key', keyFile) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new ConfigError(
      `tls-cert ${certFile} and tls-key ${keyFile} cannot be used together: ${(error as Error).message}`,
      ['tls-cert'],
    );
  }
  return pair;
}

/** Makes the server; it does not listen yet. */
export function createListener(
  { tls, limits, log }: { readonly tls: ListenTls | undefined; readonly limits: Limits; readonly log: Log },
  onRequest: RequestListener,
): Listener {
  const times = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.headersMs,
    connectionsCheckingInterval: Math.max(100, Math.min(5_000, limits.headersMs / 2)),
    keepAliveTimeout: 5_000,
    maxHeaderSize: 16 * 1024,
  };
  if (tls === undefined) {
    return { server: createPlainServer(times, onRequest), reload() {}, close() {} };
  }
  const server = createTlsServer(
    {
      ...times,
      ...readPair(tls),
      minVersion: 'TLSv1.2',
      handshakeTimeout: limits.handshakeMs,
      // WebSockets are HTTP/1.1; whoever offers more shall know.
      ALPNProtocols: ['http/1.1'],
    },
    onRequest,
  );
  const reload = (): void => {
    try {
      server.setSecureContext({ ...readPair(tls), minVersion: 'TLSv1.2' });
      log('info', 'certificate-loaded');
    } catch (error) {
      // Between the writing of its two files they do not fit together; the second one's change comes next.
      log('warn', 'certificate-kept', { reason: (error as Error).message });
    }
  };
  // Asked for again and again: a watch on the file itself does not survive its replacement, nor a link's.
  const files = [tls.certFile, tls.keyFile];
  for (const file of files) {
    watchFile(file, { interval: limits.certificateMs, persistent: false }, reload);
  }
  return {
    server,
    reload,
    close: () => {
      for (const file of files) unwatchFile(file, reload);
    },
  };
}
