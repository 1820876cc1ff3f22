// What all throw-away servers have in common: a free port, waiting until it greets, ending it.
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

export const isRunning = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

/** A port of the loopback address that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Servers bind their ports a moment after they start: asks until this one greets, it ends, or ten seconds have gone.
 *
 * @param log what it has complained of so far, for the error
 */
export async function greeting(
  name: string,
  child: ChildProcess,
  host: string,
  port: number,
  log: () => Promise<string> | string,
): Promise<void> {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    if (!isRunning(child)) break;
    if (await greets(host, port)) return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const what = isRunning(child) ? 'did not greet within ten seconds' : `ended with ${child.exitCode}`;
  throw new Error(`${name} ${what}: ${await log()}`);
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('data', () => settle(true))
      .once('error', () => settle(false))
      .once('end', () => settle(false));
    socket.setTimeout(2000, () => settle(false));
  });
}

/** Asks it to end, and makes it after five seconds. `group`: its children too. */
export async function end(child: ChildProcess, { group = false } = {}): Promise<void> {
  if (!isRunning(child) || child.pid === undefined) return;
  const target = group ? -child.pid : child.pid;
  const exited = once(child, 'exit');
  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      process.kill(target, name);
    } catch {
      // It has ended by itself, which is all that is wanted.
    }
  };
  signal('SIGTERM');
  const force = setTimeout(() => signal('SIGKILL'), 5000);
  await exited;
  clearTimeout(force);
}

/** Collects what a child writes. */
export function outputOf(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  return () => output;
}
