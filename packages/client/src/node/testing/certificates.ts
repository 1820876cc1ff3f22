// Certificates for tests, made by openssl when the tests run: an authority, and servers that are and are not who they
// should be.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key in PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What {@link makeCertificates} makes. */
export interface TestCertificates {
  /** The authority that signs the others. */
  readonly ca: TestCertificate;
  /** For `localhost` and 127.0.0.1. */
  readonly server: TestCertificate;
  /** For `other.example` only. */
  readonly wrongName: TestCertificate;
  /** For `localhost`, signed by itself. */
  readonly selfSigned: TestCertificate;
}

/** Makes all of them anew. */
export function makeCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'imaplib-certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const make = (
    name: string,
    subject: string,
    names: string | null,
    issuer: string | null,
  ): TestCertificate => {
    writeFileSync(
      join(folder, `${name}.cnf`),
      `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=${subject}\n[ext]\n` +
        (names === null ? 'basicConstraints=critical,CA:TRUE\n' : `subjectAltName=${names}\n`),
    );
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-config', `${name}.cnf`, '-keyout', `${name}.key`, '-out', `${name}.crt`],
    );
    if (issuer !== null) {
      openssl('req', '-new', '-key', `${name}.key`, '-config', `${name}.cnf`, '-out', `${name}.csr`);
      openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`],
        ...['-CAcreateserial', '-days', '2', '-extfile', `${name}.cnf`, '-extensions', 'ext'],
        ...['-out', `${name}.crt`],
      );
    }
    return {
      cert: readFileSync(join(folder, `${name}.crt`), 'utf8'),
      key: readFileSync(join(folder, `${name}.key`), 'utf8'),
    };
  };
  try {
    return {
      ca: make('ca', 'Test authority', null, null),
      server: make('server', 'localhost', 'DNS:localhost,IP:127.0.0.1', 'ca'),
      wrongName: make('wrong', 'other.example', 'DNS:other.example', 'ca'),
      selfSigned: make('self', 'localhost', 'DNS:localhost', null),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
