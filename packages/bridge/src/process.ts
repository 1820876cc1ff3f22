// Commands at the far end of a connection: started from the configuration's argv without a shell, in a process
// group of their own, and ended without a trace: stdin closed, then TERM, then KILL, for the whole group.

import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { TransportError } from '@imaplib/client/protocol';
import type { ExitInfo, Peer } from '@imaplib/client/protocol';
import type { Ending, Endpoint } from './endpoint.ts';
import { reasonOf } from './failure.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { Command } from './options.ts';
import { StreamSource } from './source.ts';
import type { Source } from './source.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

// What a program may need to run as who it is. Everything else of the bridge's environment stays with the bridge.
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ'];

function environment(command: Command): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...command.env };
}

// Shorter values of its environment are words like any other: `mail`, `C.UTF-8`.
const SECRET_LENGTH = 8;

/** The last lines of a stream of text, bounded, without what is secret. */
class LastLines {
  readonly #limit: number;
  readonly #secrets: readonly string[];
  /** So much of the beginning may be the rest of a secret that was cut. */
  readonly #doubtful: number;
  #kept: Buffer = Buffer.alloc(0);
  #isCut = false;

  constructor(limit: number, secrets: readonly string[]) {
    // The longest first: one may be a part of another.
    this.#secrets = secrets.toSorted((a, b) => b.length - a.length);
    this.#doubtful = Math.max(0, ...secrets.map((secret) => Buffer.byteLength(secret)));
    this.#limit = limit + this.#doubtful;
  }

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.#kept, chunk]);
    this.#isCut ||= all.length > this.#limit;
    // A copy, so that the chunk it was cut from does not stay in memory with it.
    this.#kept = Buffer.from(all.subarray(-this.#limit));
  }

  toString(): string {
    let text = this.#kept.toString('utf8').trimEnd();
    for (const secret of this.#secrets) text = text.replaceAll(secret, '***');
    if (!this.#isCut) return text;
    const line = text.indexOf('\n', this.#doubtful);
    return text.slice(line === -1 ? this.#doubtful : line + 1);
  }
}

class CommandEndpoint implements Endpoint {
  readonly peer: Peer;
  readonly timings = {};
  readonly tls = null;
  readonly source: Source;
  readonly writable: Writable;
  readonly ending: Promise<Ending>;
  readonly #child: Child;
  readonly #killMs: number;

  constructor(name: string, child: Child, { env = {} }: Command, limits: Limits) {
    this.peer = { name, local: true };
    this.source = new StreamSource(child.stdout);
    this.writable = child.stdin;
    this.#child = child;
    this.#killMs = limits.killMs;
    const stderr = new LastLines(
      limits.stderrBytes,
      Object.values(env).filter(({ length }) => length >= SECRET_LENGTH),
    );
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    // A command that does not read what it is sent tells why by its exit.
    child.stdin.on('error', () => {});
    child.stdout.on('error', () => {});
    child.stderr.on('error', () => {});
    this.ending = new Promise((resolve) => {
      child.once('close', (code: number | null, signal: string | null) => {
        const exit: ExitInfo = { code, signal, stderr: stderr.toString() };
        resolve({ exit });
      });
    });
    // What it left running holds its pipes: without it, `close` would not come.
    child.once('exit', () => void this.#climb(['SIGTERM', 'SIGKILL']));
  }

  async close(flushed: Promise<void>): Promise<void> {
    void flushed.then(() => this.#child.stdin.end());
    // Nobody reads it any more; unread, it would keep the command from ending.
    this.#child.stdout.resume();
    if (!(await this.#hasEnded())) await this.#climb(['SIGTERM', 'SIGKILL']);
    if (await this.#hasEnded()) return;
    // It cannot be ended from here: it waits in the kernel, or runs as another user. It counts as running.
    for (const pipe of this.#child.stdio) pipe?.destroy();
  }

  async #climb(signals: readonly NodeJS.Signals[]): Promise<void> {
    for (const signal of signals) {
      try {
        process.kill(-this.#child.pid!, signal);
      } catch {
        // The whole group is gone (ESRCH), or it is not ours to end (EPERM).
        return;
      }
      if (await this.#hasEnded()) return;
    }
  }

  /** Waits a while for the end. */
  async #hasEnded(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.#killMs);
    });
    const ended = await Promise.race([this.ending.then(() => true), patience]);
    clearTimeout(timer);
    return ended;
  }
}

/** Starts commands, not more at a time than the ledger lets it. */
export class Processes {
  readonly #limits: Limits;
  readonly #ledger: Ledger;
  #running = 0;

  constructor(limits: Limits, ledger: Ledger) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /** How many run now. */
  get running(): number {
    return this.#running;
  }

  /**
   * Starts a command.
   *
   * @throws TransportError `limit` where too many run, `spawn` where it does not start
   */
  async start(name: string, command: Command): Promise<Endpoint> {
    const release = await this.#ledger.startProcess();
    if (release === null) {
      throw new TransportError(
        'limit',
        'connect',
        'too many commands are running on the bridge; try again later',
      );
    }
    this.#running += 1;
    const end = (): void => {
      this.#running -= 1;
      release();
    };
    try {
      const child = await this.#spawn(name, command);
      const endpoint = new CommandEndpoint(name, child, command, this.#limits);
      void endpoint.ending.then(end);
      return endpoint;
    } catch (error) {
      end();
      throw error;
    }
  }

  #spawn(name: string, { argv, cwd, uid, gid, env }: Command): Promise<Child> {
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => {
        const reason = reasonOf(error);
        reject(
          new TransportError(
            'spawn',
            'connect',
            `the command ${name} could not be started: ${reason ?? 'unknown reason'}; its operator must check the configuration`,
            { ...(reason === undefined ? {} : { reason }), cause: error },
          ),
        );
      };
      try {
        const child = spawn(argv[0]!, argv.slice(1), {
          shell: false,
          // A process group of its own, so that all of it can be ended.
          detached: true,
          cwd: cwd ?? '/',
          env: environment({ argv, env }),
          ...(uid === undefined ? {} : { uid }),
          ...(gid === undefined ? {} : { gid }),
          stdio: ['pipe', 'pipe', 'pipe'],
        });
        child.once('spawn', () => resolve(child)).on('error', failed);
      } catch (error) {
        failed(error);
      }
    });
  }
}
