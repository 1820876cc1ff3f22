// What the tests need beside Node: Debian packages, installed where that is possible without asking anybody.
// Cyrus and Courier, whose packages conflict with Dovecot's, are unpacked into `.cache/servers`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './step.mjs';

const packages = [
  'chromium',
  'dovecot-imapd',
  'python3',
  'openssl',
  'websockify',
  'nginx',
  'haproxy',
  'fonts-noto-core',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
];

/** Servers beside Dovecot: a file by which each is known, its packages, and the libraries that they need. */
const unpacked = {
  cyrus: {
    file: 'usr/lib/cyrus/bin/imapd',
    packages: ['cyrus-common', 'cyrus-imapd'],
    libraries: [
      ...['libical3', 'libxapian30', 'libpcre3', 'libicu72', 'libjansson4', 'libpq5', 'libldap-2.5-0'],
      ...['libkrb5-3', 'libwrap0', 'libsqlite3-0', 'libxml2', 'libsasl2-modules', 'libsasl2-modules-db'],
      'sasl2-bin',
    ],
  },
  courier: {
    file: 'usr/lib/courier/courier/imaplogin',
    packages: [
      ...['courier-base', 'courier-imap', 'courier-authlib', 'courier-authlib-userdb', 'courier-authdaemon'],
      ...['gamin', 'libgamin0'],
    ],
    libraries: [
      'libcourier-unicode4',
      'libidn12',
      'libltdl7',
      'libpcre3',
      'libgdbm6',
      'libgnutls30',
      'libglib2.0-0',
    ],
  },
};

const isInstalled = (name) => {
  try {
    const status = execFileSync('dpkg-query', ['-W', '-f', '${Status}', name], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return status.endsWith(' installed');
  } catch {
    return false;
  }
};

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

const apt = (args, options = {}) =>
  spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 300_000,
    ...options,
  }).status === 0;

/** Installs what is missing where apt is there and the user is root; elsewhere does nothing. Never sudo. */
export function installDebianPackages() {
  if (process.getuid?.() !== 0 || !has('apt-get') || !has('dpkg-query')) return;
  const missing = packages.filter((name) => !isInstalled(name));
  const servers = missingServers();
  const libraries = Object.values(unpacked).flatMap((server) => server.libraries);
  const missingLibraries = [...new Set(libraries)].filter((name) => !isInstalled(name));
  if (missing.length + servers.length + missingLibraries.length === 0) return;
  const isUpdated = apt(['update']);
  // What could not be installed shows when it is looked for. Libraries have other names in other releases of Debian:
  // without them the rest is still installed.
  for (const names of [missing, missingLibraries]) {
    if (names.length === 0) continue;
    console.log(`Installing ${names.join(', ')}`);
    if (!isUpdated || !apt(['install', '-y', '--no-install-recommends', ...names])) {
      console.error(`apt-get could not install ${names.join(', ')}`);
    }
  }
  for (const name of servers) {
    console.log(`Unpacking ${unpacked[name].packages.join(', ')}`);
    if (!unpack(name, unpacked[name].packages)) console.error(`${name} could not be unpacked`);
  }
}

const unpackedAt = (name) => join(root, '.cache/servers', name);

/** Servers that have not been unpacked. */
export const missingServers = () =>
  Object.keys(unpacked).filter((name) => !existsSync(join(unpackedAt(name), unpacked[name].file)));

/** Downloads packages and unpacks them, all or nothing. */
function unpack(name, names) {
  mkdirSync(join(root, '.cache/servers'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/servers/', `${name}-`));
  try {
    // As root: apt's own user may not write here.
    if (!apt(['-o', 'APT::Sandbox::User=root', 'download', ...names], { cwd: folder })) return false;
    const files = readdirSync(folder).filter((file) => file.endsWith('.deb'));
    const into = join(folder, 'unpacked');
    for (const file of files) execFileSync('dpkg', ['-x', join(folder, file), into]);
    rmSync(unpackedAt(name), { recursive: true, force: true });
    renameSync(into, unpackedAt(name));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
