// IDLE by itself: begins when nothing has been asked for a while, ends when something is, and is renewed before
// servers lose patience (RFC 2177: within 29 minutes). Without the capability it asks with NOOP.

import { idle } from '../commands/idle.ts';
import { noop } from '../commands/noop.ts';
import { run, type Runner } from '../commands/command.ts';

/** Times in milliseconds. */
const AFTER = 1_000;
const RENEW = 28 * 60_000;
const POLL = 60_000;

/** Keeps a quiet connection listening. */
export class AutoIdle {
  readonly #runner: Runner;
  #enabled = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** On or off; while it is off an IDLE that runs is ended. */
  enable(on: boolean): void {
    this.#enabled = on;
    if (on) this.quiet();
    else this.#cease();
  }

  /** Begins at once and stays on, whatever {@link enable} said, until what is returned is called. */
  hold(): () => void {
    const before = this.#enabled;
    this.#enabled = true;
    this.quiet(0);
    return () => {
      if (this.#enabled) this.enable(before);
    };
  }

  /** The connection has nothing to do: begins after a while. */
  quiet(after: number = AFTER): void {
    clearTimeout(this.#timer);
    const { session } = this.#runner;
    if (!this.#enabled || session.state !== 'selected' || !session.idle) return;
    const canIdle = session.capabilities.has('IDLE');
    this.#timer = setTimeout(() => void (canIdle ? this.#idle() : this.#poll()), canIdle ? after : POLL);
  }

  /** The connection is over. */
  end(): void {
    this.#enabled = false;
    this.#cease();
  }

  #cease(): void {
    clearTimeout(this.#timer);
    this.#stop?.();
  }

  async #idle(): Promise<void> {
    if (!this.#runner.session.idle) return;
    const stop = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    const renewal = setTimeout(() => this.#stop?.(), RENEW);
    try {
      await idle(this.#runner, { stop, onInterrupt: () => this.#stop?.() });
    } catch {
      // Refused, or the connection went: that one is told by `closed`. A server that refuses IDLE is polled instead.
      if (this.#runner.session.state === 'selected') this.#timer = setTimeout(() => void this.#poll(), POLL);
    } finally {
      clearTimeout(renewal);
      this.#stop = null;
    }
  }

  async #poll(): Promise<void> {
    if (!this.#runner.session.idle) return;
    await run(this.#runner, noop, undefined).catch(() => {}); // as above
  }
}
