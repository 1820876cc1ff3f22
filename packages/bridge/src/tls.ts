// TLS over a connected socket, the same way for implicit TLS and STARTTLS: handshake, then verification, and
// only then a byte. Node would destroy a socket it does not trust, and its certificates with it; so it is told
// to accept, and the check is made here.

import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import { TransportError } from '@imaplib/client/protocol';
import type { Timings, TlsInfo } from '@imaplib/client/protocol';
import { describeTls } from './certificates.ts';
import { reasonOf } from './failure.ts';
import { within } from './within.ts';

/** How a server is verified. */
export interface Trust {
  /** CAs, client certificate and versions; made once, for it holds the whole store of certificates. */
  readonly context: SecureContext;
  readonly verify: boolean;
}

/** One handshake. */
export interface Handshake {
  /** Host and port, for people to read. */
  readonly who: string;
  /** The name (or address) to ask for and to verify. */
  readonly servername: string;
  readonly trust: Trust;
  readonly stage: 'tls' | 'starttls';
  readonly ms: number;
  readonly signal: AbortSignal;
  /** The steps before. */
  readonly timings: Timings;
}

/** A socket that is encrypted and verified. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly info: TlsInfo;
  readonly timings: Timings;
}

const ADVICE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired; its operator must renew it',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clocks of both machines',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is signed by itself; where that is meant, give it to the bridge as a CA',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificates come from an authority that is not trusted; where it is yours, give it to the bridge as a CA',
  UNABLE_TO_GET_ISSUER_CERT: 'a certificate of its chain is missing; its operator must send the whole chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the issuer of its certificate is not known; where it is yours, give it to the bridge as a CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the issuer of its certificate is not known, or was not sent along',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** Why the server is not who it should be, or null. */
function authorizationError(socket: TLSSocket, servername: string): string | null {
  if (!socket.authorized) {
    // Declared as an Error; in truth Node puts its code here.
    const reason = socket.authorizationError as unknown;
    return typeof reason === 'string' ? reason : (reasonOf(reason) ?? 'ERR_TLS_UNVERIFIED');
  }
  const mismatch = tls.checkServerIdentity(servername, socket.getPeerCertificate());
  return mismatch === undefined ? null : (reasonOf(mismatch) ?? 'ERR_TLS_CERT_ALTNAME_INVALID');
}

/**
 * Makes the socket speak TLS and verifies who answers. The socket is destroyed where that fails.
 *
 * @throws TransportError `tls` with the certificates and the reason, `timeout` where the handshake stalls
 */
export async function secure(socket: Socket, handshake: Handshake): Promise<Secured> {
  const { who, servername, trust, stage, ms, signal } = handshake;
  const begin = performance.now();
  const timings = (): Timings => ({ ...handshake.timings, tlsMs: performance.now() - begin });
  // The layer above reports what happens to the connection from here on.
  socket.on('error', () => {});
  const layer = tls.connect({
    socket,
    // An address cannot be asked for by name (RFC 6066 3), but its certificate must be for it all the same.
    ...(isIP(servername) === 0 ? { servername } : { host: servername }),
    secureContext: trust.context,
    rejectUnauthorized: false,
  });
  const failed = (code: 'tls' | 'timeout', message: string, error?: unknown): TransportError => {
    const reason = reasonOf(error);
    return new TransportError(code, stage, `${who}: ${message}`, {
      ...(reason === undefined ? {} : { reason }),
      timings: timings(),
      tls: describeTls(layer, servername, undefined),
      cause: error,
    });
  };
  layer.on('error', () => {});
  try {
    await within<void>(
      ms,
      signal,
      () => failed('timeout', `the TLS handshake did not end within ${ms} ms; does this port speak TLS?`),
      (resolve, reject) => {
        const onError = (error: Error): void => {
          const said = 'reason' in error ? String(error.reason) : error.message;
          reject(failed('tls', `the TLS handshake failed (${said}); does this port speak TLS?`, error));
        };
        const onClose = (): void => onError(new Error('the server closed the connection'));
        layer.once('secureConnect', resolve).once('error', onError).once('close', onClose);
        return () => layer.off('secureConnect', resolve).off('error', onError).off('close', onClose);
      },
    );
    const problem = authorizationError(layer, servername);
    const info = describeTls(layer, servername, problem);
    if (problem !== null && trust.verify) {
      throw new TransportError(
        'tls',
        stage,
        `${who} is not trusted as ${servername}: ${ADVICE[problem] ?? problem}`,
        { reason: problem, timings: timings(), tls: info },
      );
    }
    return { socket: layer, info, timings: timings() };
  } catch (error) {
    layer.destroy();
    socket.destroy();
    throw error;
  }
}
