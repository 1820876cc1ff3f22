// What is told of a TLS layer: the certificates as the server sent them, protocol, cipher, and why it was refused.

import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateInfo, TlsInfo } from '@imaplib/client/protocol';

// Real chains have three or four; a longer one is not worth its bytes.
const MAX_CHAIN = 8;

const instant = (text: string): string => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
};

function describe(der: Buffer): CertificateInfo {
  const certificate = new X509Certificate(der);
  return {
    subject: certificate.subject ?? '',
    issuer: certificate.issuer ?? '',
    subjectAltName: certificate.subjectAltName ?? null,
    validFrom: instant(certificate.validFrom),
    validTo: instant(certificate.validTo),
    serialNumber: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
    pem: certificate.toString(),
  };
}

/** The server's certificates, leaf first; empty before the handshake got that far. */
export function certificateChain(socket: TLSSocket): CertificateInfo[] {
  const chain: CertificateInfo[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  const seen = new Set<string>();
  while (next?.raw !== undefined && chain.length < MAX_CHAIN && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(describe(next.raw));
    // A self-signed certificate is its own issuer.
    next = next.issuerCertificate;
  }
  return chain;
}

/**
 * What is known of the TLS layer now.
 *
 * @param verdict null where the certificate was found good, the reason where not, undefined before it was checked
 */
export function describeTls(socket: TLSSocket, sni: string, verdict: string | null | undefined): TlsInfo {
  return {
    protocol: socket.getProtocol(),
    cipher: (socket.getCipher() as { name?: string } | undefined)?.name ?? null,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    sni,
    chain: certificateChain(socket),
    verified: verdict === null,
    ...(typeof verdict === 'string' ? { authorizationError: verdict } : {}),
  };
}
