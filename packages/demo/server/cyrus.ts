// A throw-away Cyrus (version 3.6, unpacked beside Dovecot): its own folder, free ports. Started by root it runs as the
// user mail. Gone without a trace when it is stopped.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { end, freePort, greeting, outputOf } from './daemon.ts';
import { someUsers, unpackedAt, type ThrowAway, type ThrowAwayOptions } from './throw-away.ts';
import { watch } from './watchdog.ts';

const passwordTool = '/usr/sbin/saslpasswd2';

/** Why {@link startCyrus} cannot work here; null where it can. */
export function cyrusMissing(): string | null {
  const program = join(unpackedAt('cyrus'), 'usr/lib/cyrus/bin/imapd');
  if (!existsSync(program)) return 'Cyrus is not unpacked';
  if (!existsSync(passwordTool)) return `${passwordTool} is not installed (sasl2-bin)`;
  if (userInfo().uid !== 0) return null;
  const asMail = ['--reuid=mail', '--regid=mail', '--clear-groups', 'test', '-x', program];
  const tried = spawnSync('setpriv', asMail, { stdio: 'ignore' });
  return tried.status === 0 ? null : `Cyrus runs as the user mail, who may not reach ${program}`;
}

/**
 * Starts a Cyrus of its own, about half a second, and waits until it greets. The user `cyrus` (password `secret-c`)
 * is its administrator.
 *
 * @throws Error that says what is missing, or what Cyrus wrote when it refused to start
 */
export async function startCyrus(options: ThrowAwayOptions = {}): Promise<ThrowAway> {
  const missing = cyrusMissing();
  if (missing !== null) throw new Error(missing);
  const prefix = unpackedAt('cyrus');
  const programs = join(prefix, 'usr/lib/cyrus/bin');
  const isRoot = userInfo().uid === 0;
  const self = isRoot ? 'mail' : userInfo().username;
  const users = { ...(options.users ?? someUsers), cyrus: 'secret-c' };
  const folder = await mkdtemp(join(tmpdir(), 'cyrus-'));
  let child: ChildProcess | undefined;
  let watchdog: ReturnType<typeof watch> | undefined;
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child, { group: true });
    await watchdog?.release();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    await chmod(folder, 0o755);
    for (const part of folders) await mkdir(join(folder, part), { recursive: true });
    const certificates = await makeCertificates(join(folder, 'tls'));
    const [port, tlsPort] = [await freePort(), await freePort()];
    const settings = join(folder, 'imapd.conf');
    await writeFile(
      settings,
      imapdConf({ folder, ...certificates.good, ca: certificates.ca, user: isRoot ? self : null }),
    );
    await writeFile(join(folder, 'cyrus.conf'), cyrusConf({ programs, settings, port, tlsPort }));
    for (const [user, password] of Object.entries(users)) {
      const into = ['-f', join(folder, 'sasldb2'), '-u', 'localhost', '-c', '-p', user];
      execFileSync(passwordTool, into, { input: password, stdio: ['pipe', 'ignore', 'ignore'] });
    }
    if (isRoot) execFileSync('chown', ['-R', 'mail:mail', folder]);

    const libraries = readdirSync(join(prefix, 'usr/lib')).filter((name) => name.includes('-linux-'));
    child = spawn(
      join(programs, 'master'),
      ['-C', settings, '-M', join(folder, 'cyrus.conf'), '-p', join(folder, 'run/master.pid')],
      {
        env: {
          ...process.env,
          LD_LIBRARY_PATH: libraries.map((name) => join(prefix, 'usr/lib', name)).join(':'),
          CYRUS_USER: self,
          CYRUS_VERBOSE: '1', // a wrong setting would end it without a word
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true, // when it ends it ends all of its group, who should not be us
      },
    );
    const failed = once(child, 'error').then(([error]: unknown[]) => Promise.reject(error));
    watchdog = watch(folder, child.pid === undefined ? undefined : -child.pid);
    const log = outputOf(child);
    await Promise.race([greeting('Cyrus', child, '127.0.0.1', port, log), failed]);
    return {
      ...{ host: '127.0.0.1', port, tlsPort, users, ca: certificates.ca, folder, stop },
      log: () => Promise.resolve(log()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const folders = [
  'conf/proc',
  'conf/db',
  'conf/socket',
  'conf/log',
  'conf/ptclient',
  'spool',
  'tls',
  'run',
  'lock',
];

const imapdConf = (at: {
  readonly folder: string;
  readonly chain: string;
  readonly key: string;
  readonly ca: string;
  /** Whom it becomes, where root starts it. */
  readonly user: string | null;
}): string => `
configdirectory: ${at.folder}/conf
partition-default: ${at.folder}/spool
defaultpartition: default
search_engine: none
admins: cyrus
${at.user === null ? '' : `cyrus_user: ${at.user}`}
lmtpsocket: ${at.folder}/conf/socket/lmtp
idlesocket: ${at.folder}/conf/socket/idle
notifysocket: ${at.folder}/conf/socket/notify
master_pid_file: ${at.folder}/run/master.pid
proc_path: ${at.folder}/conf/proc
mboxname_lockpath: ${at.folder}/lock
servername: localhost
allowplaintext: yes
failedloginpause: 0
unixhierarchysep: yes
altnamespace: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${at.folder}/sasldb2
sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512
tls_server_cert: ${at.chain}
tls_server_key: ${at.key}
tls_server_ca_file: ${at.ca}
tls_session_timeout: 0
autocreate_quota: 512000
autocreate_inbox_folders: Drafts | Sent | Trash | Junk | Archive
autocreate_subscribe_folders: Drafts | Sent | Trash | Junk | Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-junk: Junk
xlist-archive: Archive
conversations: yes
conversations_db: twoskip
delete_mode: immediate
expunge_mode: immediate
imapidresponse: yes
anysievefolder: no
annotation_allow_undefined: yes
`;

const cyrusConf = (at: {
  readonly programs: string;
  readonly settings: string;
  readonly port: number;
  readonly tlsPort: number;
}): string => `
START {
  recover cmd="${at.programs}/ctl_cyrusdb -C ${at.settings} -r"
}
SERVICES {
  imap  cmd="${at.programs}/imapd -C ${at.settings} -U 100" listen="127.0.0.1:${at.port}" prefork=2
  imaps cmd="${at.programs}/imapd -C ${at.settings} -s -U 100" listen="127.0.0.1:${at.tlsPort}" prefork=1
}
EVENTS {
  checkpoint cmd="${at.programs}/ctl_cyrusdb -C ${at.settings} -c" period=30
}
DAEMON {
  idled cmd="${at.programs}/idled -C ${at.settings}"
}
`;
