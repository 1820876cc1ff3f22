// IDLE by itself: begins when nothing has been asked for a while, ends when something is, and is renewed before
// servers lose patience (RFC 2177: within 29 minutes). Where the server has no IDLE, or refuses it, it asks with NOOP.

import { idle } from '../commands/idle.ts';
import { noop } from '../commands/noop.ts';
import { run, type Runner } from '../commands/command.ts';
import { ImapCommandError } from '../session/errors.ts';

/** Times in milliseconds. */
const AFTER = 1_000;
const RENEW = 28 * 60_000;
const POLL = 60_000;

/** Keeps a quiet connection listening. */
export class AutoIdle {
  readonly #runner: Runner;
  #enabled = false;
  /** Loops that want to hear of events, whatever {@link enable} said. */
  #holds = 0;
  /** The server has IDLE and does not let us. */
  #refused = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** On or off; while it is off an IDLE that runs is ended. */
  enable(on: boolean): void {
    this.#enabled = on;
    this.#change();
  }

  /** Begins at once and stays on until what is returned is called. */
  hold(): () => void {
    this.#holds += 1;
    this.quiet(0);
    let held = true;
    return () => {
      if (held) this.#holds -= 1;
      held = false;
      this.#change();
    };
  }

  /** The connection has nothing to do: begins after a while. */
  quiet(after: number = AFTER): void {
    clearTimeout(this.#timer);
    const { session } = this.#runner;
    if (!this.#isWanted || session.state !== 'selected' || !session.idle) return;
    if (session.supports('IDLE') && !this.#refused) this.#timer = setTimeout(() => void this.#idle(), after);
    else this.#timer = setTimeout(() => void this.#poll(), POLL);
  }

  /** The connection is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#stop?.();
  }

  get #isWanted(): boolean {
    return this.#enabled || this.#holds > 0;
  }

  #change(): void {
    if (this.#isWanted) this.quiet();
    else this.end();
  }

  async #idle(): Promise<void> {
    if (!this.#runner.session.idle) return;
    const stop = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    const renewal = setTimeout(() => this.#stop?.(), RENEW);
    try {
      await idle(this.#runner, { stop, onInterrupt: () => this.#stop?.() });
    } catch (error) {
      // A lost connection is told by `closed`.
      if (error instanceof ImapCommandError) this.#refused = true;
    } finally {
      clearTimeout(renewal);
      this.#stop = null;
    }
    if (this.#refused) this.quiet();
  }

  async #poll(): Promise<void> {
    if (!this.#runner.session.idle) return;
    await run(this.#runner, noop, undefined).catch(() => {}); // as above
  }
}
