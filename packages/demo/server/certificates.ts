// Certificates for throw-away servers: a root, an intermediate and what it signs, made with openssl.
// Beside the good one stand three that a client must refuse, each for its own reason.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Files in PEM form: the chain as the server sends it, and its private key. */
export interface Certificate {
  readonly chain: string;
  readonly key: string;
}

/** The paths of everything {@link makeCertificates} made. */
export interface Certificates {
  /** The root to trust. */
  readonly ca: string;
  /** For localhost, 127.0.0.1, 127.0.0.2 and ::1, valid, signed by the intermediate. */
  readonly good: Certificate;
  /** The same names, but it ended in February 2024. */
  readonly expired: Certificate;
  /** Signed by itself, by nobody else. */
  readonly selfSigned: Certificate;
  /** Valid, but for mail.elsewhere.example only. */
  readonly wrongName: Certificate;
}

const run = promisify(execFile);
const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:::1';
const serverUse = 'extendedKeyUsage=serverAuth';

/**
 * Makes a root, an intermediate and four server certificates in `folder`, which must exist.
 *
 * @throws Error that says so when openssl is not installed or fails
 */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const openssl = async (...args: string[]): Promise<void> => {
    try {
      await run('openssl', args, { cwd: folder });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        throw new Error(
          'Test certificates need openssl, which is not installed (Debian: apt-get install openssl)',
          {
            cause: error,
          },
        );
      }
      throw new Error(`openssl ${args[0]} failed while making test certificates in ${folder}`, {
        cause: error,
      });
    }
  };
  const at = (name: string): string => join(folder, name);

  await writeFile(at('authority.cnf'), authority);
  await writeFile(at('index'), '');
  await Promise.all(
    ['ca', 'intermediate', 'good', 'expired', 'self', 'wrong'].map((name) =>
      openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`),
    ),
  );

  const selfSign = (name: string, subject: string, ...extensions: string[]): Promise<void> =>
    openssl(
      ...[
        'req',
        '-x509',
        '-new',
        '-key',
        `${name}.key`,
        '-subj',
        subject,
        '-days',
        '3650',
        '-out',
        `${name}.pem`,
      ],
      ...extensions.flatMap((extension) => ['-addext', extension]),
    );
  // `ca` and not `x509 -req`: it alone sets both ends of the validity in every openssl still in use.
  const sign = async (name: string, subject: string, signer: string, to: string, ...extensions: string[]) => {
    await writeFile(at(`${name}.ext`), `${extensions.join('\n')}\n`);
    await openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`);
    await openssl(
      ...['ca', '-batch', '-notext', '-config', 'authority.cnf', '-in', `${name}.csr`],
      ...['-cert', `${signer}.pem`, '-keyfile', `${signer}.key`, '-out', `${name}.pem`],
      ...['-startdate', '20240101000000Z', '-enddate', to, '-extfile', `${name}.ext`],
    );
  };

  const authorityUse = 'keyUsage=critical,keyCertSign,cRLSign';
  await selfSign('ca', '/CN=Sample Root', 'basicConstraints=critical,CA:TRUE', authorityUse);
  await selfSign('self', '/CN=localhost', names, serverUse);
  const far = '20490101000000Z';
  await sign(
    'intermediate',
    '/CN=Sample Intermediate',
    'ca',
    far,
    'basicConstraints=critical,CA:TRUE',
    authorityUse,
  );
  await sign('good', '/CN=localhost', 'intermediate', far, names, serverUse);
  await sign('expired', '/CN=localhost', 'intermediate', '20240201000000Z', names, serverUse);
  const elsewhere = 'mail.elsewhere.example';
  await sign('wrong', `/CN=${elsewhere}`, 'intermediate', far, `subjectAltName=DNS:${elsewhere}`, serverUse);

  const chained = async (name: string): Promise<Certificate> => {
    const parts = await Promise.all(
      [`${name}.pem`, 'intermediate.pem'].map((file) => readFile(at(file), 'utf8')),
    );
    await writeFile(at(`${name}-chain.pem`), parts.join(''));
    return { chain: at(`${name}-chain.pem`), key: at(`${name}.key`) };
  };
  return {
    ca: at('ca.pem'),
    good: await chained('good'),
    expired: await chained('expired'),
    selfSigned: { chain: at('self.pem'), key: at('self.key') },
    wrongName: await chained('wrong'),
  };
}

const authority = `
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
default_md = sha256
rand_serial = yes
unique_subject = no
policy = any
[any]
commonName = supplied
`;
