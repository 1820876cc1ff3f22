// A throw-away Dovecot (Debian package dovecot-imapd, version 2.3): its own folder, free ports, root or an
// ordinary user. Gone without a trace when it is stopped.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { appendMessages } from './append.ts';
import { makeCertificates, type Certificates } from './certificates.ts';
import { end, freePort, greeting, outputOf } from './daemon.ts';
import { dovecotConfig } from './dovecot-config.ts';
import type { SeedFolder, SeedMessage } from './mailbox.ts';
import { watch } from './watchdog.ts';

export interface DovecotOptions {
  /** Names and passwords; alice and bob when left out. */
  readonly users?: Readonly<Record<string, string>>;
  /** Mailboxes to fill before the server is handed over, by user. */
  readonly mailboxes?: Readonly<Record<string, readonly SeedFolder[]>>;
  /** Which certificate it shows; the good one when left out. */
  readonly certificate?: 'good' | 'expired' | 'selfSigned' | 'wrongName';
  readonly format?: 'sdbox' | 'mdbox' | 'maildir';
  /** Addresses, parted by commas. Over 127.0.0.2 a sign-in without TLS is refused (LOGINDISABLED). */
  readonly listen?: string;
  /** The plain port (STARTTLS); a free one when left out. */
  readonly port?: number;
  /** The port with TLS from the first byte; a free one when left out. */
  readonly tlsPort?: number;
  /** A folder for the users' mail that outlives the server; thrown away with it when left out. */
  readonly homes?: string;
  /** More lines for the configuration. */
  readonly extra?: string;
}

export interface Dovecot {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly users: Readonly<Record<string, string>>;
  /** The root certificate's file. */
  readonly ca: string;
  readonly certificates: Certificates;
  /** Everything it wrote lives here. */
  readonly folder: string;
  /** A program that speaks IMAP for `user` on stdin and stdout, already signed in (PREAUTH). */
  preauthCommand(user: string): string[];
  /** A new message arrives, as if from elsewhere; whoever idles hears of it within about half a second. */
  deliver(user: string, message: Uint8Array | SeedMessage, path?: string): Promise<void>;
  /** Creates folders and fills them. */
  fill(user: string, folders: readonly SeedFolder[]): Promise<void>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

const programs = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'];
const sessions = ['/usr/lib/dovecot/imap', '/usr/libexec/dovecot/imap', '/usr/local/lib/dovecot/imap'];
const installed = (paths: readonly string[]): string | undefined => paths.find((path) => existsSync(path));

// Mail may not belong to root; a bare number needs no passwd entry.
const mailUid = 20143;

/** Whether {@link startDovecot} can work here. */
export function hasDovecot(): boolean {
  return installed(programs) !== undefined && installed(sessions) !== undefined;
}

/**
 * Starts a Dovecot of its own, about 0.4 s, and waits until it greets.
 *
 * @throws Error that says what is missing, or what Dovecot wrote when it refused to start
 */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const program = installed(programs);
  const session = installed(sessions);
  if (program === undefined || session === undefined) {
    throw new Error('Dovecot is not installed (Debian: apt-get install dovecot-imapd)');
  }
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  if (!version.startsWith('2.3.')) throw new Error(`Dovecot 2.3 is needed here, ${version} is installed`);

  const self = userInfo();
  const root = self.uid === 0;
  const folder = await mkdtemp(join(tmpdir(), 'dovecot-'));
  const users = options.users ?? { alice: 'secret-a', bob: 'secret-b' };
  const listen = options.listen ?? '127.0.0.1';
  const host = listen.split(',')[0]?.trim() ?? '127.0.0.1';
  const owner = root ? { uid: mailUid, gid: mailUid } : { uid: self.uid, gid: self.gid };

  let child: ChildProcess | undefined;
  let watchdog: ReturnType<typeof watch> | undefined;
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child);
    await watchdog?.release();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    for (const part of ['run', 'state', 'tls']) await mkdir(join(folder, part));
    const homes = options.homes ?? join(folder, 'home');
    for (const name of ['', ...Object.keys(users)]) {
      await mkdir(join(homes, name), { recursive: true });
      if (root) await chown(join(homes, name), owner.uid, owner.gid);
    }
    if (root) await chmod(folder, 0o755);
    const certificates = await makeCertificates(join(folder, 'tls'));
    const passwords = Object.entries(users).map(
      ([user, password]) => `${user}:{PLAIN}${password}::::${join(homes, user)}::`,
    );
    await writeFile(join(folder, 'users'), `${passwords.join('\n')}\n`);
    const port = options.port ?? (await freePort());
    const tlsPort = options.tlsPort ?? (await freePort());
    const config = join(folder, 'dovecot.conf');
    await writeFile(
      config,
      dovecotConfig({
        ...{ folder, port, tlsPort, listen, format: options.format ?? 'sdbox', extra: options.extra ?? '' },
        ...certificates[options.certificate ?? 'good'],
        ...(root ? {} : { self: { user: self.username, group: groupName() } }),
        ...{ mailUid: owner.uid, mailGid: owner.gid },
      }),
    );

    child = spawn(program, ['-F', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const failed = once(child, 'error').then(([error]: unknown[]) => Promise.reject(error));
    watchdog = watch(folder, child.pid);
    const log = async (): Promise<string> => readFile(join(folder, 'dovecot.log'), 'utf8').catch(() => '');
    const output = outputOf(child);
    const complaints = async (): Promise<string> => `${output()}${await log()}`;
    await Promise.race([greeting('Dovecot', child, host, port, complaints), failed]);

    const preauthCommand = (user: string): string[] => [
      ...(root ? ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : []),
      ...['env', '-i', `USER=${user}`, `HOME=${join(homes, user)}`, session, '-c', config],
    ];
    const fill = (user: string, folders: readonly SeedFolder[]): Promise<void> =>
      appendMessages(preauthCommand(user), folders);
    for (const [user, folders] of Object.entries(options.mailboxes ?? {})) await fill(user, folders);

    return {
      ...{
        host,
        port,
        tlsPort,
        users,
        ca: certificates.ca,
        certificates,
        folder,
        preauthCommand,
        fill,
        log,
        stop,
      },
      deliver: (user, message, path = 'INBOX') => {
        const seed = message instanceof Uint8Array ? { raw: message, flags: [], date: new Date() } : message;
        return fill(user, [{ path, messages: [seed] }]);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const groupName = (): string => execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
