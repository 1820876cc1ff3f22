// Who is measured in the bridge's bench: processes that stand between a client and a target, each with its way to
// connect, and what they cost (from /proc).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ORIGIN = 'https://bench.example';
const WINDOW = 1024 * 1024;
const GRANT = WINDOW / 4;

/** Starts a program; resolves with it and the first line it prints. */
export async function startProgram(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(child.stdout, 'data');
  return { child, line: line.toString().trim() };
}

/** The process and everything it has started. */
function family(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const all = [pid];
  for (const one of all) for (const [child, parent] of parents) if (parent === one) all.push(child);
  return all;
}

/** CPU seconds of a process and of its children, those that have ended included. */
export function cpuSeconds(pid) {
  let ticks = 0;
  for (const one of family(pid)) {
    try {
      const stat = readFileSync(`/proc/${one}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const own = Number(fields[11]) + Number(fields[12]);
      ticks += one === pid ? own + Number(fields[13]) + Number(fields[14]) : own;
    } catch {
      // Counted with its parent's children.
    }
  }
  return ticks / 100;
}

/** Memory of a process and its children in KiB; what they share counts once. */
export function memoryKib(pid) {
  let kib = 0;
  for (const one of family(pid)) {
    try {
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))[1]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return kib;
}

export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** A page's connection through the bridge: it grants credit as it reads, and sends as far as it is granted. */
function pageOf(url) {
  return async ({ reads = true } = {}) => {
    const socket = new WebSocket(url, ['imaplib.v1'], { origin: ORIGIN, perMessageDeflate: false });
    await once(socket, 'open');
    let credit = 0;
    let taken = 0;
    let wake = () => {};
    const opened = new Promise((resolve) => {
      socket.on('message', (data, isBinary) => {
        if (isBinary) {
          stream.onData(data);
          if (!reads) return;
          taken += data.length;
          if (taken < GRANT) return;
          socket.send(JSON.stringify({ type: 'credit', bytes: taken }));
          taken = 0;
          return;
        }
        const frame = JSON.parse(data.toString());
        if (frame.type === 'opened') credit = frame.window;
        else if (frame.type === 'credit') credit += frame.bytes;
        wake();
        if (frame.type === 'opened') resolve();
      });
    });
    const stream = {
      onData: () => {},
      onClose: (callback) => socket.once('close', callback),
      pause: () => socket.pause(),
      /** Resolves when it may go on. */
      async write(bytes) {
        while (credit < bytes.length) await new Promise((resolve) => (wake = resolve));
        credit -= bytes.length;
        socket.send(bytes);
      },
      end: () => socket.terminate(),
    };
    socket.on('error', () => {});
    socket.send(JSON.stringify({ type: 'open', target: 'it', window: WINDOW }));
    await opened;
    return stream;
  };
}

/** A plain WebSocket client. */
function plainOf(url) {
  return async () => {
    const socket = new WebSocket(url, ['binary'], { origin: ORIGIN, perMessageDeflate: false });
    socket.on('error', () => {});
    const stream = {
      onData: () => {},
      onClose: (callback) => socket.once('close', callback),
      pause: () => socket.pause(),
      async write(bytes) {
        if (socket.bufferedAmount < WINDOW) socket.send(bytes);
        else await new Promise((resolve) => socket.send(bytes, resolve));
      },
      end: () => socket.terminate(),
    };
    socket.on('message', (data) => stream.onData(data));
    await once(socket, 'open');
    return stream;
  };
}

function tcpOf(port) {
  return async () => {
    const socket = connectTcp({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    const stream = {
      onData: () => {},
      onClose: (callback) => socket.once('close', callback),
      pause: () => socket.pause(),
      async write(bytes) {
        if (!socket.write(bytes)) await once(socket, 'drain');
      },
      end: () => socket.destroy(),
    };
    await once(socket, 'connect');
    socket.on('data', (data) => stream.onData(data));
    return stream;
  };
}

/** The bridge as the image and the unit of docs/bridge run it: its program, one process. */
export async function startBridge(target, options = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(dir, 'bridge.json');
  const config = {
    listen: '127.0.0.1:0',
    origin: ORIGIN,
    target: { it: `imap://127.0.0.1:${target}` },
    raw: 'it',
    'log-level': 'error',
    limits: { connectionsPerAddress: 10_000, burstPerAddress: 1_000_000, connections: 10_000, ...options },
  };
  writeFileSync(file, JSON.stringify(config));
  const program = here('../packages/bridge/dist/cli.js');
  const { child, line } = await startProgram(process.execPath, [
    '--max-semi-space-size=1',
    program,
    '--config',
    file,
  ]);
  rmSync(dir, { recursive: true });
  const url = line.replace('listening ', '');
  return { pid: child.pid, url, page: pageOf(url), plain: plainOf(`${url}/it`), stop: () => child.kill() };
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const websockify = 'websockify';

/** Debian's websockify; null where it is not installed. */
export async function startWebsockify(target) {
  if (spawnSync(websockify, ['--help']).error !== undefined) return null;
  const port = await freePort();
  const child = spawn(websockify, [`127.0.0.1:${port}`, `127.0.0.1:${target}`], { stdio: 'ignore' });
  for (let tries = 0; ; tries += 1) {
    const socket = connectTcp(port, '127.0.0.1');
    const isUp = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isUp) break;
    if (tries > 100) throw new Error('websockify does not listen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { pid: child.pid, connect: plainOf(`ws://127.0.0.1:${port}/`), stop: () => child.kill() };
}

/** A bare TCP relay in Node. */
export async function startRelay(target) {
  const { child, line } = await startProgram(process.execPath, [here('bridge-relay.mjs'), String(target)]);
  return { pid: child.pid, connect: tcpOf(Number(line)), stop: () => child.kill() };
}

/** The far end. */
export async function startTarget() {
  const { child, line } = await startProgram(process.execPath, [here('bridge-target.mjs')]);
  return { pid: child.pid, port: Number(line), stop: () => child.kill() };
}
