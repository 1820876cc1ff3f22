// nginx and HAProxy, with the settings of docs/bridge, in front of two bridges: who the client is, connections that
// are idle longer than the proxy's patience, a reload, and the drain of one bridge. `npm run bench -- proxies`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { freePort, startTarget } from './contenders.mjs';

const ORIGIN = 'https://mail.example.com';
const docs = (name) => readFileSync(new URL(`../docs/bridge/${name}`, import.meta.url), 'utf8');
const bridgeProgram = fileURLToPath(new URL('../packages/bridge/dist/cli.js', import.meta.url));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, isTrue) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isTrue()) return;
    await pause(50);
  }
  throw new Error(`waited in vain: ${what}`);
}

/** A bridge that believes 127.0.0.1 and pings twice a second. */
async function startBridge(dir, name, port, target) {
  const file = join(dir, `${name}.json`);
  const config = {
    listen: `127.0.0.1:${port}`,
    origin: ORIGIN,
    target: { it: `imap://127.0.0.1:${target}` },
    'trusted-proxy': '127.0.0.1',
    drain: 3,
    limits: { pingMs: 500 },
  };
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [bridgeProgram, '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const bridge = { child, log: '' };
  child.stderr.on('data', (data) => (bridge.log += data));
  await once(child.stdout, 'data');
  return bridge;
}

/** A page that comes from 127.0.0.2, and pretends to come from 6.6.6.6. */
async function openPage(port) {
  const socket = new WebSocket(`wss://localhost:${port}/imap`, ['imaplib.v1'], {
    origin: ORIGIN,
    rejectUnauthorized: false,
    localAddress: '127.0.0.2',
    family: 4,
    headers: { 'X-Forwarded-For': '6.6.6.6', Host: 'mail.example.com' },
  });
  const page = { socket, frames: [], text: '', closed: null };
  socket.on('error', (error) => (page.error = error.message));
  socket.on('close', (code, reason) => (page.closed = `${code} ${reason}`));
  socket.on('message', (data, isBinary) => {
    if (isBinary) page.text += data;
    else page.frames.push(JSON.parse(data.toString()).type);
  });
  await until('the WebSocket', () => socket.readyState === WebSocket.OPEN || page.error !== undefined);
  if (page.error !== undefined) throw new Error(page.error);
  socket.send(JSON.stringify({ type: 'open', target: 'it', window: 65_536 }));
  await until('opened', () => page.frames.includes('opened'));
  socket.send(Buffer.from('echo\n'));
  page.echo = async (word) => {
    socket.send(Buffer.from(word));
    await until(`an echo of ${word}`, () => page.text.endsWith(word));
  };
  return page;
}

const proxies = {
  nginx: {
    settings: 'nginx.conf',
    start(program, dir, text) {
      const file = join(dir, 'nginx.conf');
      const adapted = text
        .replaceAll(/\/etc\/ssl\/mail\.example\.com\.(pem|key)/g, `${dir}/tls.$1`)
        .replace('root /srv/webmail;', `root ${dir};`)
        .replace('proxy_read_timeout 120s', 'proxy_read_timeout 2s')
        .replace('proxy_send_timeout 120s', 'proxy_send_timeout 2s');
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      writeFileSync(
        file,
        `pid ${dir}/nginx.pid; error_log ${dir}/nginx.log; events {}\nhttp { access_log off; ${paths.map((path) => `${path}_temp_path ${dir}/${path};`).join(' ')}\n${adapted}\n}\n`,
      );
      const args = ['-c', file, '-g', 'daemon off;'];
      const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      return {
        reload: () => process.kill(child.pid, 'SIGHUP'),
        stop: () => process.kill(child.pid, 'SIGTERM'),
      };
    },
  },
  haproxy: {
    settings: 'haproxy.cfg',
    start(program, dir, text) {
      const file = join(dir, 'haproxy.cfg');
      const adapted = text
        .replace('/etc/haproxy/mail.example.com.pem', `${dir}/both.pem`)
        .replace('timeout tunnel 2h', 'timeout tunnel 2s');
      writeFileSync(file, adapted);
      const run = (...args) => spawn(program, ['-f', file, '-db', ...args], { stdio: 'inherit' });
      const all = [run()];
      return {
        reload: () => all.push(run('-sf', String(all.at(-1).pid))),
        stop: () => all.forEach((child) => child.kill('SIGKILL')),
      };
    },
  },
};

async function checkProxy(name, { settings, start }) {
  const dir = mkdtempSync(join(tmpdir(), 'proxies-'));
  const target = await startTarget();
  const [front, one, other] = [await freePort(), await freePort(), await freePort()];
  const bridges = [
    await startBridge(dir, 'one', one, target.port),
    await startBridge(dir, 'other', other, target.port),
  ];
  spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=mail.example.com', '-keyout', join(dir, 'tls.key'), '-out', join(dir, 'tls.pem')],
  ]);
  const pem = (file) => readFileSync(join(dir, file), 'utf8');
  writeFileSync(join(dir, 'both.pem'), pem('tls.pem') + pem('tls.key'));
  const text = docs(settings)
    .replaceAll('127.0.0.1:8143', `127.0.0.1:${one}`)
    .replaceAll('127.0.0.1:8144', `127.0.0.1:${other}`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${front} ssl`)
    .replace('bind :443 ssl', `bind 127.0.0.1:${front} ssl`);
  const proxy = start(name, dir, text);
  const said = (what) => console.log(`  ${name}: ${what}`);
  try {
    let page = null;
    await until('the proxy', async () => {
      page = await openPage(front).catch(() => null);
      return page !== null;
    });
    await page.echo('one ');
    const address = JSON.parse(
      bridges.flatMap(({ log }) => log.split('\n')).find((line) => line.includes('"connected"')),
    ).address;
    if (address !== '127.0.0.2') throw new Error(`the bridge took the client for ${address}`);
    said('the client is 127.0.0.2, whatever it pretends');
    const second = await openPage(front);
    await second.echo('two ');
    const counts = bridges.map(({ log }) => log.split('"opened"').length - 1);
    if (counts.some((count) => count === 0)) throw new Error(`not spread: ${counts.join(' and ')}`);
    said('two pages go to two bridges');
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      const args = ['-sk', '-o', '/dev/null', '-w', '%{http_code}', `https://127.0.0.1:${front}${path}`];
      const status = spawnSync('curl', args).stdout.toString();
      if (status.startsWith('2')) throw new Error(`${path} is open to everybody`);
    }
    await pause(4_000);
    await page.echo('idle ');
    said('4 s of silence survive a time-out of 2 s, by the pings of the bridge');
    proxy.reload();
    await pause(1_000);
    await page.echo('reloaded ');
    const third = await openPage(front);
    await third.echo('new ');
    said('a reload keeps open connections and takes new ones');

    const begun = performance.now();
    bridges[0].child.kill('SIGTERM');
    await until('drain', () => [page, second, third].some(({ frames }) => frames.includes('drain')));
    const told = [page, second, third].filter(({ frames }) => frames.includes('drain'));
    // HAProxy asks every two seconds whether a bridge is ready; until then it tries the next one by itself.
    const moved = await openPage(front);
    await moved.echo('moved ');
    if (moved.frames.includes('drain')) throw new Error('a new page came to the bridge that ends');
    await until('1012', () => told.every(({ closed }) => closed !== null));
    if (told.some(({ closed }) => closed !== '1012 restart; reconnect')) throw new Error(told[0].closed);
    const [code] =
      bridges[0].child.exitCode === null ? await once(bridges[0].child, 'exit') : [bridges[0].child.exitCode];
    if (code !== 0) throw new Error(`the bridge ended with ${code}`);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    said(
      `one bridge drains: ${told.length} told, new pages go to the other, 1012 arrives, over after ${seconds} s`,
    );
    await moved.echo('still here');
  } finally {
    proxy.stop();
    for (const { child } of bridges) child.kill('SIGKILL');
    target.stop();
    await pause(200);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Checks each proxy that is installed. */
export async function checkProxies() {
  for (const [name, proxy] of Object.entries(proxies)) {
    if (spawnSync(name, ['-v']).error === undefined) await checkProxy(name, proxy);
    else console.log(`left out: ${name} (apt-get install ${name})`);
  }
}
