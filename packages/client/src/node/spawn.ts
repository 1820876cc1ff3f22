// A command that speaks IMAP on its standard input and output, as `IMAP4_stream` runs one.

import { spawn as spawnProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { basename } from 'node:path';
import { TransportError, type Connect } from '../transport/byte-stream.ts';
import { abortable } from '../transport/abort.ts';
import { NodeStream, reasonOf } from './stream.ts';

/** After its input is closed a command has so long to end, and once more after SIGTERM. */
const GRACE_MS = 2000;

/** Its last words are waited for so long when it has ended. */
const LAST_WORDS_MS = 500;

/** So much of what it wrote to stderr is kept. */
const STDERR_MAX = 4096;

/** Where and with what a command runs. */
export interface SpawnOptions {
  readonly cwd?: string | undefined;
  /** The whole environment; by default that of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Runs a command for each connection; no shell is involved. `close()` closes its input, then sends SIGTERM, then
 * SIGKILL, to its process group.
 *
 * @example
 * const connect = spawn(['/usr/lib/dovecot/imap']);
 * @throws RangeError where there is no command
 */
export function spawn(argv: readonly string[], options: SpawnOptions = {}): Connect {
  const [file, ...rest] = argv;
  if (file === undefined || file === '') throw new RangeError('There is no command to run.');
  const name = basename(file);

  return async ({ signal }) => {
    signal?.throwIfAborted();
    const ownGroup = process.platform !== 'win32';
    const child = spawnProcess(file, rest, {
      stdio: 'pipe',
      shell: false,
      windowsHide: true,
      // Its own process group, so that a signal reaches what it has started too.
      detached: ownGroup,
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.env !== undefined && { env: { ...options.env } }),
    });
    const stderr = keepLast(child);
    const started = new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(notStarted(file, error)));
    });
    try {
      await abortable(started, signal);
    } catch (error) {
      child.on('error', () => {});
      end(child, ownGroup);
      throw error;
    }
    child.on('error', () => {});

    const stream = new NodeStream({
      info: { peer: { name, local: true }, timings: {}, tls: null },
      destroy: () => end(child, ownGroup),
      lastWords: () => lastWords(child),
    });
    stream.attach(child.stdout, child.stdin);
    const tellExit = (code: number | null, killedBy: string | null) =>
      stream.change({ exit: { code, signal: killedBy, stderr: stderr() } });
    // `close` comes when stderr has been read to its end, which a grandchild may keep open.
    child.once('exit', tellExit).once('close', tellExit);
    return stream;
  };
}

function notStarted(file: string, error: Error): TransportError {
  const reason = reasonOf(error);
  const why = reason === 'ENOENT' ? 'there is no such program (or working directory)' : error.message;
  return new TransportError('spawn', 'connect', `Starting ${file} failed: ${why}.`, {
    ...(reason !== undefined && { reason }),
    cause: error,
  });
}

/** Collects the end of what the command writes to stderr. */
function keepLast(child: ChildProcessWithoutNullStreams): () => string {
  let kept: Uint8Array = new Uint8Array(0);
  child.stderr.on('error', () => {});
  child.stderr.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-STDERR_MAX);
  });
  return () => {
    const text = new TextDecoder().decode(kept);
    // What was cut off in the middle of a line starts with the next one.
    return (kept.length < STDERR_MAX ? text : text.slice(text.indexOf('\n') + 1)).trimEnd();
  };
}

/** Resolves when the command has ended and its output is read, or when that takes too long. */
function lastWords(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Closes the pipes, and insists where the command goes on. */
function end(child: ChildProcessWithoutNullStreams, ownGroup: boolean): void {
  child.stdin.destroy();
  child.stdout.destroy();
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const kill = (signal: 'SIGTERM' | 'SIGKILL') => {
    try {
      process.kill(ownGroup ? -pid : pid, signal);
    } catch (error) {
      // It has ended in between.
      if (reasonOf(error) !== 'ESRCH') throw error;
    }
  };
  let timer = setTimeout(() => {
    kill('SIGTERM');
    timer = setTimeout(() => kill('SIGKILL'), GRACE_MS);
  }, GRACE_MS);
  child.once('exit', () => clearTimeout(timer));
}
