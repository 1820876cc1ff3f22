// For tests only: certificates made by openssl, good ones and bad ones, once for each test file.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A certificate chain and its key, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** One of each kind; all but `selfSigned` come from the authority `ca`. */
export interface Certificates {
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly good: Pair;
  readonly expired: Pair;
  /** For another name. */
  readonly wrongName: Pair;
  readonly selfSigned: Pair;
}

/** Makes them; takes about 100 ms. */
export function makeCertificates(): Certificates {
  const dir = mkdtempSync(path.join(tmpdir(), 'certificates-'));
  const file = (name: string): string => path.join(dir, name);
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    openssl(
      'req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=Test CA',
      '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign',
    ); // prettier-ignore
    writeFileSync(file('index.txt'), '');
    writeFileSync(file('serial'), '01\n');
    writeFileSync(
      file('ca.conf'),
      [
        '[ca]', 'default_ca = d', '[d]', `new_certs_dir = ${dir}`, `database = ${file('index.txt')}`,
        `serial = ${file('serial')}`, 'default_md = sha256', 'policy = p', 'copy_extensions = copy',
        'unique_subject = no', '[p]', 'commonName = supplied',
      ].join('\n'),
    ); // prettier-ignore
    const issue = (name: string, host: string, alt: string, from: string, to: string): Pair => {
      openssl(
        'req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`,
        '-addext', `subjectAltName=${alt}`,
      ); // prettier-ignore
      openssl(
        'ca', '-batch', '-notext', '-config', 'ca.conf', '-cert', 'ca.crt', '-keyfile', 'ca.key',
        '-in', `${name}.csr`, '-out', `${name}.crt`, '-startdate', from, '-enddate', to,
      ); // prettier-ignore
      return { cert: read(`${name}.crt`) + read('ca.crt'), key: read(`${name}.key`) };
    };
    const [past, future] = ['20200101000000Z', '20480101000000Z'];
    const local = 'DNS:localhost,IP:127.0.0.1';
    const good = issue('good', 'localhost', local, past, future);
    const expired = issue('expired', 'localhost', local, past, '20210101000000Z');
    const wrongName = issue('wrong', 'elsewhere.example', 'DNS:elsewhere.example', past, future);
    openssl(
      'req', '-x509', ...newKey, '-keyout', 'self.key', '-out', 'self.crt', '-days', '30', '-subj', '/CN=localhost',
      '-addext', `subjectAltName=${local}`,
    ); // prettier-ignore
    return {
      ca: read('ca.crt'),
      good,
      expired,
      wrongName,
      selfSigned: { cert: read('self.crt'), key: read('self.key') },
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
