// The real servers that tests run against, side by side: what each has, and where it differs.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapClient, type Auth, type ConnectOptions, type PasswordMechanism } from '@imaplib/client';
import { tcp } from '@imaplib/client/node';
import {
  courierMissing,
  cyrusMissing,
  hasDovecot,
  startCourier,
  startCyrus,
  startDovecot,
  type ThrowAway,
} from '@imaplib/demo/server';

/** A server while it runs. */
export interface Running {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly ca: string;
  stop(): Promise<void>;
}

export interface RealServer {
  readonly name: 'Dovecot' | 'Cyrus' | 'Courier';
  /** Why it cannot be started here, or null. */
  readonly missing: string | null;
  start(): Promise<Running>;
  /** What a mailbox of one's own begins with. */
  readonly prefix: string;
  readonly delimiter: string;
  /** The mechanisms for a password, and the one that is chosen; a plain line counts as protected here, being local. */
  readonly mechanisms: readonly PasswordMechanism[];
  readonly chosen: PasswordMechanism;
  /** Its extensions, as far as there are tests for them. */
  readonly has: readonly string[];
}

/** The token that Dovecot takes from anybody. */
export const accessToken = 'ya29.a-token_of~nobody+in/particular==';

const bearer = `
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer anonymous
auth_anonymous_username = alice
passdb {
  driver = static
  mechanisms = xoauth2 oauthbearer
  args = password=${accessToken}
}
`;

const dovecotMissing =
  process.env['WITHOUT_DOVECOT'] !== '1' && hasDovecot()
    ? null
    : 'done without it, or dovecot-imapd is not installed';
/** What Dovecot and Cyrus have, and Courier has not. */
const common =
  'BINARY CATENATE COMPRESS=DEFLATE CONDSTORE ESEARCH ESORT LIST-STATUS MULTIAPPEND PREVIEW QRESYNC SAVEDATE SORT ' +
  'SPECIAL-USE STATUS=SIZE THREAD=ORDEREDSUBJECT THREAD=REFERENCES THREAD=REFS WITHIN';

export const servers: readonly RealServer[] = [
  {
    name: 'Dovecot',
    missing: dovecotMissing,
    start: () => startDovecot({ extra: bearer }),
    ...{ prefix: '', delimiter: '/' },
    mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5', 'PLAIN', 'LOGIN'],
    chosen: 'SCRAM-SHA-256',
    has: `${common} SEARCHRES`.split(' '),
  },
  {
    name: 'Cyrus',
    missing: cyrusMissing(),
    start: (): Promise<ThrowAway> => startCyrus(),
    ...{ prefix: '', delimiter: '/' },
    mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5', 'PLAIN', 'LOGIN'],
    chosen: 'SCRAM-SHA-512',
    has: `${common} LIST-MYRIGHTS OBJECTID XLIST`.split(' '),
  },
  {
    name: 'Courier',
    missing: courierMissing(),
    start: (): Promise<ThrowAway> => startCourier(),
    ...{ prefix: 'INBOX.', delimiter: '.' },
    mechanisms: ['CRAM-MD5', 'PLAIN'],
    chosen: 'PLAIN',
    has: 'SORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES UTF8=ACCEPT'.split(' '),
  },
];

/** A Dovecot that knows alice by her certificate, and the certificate. */
export async function startWithCertificates(): Promise<{
  readonly running: Running;
  readonly client: { readonly cert: string; readonly key: string };
}> {
  const folder = mkdtempSync(join(tmpdir(), 'client-certificate-'));
  try {
    chmodSync(folder, 0o755); // Dovecot reads it as a user of its own
    const [cert, key] = [join(folder, 'alice.pem'), join(folder, 'alice.key')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-days', '2', '-subj', '/CN=alice', '-keyout', key, '-out', cert],
      ],
      { stdio: 'pipe' },
    );
    const running = await startDovecot({ extra: certificates(cert) });
    return { running, client: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const certificates = (authority: string): string => `
ssl_ca = <${authority}
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
auth_mechanisms = plain external
passdb {
  driver = static
  mechanisms = external
  args = nopassword=y
}
`;

/** alice's password, on all of them. */
export const password = 'secret-a';

export interface ConnectingOptions extends Partial<ConnectOptions> {
  /** A certificate to show. */
  readonly client?: { readonly cert: string; readonly key: string };
  readonly line?: 'tls' | 'starttls' | 'plain';
}

/** Connects to it, over TLS and as alice unless told otherwise. */
export function connectTo(server: Running, options: ConnectingOptions = {}): Promise<ImapClient> {
  const { line = 'tls', client, auth = { user: 'alice', pass: password } satisfies Auth, ...more } = options;
  const { host, ca } = server;
  return ImapClient.connect({
    transport: tcp({
      host,
      port: line === 'tls' ? server.tlsPort : server.port,
      tls: line === 'tls' ? 'implicit' : 'none',
      ca: readFileSync(ca),
      ...client,
    }),
    auth,
    ...(line === 'starttls' ? { security: 'starttls' } : {}),
    ...more,
  });
}
