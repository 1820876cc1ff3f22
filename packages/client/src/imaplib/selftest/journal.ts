// Runs commands one after the other and writes each down with its answer, in the form of the module's own test section:
// `CREATE ("name")`, then `CREATE => OK ["done"]`.

import { abortable } from '../../transport/abort.ts';
import type { Datum, Reply } from '../datum.ts';
import { abort, error as ImaplibError } from '../errors.ts';
import type { IMAP4 } from '../imap4.ts';

/** One command of the self-test and how it ended. */
export interface SelftestStep {
  /** The method's name, such as `create`; `connect` for the connection itself. */
  readonly command: string;
  /** What it was called with; `***` in the place of a password. */
  readonly args: readonly (string | null)[];
  /** `OK`, `NO` …, or null where the call was rejected. */
  readonly typ: string | null;
  readonly data: readonly Datum[];
  /** Milliseconds from the call to its end. */
  readonly ms: number;
  /** Why the call was rejected, or null. */
  readonly error: Error | null;
}

/** Where a journal is written. */
export interface JournalOptions {
  readonly onLine?: ((line: string) => void) | undefined;
  readonly onStep?: ((step: SelftestStep) => void) | undefined;
  /** No command begins once it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** What the self-test may call: the commands, by their names in Python. */
type CommandName = {
  [Name in keyof IMAP4 & string]: IMAP4[Name] extends (...args: never) => Promise<Reply> ? Name : never;
}[keyof IMAP4 & string];

/** A command under way has so long to end by itself: what it does on the server is then known. */
const GRACE_MS = 5000;

const MASK = '***';

export class Journal {
  readonly steps: SelftestStep[] = [];
  signal: AbortSignal | undefined;
  /** Whether a command is still under way: it was given up. */
  isWaiting = false;
  #password: RegExp | null = null;
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onStep: ((step: SelftestStep) => void) | undefined;

  constructor({ onLine, onStep, signal }: JournalOptions) {
    this.signal = signal;
    this.#onLine = onLine;
    this.#onStep = onStep;
  }

  /** Never again shown, whoever repeats it. */
  hide(password: string): void {
    if (password === '') return;
    const characters = Array.from(password, (character) =>
      character === '\\'
        ? String.raw`\\+`
        : String.raw`\\*` + character.replace(/[.*+?^${}()|[\]/]/, String.raw`\$&`),
    );
    this.#password = new RegExp(characters.join(''), 'g');
  }

  line(text: string): void {
    this.#onLine?.(this.masked(text));
  }

  /** Text without the password, however often that has been quoted. */
  masked(text: string): string {
    return this.#password === null ? text : text.replaceAll(this.#password, MASK);
  }

  /**
   * One command.
   *
   * @throws error where the server answers NO, and whatever the call is rejected with
   */
  run(M: IMAP4, command: CommandName, ...args: readonly (string | null)[]): Promise<Datum[]> {
    const method = M[command] as (this: IMAP4, ...args: readonly unknown[]) => Promise<Reply>;
    const shown = command === 'login' ? [...args.slice(0, -1), MASK] : args;
    return this.record(command, shown, async () => {
      const [typ, data] = await method.call(M, ...args);
      return [typ, data];
    });
  }

  /** Anything that answers as a command does. */
  async record(
    command: string,
    args: readonly (string | null)[],
    call: () => Promise<Reply>,
  ): Promise<Datum[]> {
    this.signal?.throwIfAborted();
    this.line(`${command} (${args.map((value) => shownText(value)).join(', ')})`);
    const begun = performance.now();
    const done = (typ: string | null, data: readonly Datum[], error: Error | null): void => {
      const step = { command, args, typ, data, ms: performance.now() - begun, error };
      this.steps.push(step);
      this.line(`${command} => ${error === null ? `${typ} ${shownData(data)}` : told(error)}`);
      this.#onStep?.(step);
    };
    let reply: Reply;
    try {
      reply = await this.#withGrace(call());
    } catch (reason) {
      const error = this.#withoutPassword(reason instanceof Error ? reason : new Error(String(reason)));
      done(null, [], error);
      throw error;
    }
    const [typ, data] = reply;
    done(typ, command === 'login' ? data.map((datum) => this.#maskedDatum(datum)) : data, null);
    if (typ === 'NO') throw new Refusal(command, this.masked(String(data.at(-1) ?? '')));
    return data;
  }

  /** Waits for a call; behind an abort only so long as the grace lasts. */
  async #withGrace<T>(call: Promise<T>): Promise<T> {
    const { signal } = this;
    this.isWaiting = true;
    const ended = (): void => {
      this.isWaiting = false;
    };
    call.then(ended, ended);
    if (signal === undefined) return call;
    const over = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => over.abort(signal.reason), GRACE_MS);
    };
    signal.addEventListener('abort', onAbort);
    try {
      return await abortable(call, over.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #maskedDatum(datum: Datum): Datum {
    if (typeof datum === 'string') return this.masked(datum);
    return datum === null ? null : [this.masked(datum[0]), datum[1]];
  }

  /** Some servers repeat in their complaint what they were sent. */
  #withoutPassword(error: Error): Error {
    const message = this.masked(error.message);
    if (message === error.message) return error;
    return error instanceof abort ? new abort(message) : new ImaplibError(message);
  }
}

/** The server has answered NO. */
export class Refusal extends ImaplibError {
  readonly command: string;

  constructor(command: string, reason: string) {
    super(`the server refused ${command}: ${reason}`);
    this.command = command;
  }
}

/** A value as JavaScript writes it; a literal by its size, for it may be somebody's mail. */
function shownText(value: string | null): string {
  return value === null ? 'null' : JSON.stringify(value);
}

function shownData(data: readonly Datum[]): string {
  const shown = data.map((datum) =>
    Array.isArray(datum) ? `[${JSON.stringify(datum[0])}, <${datum[1].length} bytes>]` : shownText(datum),
  );
  return `[${shown.join(', ')}]`;
}

function told(error: Error): string {
  return `${error.name}: ${error.message}`;
}
