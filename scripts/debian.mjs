// What the tests need beside Node: Debian packages, installed where that is possible without asking anybody.
import { execFileSync, spawnSync } from 'node:child_process';

const packages = [
  'chromium',
  'dovecot-imapd',
  'python3',
  'openssl',
  'websockify',
  'fonts-noto-core',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
];

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

/** Installs what is missing where apt is there and the user is root; elsewhere does nothing. Never sudo. */
export function installDebianPackages() {
  if (process.getuid?.() !== 0 || !has('apt-get') || !has('dpkg-query')) return;
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  console.log(`Installing ${missing.join(', ')}`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 300_000,
    }).status === 0;
  // What could not be installed shows when it is looked for.
  if (!apt('update') || !apt('install', '-y', '--no-install-recommends', ...missing)) {
    console.error(`apt-get could not install ${missing.join(', ')}`);
  }
}
