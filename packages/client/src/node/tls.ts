// TLS over a connected socket, for implicit TLS and for STARTTLS: the handshake, then the verification, then the first
// byte. Node is told to accept every certificate, because it drops the chain of one that it refuses; the check is here.

import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import {
  TransportError,
  type CertificateInfo,
  type Timings,
  type TlsInfo,
} from '../transport/byte-stream.ts';
import { abortable } from '../transport/abort.ts';
import { reasonOf } from './stream.ts';

const HANDSHAKE_TIMEOUT_MS = 15_000;

const CHAIN_MAX = 8;

/** Whom to expect, and how strictly. */
export interface TlsSettings {
  /** For errors: host and port. */
  readonly peer: string;
  readonly servername: string;
  readonly context: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly stage: 'tls' | 'starttls';
  /** The steps before. */
  readonly timings: Timings;
  readonly signal: AbortSignal;
}

/** A socket that is encrypted, and verified unless that was switched off. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly tls: TlsInfo;
  readonly tlsMs: number;
}

/** Shakes hands over the socket, which is destroyed where that fails. */
export async function secure(plain: Socket, settings: TlsSettings): Promise<Secured> {
  const { peer, servername, stage } = settings;
  const begun = performance.now();
  const socket = connect({
    socket: plain,
    // An address is verified, but not asked for (RFC 6066 3). Without either Node would verify `localhost`.
    ...(isIP(servername) === 0 ? { servername } : { host: servername }),
    secureContext: settings.context,
    rejectUnauthorized: false,
  });
  // Node 20 crashes when a closed layer is asked for its protocol, cipher or certificates.
  let asked: TLSSocket | null = socket;
  socket.once('close', () => {
    asked = null;
  });
  // Whoever uses the socket hears its errors; this one is for the time before and after.
  socket.on('error', () => {});
  plain.on('error', () => {});

  const late = new AbortController();
  const timer = setTimeout(() => {
    const message = `The TLS handshake with ${peer} took longer than ${HANDSHAKE_TIMEOUT_MS / 1000} s.`;
    late.abort(new TransportError('timeout', stage, message));
  }, HANDSHAKE_TIMEOUT_MS);
  const refuse = (why: string, error: unknown, reason = reasonOf(error)) =>
    new TransportError('tls', stage, `TLS with ${peer} as ${servername} failed: ${why}.`, {
      ...(reason !== undefined && { reason }),
      timings: { ...settings.timings, tlsMs: performance.now() - begun },
      tls: describe(asked, servername, reason ?? 'ERR_TLS_HANDSHAKE'),
      cause: error,
    });
  const handshake = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', (error) => reject(refuse(error.message, error)));
    socket.once('close', () => reject(refuse('the server closed the connection', undefined)));
  });
  try {
    await abortable(abortable(handshake, settings.signal), late.signal);
    if (asked === null) throw refuse('the server closed the connection', undefined);
    const reason = distrust(socket, servername);
    if (reason !== null && settings.rejectUnauthorized) {
      throw refuse(`its certificate is not accepted (${reason})`, undefined, reason);
    }
    return { socket, tls: describe(socket, servername, reason), tlsMs: performance.now() - begun };
  } catch (error) {
    socket.destroy();
    plain.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Why the certificate is not the server's, or null. */
function distrust(socket: TLSSocket, servername: string): string | null {
  if (!socket.authorized) {
    // Declared as an Error; it is OpenSSL's word for the reason.
    const reason: unknown = socket.authorizationError;
    return typeof reason === 'string' ? reason : (reasonOf(reason) ?? 'ERR_TLS_CERT_UNKNOWN');
  }
  const mismatch = checkServerIdentity(servername, socket.getPeerCertificate());
  return mismatch === undefined ? null : (reasonOf(mismatch) ?? 'ERR_TLS_CERT_ALTNAME_INVALID');
}

function describe(socket: TLSSocket | null, sni: string, reason: string | null): TlsInfo {
  if (socket === null) {
    const nothing = { protocol: null, cipher: null, alpn: null, sni, chain: [], verified: false };
    return { ...nothing, ...(reason !== null && { authorizationError: reason }) };
  }
  // Before the handshake there is no cipher, whatever its type says.
  const cipher: { readonly name?: string } | undefined = socket.getCipher();
  return {
    protocol: socket.getProtocol(),
    cipher: cipher?.name ?? null,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    sni,
    chain: chainOf(socket),
    verified: reason === null,
    ...(reason !== null && { authorizationError: reason }),
  };
}

function chainOf(socket: TLSSocket): CertificateInfo[] {
  const chain: CertificateInfo[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < CHAIN_MAX && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}

function certificate(der: Buffer): CertificateInfo {
  const x509 = new X509Certificate(der);
  return {
    subject: x509.subject ?? '',
    issuer: x509.issuer ?? '',
    subjectAltName: x509.subjectAltName ?? null,
    validFrom: new Date(x509.validFrom).toISOString(),
    validTo: new Date(x509.validTo).toISOString(),
    serialNumber: x509.serialNumber,
    fingerprint256: x509.fingerprint256,
    pem: x509.toString(),
  };
}
