// A throw-away Courier (version 5.0, unpacked beside Dovecot): free ports, a folder of its own. Its paths are compiled
// in, so it runs in a mount namespace in which the unpacked files lie over /usr and /etc; that takes root on Linux.
// The one process ended, all is ended, and gone without a trace.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { end, freePort, greeting, outputOf } from './daemon.ts';
import { someUsers, unpackedAt, type ThrowAway, type ThrowAwayOptions } from './throw-away.ts';
import { watch } from './watchdog.ts';

const namespace = ['-m', '-p', '--fork', '--kill-child=SIGKILL', '--mount-proc'];

/** Why {@link startCourier} cannot work here; null where it can. */
export function courierMissing(): string | null {
  if (!existsSync(join(unpackedAt('courier'), 'usr/lib/courier'))) return 'Courier is not unpacked';
  if (userInfo().uid !== 0) return 'Courier needs root here';
  // Containers may be denied what it takes.
  const tried = spawnSync(
    'unshare',
    [...namespace, 'mount', '-t', 'overlay', 'o', '-o', `lowerdir=${unpackedAt('courier')}/usr:/usr`, '/usr'],
    { stdio: 'ignore' },
  );
  return tried.status === 0 ? null : 'Courier needs a mount namespace, which this machine does not allow';
}

/**
 * Starts a Courier of its own, about half a second, and waits until it greets.
 *
 * @throws Error that says what is missing, or what Courier wrote when it refused to start
 */
export async function startCourier(options: ThrowAwayOptions = {}): Promise<ThrowAway> {
  const missing = courierMissing();
  if (missing !== null) throw new Error(missing);
  const users = options.users ?? someUsers;
  const folder = await mkdtemp(join(tmpdir(), 'courier-'));
  let child: ChildProcess | undefined;
  let watchdog: ReturnType<typeof watch> | undefined;
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child, { group: true });
    await watchdog?.release();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'tls'));
    const { ca, good } = await makeCertificates(join(folder, 'tls'));
    const lines = Object.entries(users).map(([user, password]) => `${user} ${password}\n`);
    await writeFile(join(folder, 'users'), lines.join(''));
    const [port, tlsPort] = [await freePort(), await freePort()];
    const args = [unpackedAt('courier'), folder, port, tlsPort, mailUid, good.chain, good.key].map(String);
    child = spawn('unshare', [...namespace, 'sh', '-c', inside, 'sh', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // unshare keeps SIGTERM to itself; the group hears of it
    });
    const failed = once(child, 'error').then(([error]: unknown[]) => Promise.reject(error));
    watchdog = watch(folder, child.pid === undefined ? undefined : -child.pid);
    const log = outputOf(child);
    await Promise.race([greeting('Courier', child, '127.0.0.1', port, log), failed]);
    return {
      ...{ host: '127.0.0.1', port, tlsPort, users, ca, folder, stop },
      log: () => Promise.resolve(log()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const mailUid = 20143;

// What runs within the namespace, as its first process: when it ends, all others there do.
const inside = String.raw`
set -eu
prefix=$1 dir=$2 port=$3 tlsport=$4 uid=$5 chain=$6 key=$7
mount -t overlay o -o "lowerdir=$prefix/usr:/usr" /usr
# A container's own overlay could not hold what is written to this one.
mkdir "$dir/etc"; mount -t tmpfs t "$dir/etc"; mkdir "$dir/etc/upper" "$dir/etc/work"
mount -t overlay o -o "lowerdir=$prefix/etc:/etc,upperdir=$dir/etc/upper,workdir=$dir/etc/work" /etc
mount -t tmpfs t /run
# Accounts of this namespace only: couriertls wants 'courier', gamin a name for the mail's owner.
echo "courier:x:20144:20144::/nonexistent:/usr/sbin/nologin" >> /etc/passwd; echo "courier:x:20144:" >> /etc/group
echo "vmail:x:$uid:$uid::$dir/home:/usr/sbin/nologin" >> /etc/passwd; echo "vmail:x:$uid:" >> /etc/group
mkdir -p /run/courier/authdaemon "$dir/home"
cat "$chain" "$key" > /etc/courier/imapd.pem; chown 20144 /etc/courier/imapd.pem; chmod 600 /etc/courier/imapd.pem
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/; s/^daemons=.*/daemons=2/' /etc/courier/authdaemonrc
mkdir -p /etc/courier/userdb; rmdir /etc/courier/userdb; : > /etc/courier/userdb; chmod 600 /etc/courier/userdb
while read -r user password; do
  home=$dir/home/$user
  mkdir -p "$home"; maildirmake.courier "$home/Maildir"
  for name in Drafts Sent Trash Junk Archive; do
    maildirmake.courier -f $name "$home/Maildir"
    printf 'INBOX.%s\n' $name >> "$home/Maildir/courierimapsubscribed"
  done
  printf '%s\tuid=%s|gid=%s|home=%s|mail=%s/Maildir|systempw=%s|hmac-md5pw=%s|hmac-sha1pw=%s|hmac-sha256pw=%s\n' \
    "$user" "$uid" "$uid" "$home" "$home" "$(openssl passwd -6 "$password")" \
    "$(echo "$password" | userdbpw -hmac-md5)" "$(echo "$password" | userdbpw -hmac-sha1)" \
    "$(echo "$password" | userdbpw -hmac-sha256)" >> /etc/courier/userdb
done < "$dir/users"
chown -R "$uid:$uid" "$dir/home"
PATH=$PATH:/usr/lib/courier makeuserdb
set +u; set -a
. /etc/courier/authdaemonrc
. /etc/courier/imapd
. /etc/courier/imapd-ssl
IMAP_CAPABILITY="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE AUTH=PLAIN AUTH=CRAM-MD5 AUTH=CRAM-SHA1 AUTH=CRAM-SHA256"
IMAP_CAPABILITY_TLS="$IMAP_CAPABILITY"
IMAP_ENHANCEDIDLE=1
IMAP_STARTTLS=YES
TLS_CERTFILE=/etc/courier/imapd.pem
IMAP_ULIMITD=
set +a
unset TLS_DHPARAMS TLS_CACHEFILE
serve() { couriertcpd -address=127.0.0.1 -maxprocs=200 -maxperip=200 -nodnslookup -noidentlookup "$@"; }
login="/usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir"
/usr/lib/courier/courier-authlib/authdaemond &
serve "$port" $login & plain=$!
IMAP_TLS=1 serve "$tlsport" /usr/bin/couriertls -server -tcpd $login &
trap 'exit 0' TERM INT
wait $plain
`;
