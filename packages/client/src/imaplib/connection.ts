// What every command stands on: connecting, one command at a time in the order of the calls, and the record of what
// the server has sent. The commands themselves are in command-methods.ts.

import type { ByteStream, Connect } from '../transport/byte-stream.ts';
import { ImapLimitError } from '../session/errors.ts';
import type { Observer } from '../session/observer.ts';
import type { Request } from '../session/request.ts';
import type { SessionLimits } from '../session/session.ts';
import { text } from '../wire/ascii.ts';
import type { Response } from '../wire/response.ts';
import { compose, type Argument } from './arguments.ts';
import { bytesRepr } from './byte-string.ts';
import { AllowedVersions, Commands } from './commands.ts';
import type { Datum, Reply, State, Text } from './datum.ts';
import { DebugLog } from './debug-log.ts';
import { abort, error, readonly } from './errors.ts';
import { beginIdle, endIdle, type IdleExchange } from './idle-exchange.ts';
import type { IdleConnection, IdleReceiver } from './idler.ts';
import { Int2AP } from './int2ap.ts';
import { Link } from './link.ts';
import { connectTo, type Server, type Transport, type TransportOptions } from './server.ts';
import { responseCode, takeApart, taggedText } from './untagged.ts';

/** How a connection is made. */
export interface IMAP4Options extends TransportOptions {
  /**
   * Seconds without a word from the server after which connecting or a command rejects with a TimeoutError; the
   * connection goes on. Without it (or with null) two minutes of silence end the connection.
   */
  readonly timeout?: number | null | undefined;
  /** Watches the connection: a `Trace`. */
  readonly trace?: Observer | undefined;
  /** 0 (nothing) to 5 (everything): what is written to the console. Secrets are masked. */
  readonly debug?: number | undefined;
  /** How much a server may send before it is too much. */
  readonly limits?: Partial<IMAP4Limits> | undefined;
}

/** How much a server may send before it is too much. */
export interface IMAP4Limits extends SessionLimits {
  /** What is collected for one command, or between two, or waits unread while idling, in bytes. 1 GiB. */
  readonly collected: number;
}

const MOST_COLLECTED = 1024 * 1024 * 1024;

const sessionStates = {
  NONAUTH: 'notAuthenticated',
  AUTH: 'authenticated',
  SELECTED: 'selected',
  LOGOUT: 'logout',
} as const;

/** One connection to an IMAP server, in imaplib's form. */
export abstract class Connection {
  static readonly error = error;
  static readonly abort = abort;
  static readonly readonly = readonly;
  /** How connections are made that were given neither `transport` nor `bridge`; null for the page's own `/imap`. */
  static defaultTransport: Transport | null = null;

  readonly error = error;
  readonly abort = abort;
  readonly readonly = readonly;

  readonly host: string | null;
  readonly port: number | null;
  /** Seconds, as given. */
  readonly timeout: number | null;
  /** Resolves when the connection stands and its capabilities are known. Every command waits for it by itself. */
  readonly ready: Promise<void>;
  /** Settles when the connection is over: null after logout, else why. Never rejects. */
  readonly closed: Promise<Error | null>;

  /** `LOGOUT` until connected, then `NONAUTH`, `AUTH`, `SELECTED`, `IDLING`, and `LOGOUT` in the end. */
  state: State = 'LOGOUT';
  /** In capitals, as the server last told. */
  capabilities: readonly string[] = [];
  /** The version of the protocol: `IMAP4REV1`, `IMAP4` or `IMAP4REV2`. */
  PROTOCOL_VERSION = '';
  /** The greeting. */
  welcome = '';
  /** Whether the mailbox was selected for reading only, as the caller wanted it. */
  is_readonly = false;
  /** Whether names and arguments go out in UTF-8, after `enable('UTF8=ACCEPT')`. */
  utf8_enabled = false;
  /** What the server has sent and no command has picked up, by name. */
  untagged_responses = new Map<string, Datum[]>();
  /** The letters that tags begin with. */
  readonly tagpre: string;
  /** The number of the next tag. */
  tagnum = 0;
  /** The text of the last `+`. */
  continuation_response = '';

  readonly #options: IMAP4Options;
  readonly #log: DebugLog;
  readonly #giveUp = new AbortController();
  #link: Link | null = null;
  #turns: Promise<unknown> = Promise.resolve();
  /** Bytes kept since the last command began. */
  #collected = 0;
  #idle: { readonly receiver: IdleReceiver; exchange: IdleExchange | null; before: State } | null = null;
  #resolveClosed!: (reason: Error | null | Promise<Error | null>) => void;

  protected constructor(host: string | null, port: number | null, given: IMAP4Options | number) {
    // Python's third place is the timeout.
    const options = typeof given === 'number' ? { timeout: given } : given;
    if (typeof options !== 'object' || options === null)
      throw new TypeError('options must be an object, or a timeout in seconds');
    this.host = host;
    this.port = port;
    this.#options = options;
    this.timeout = options.timeout ?? null;
    if (this.timeout === 0) throw new RangeError('Non-blocking socket (timeout=0) is not supported');
    if (this.timeout !== null && !(this.timeout > 0)) throw new RangeError('Timeout value out of range');
    // oxlint-disable-next-line no-console -- where Python writes to stderr
    this.#log = new DebugLog(options.debug ?? 0, (line) => console.error(line));
    const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
    this.tagpre = Int2AP(4096 + (random % (65536 - 4096)));
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // In a microtask, so that the constructor of a subclass has run before its open() is called.
    this.ready = Promise.resolve().then(() => this.#connect());
    this.ready.catch(() => {}); // each call tells of it again
  }

  /** 0 to 5; see {@link IMAP4Options.debug}. */
  get debug(): number {
    return this.#log.level;
  }

  set debug(level: number) {
    this.#log.level = level;
  }

  /** What is to be reached, as the class and its arguments say. */
  protected abstract server(host: string | null, port: number | null): Server;

  /** Makes the connection; a subclass may make it another way. */
  open(
    host: string | null = this.host,
    port: number | null = this.port,
    _timeout: number | null = this.timeout,
    options: Parameters<Connect>[0] = {},
  ): Promise<ByteStream> {
    const { defaultTransport } = this.constructor as typeof Connection;
    return connectTo(this.server(host, port), this.#options, defaultTransport)(options);
  }

  /** Closes the connection at once, without a word to the server; one that is being made is given up. */
  shutdown(): void {
    this.state = 'LOGOUT';
    this.#giveUp.abort(new abort('socket error: the connection was given up by shutdown()'));
    this.#link?.close();
  }

  /** Writes the last lines of the wire to the console; at debug level 4 and above they have been there already. */
  print_log(): void {
    this.#log.print();
  }

  /** Says goodbye where that is still possible; what `await using` calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.ready.catch(() => {});
    if (this.state === 'LOGOUT') return;
    await this.turn<unknown>(() => {
      // Where the connection has broken there is nobody to say it to, and whoever made a call has been told why.
      if (this.#link === null || this.#link.over !== null) return this.shutdown();
      // As Python's `with` passes over an OSError: the connection is closed either way.
      return this.goodbye().catch((reason: unknown) => {
        if (!(reason instanceof DOMException && reason.name === 'TimeoutError')) throw reason;
      });
    });
  }

  /** Sends any command that {@link Commands} has, and resolves with its tagged answer: Python's name for it. */
  // oxlint-disable-next-line no-underscore-dangle -- scripts that add commands call it by this name
  _simple_command(name: string, ...args: readonly (Text | null)[]): Promise<Reply> {
    return this.simple(name, ...args);
  }

  /** Sends a command and resolves with its tagged answer. */
  protected simple(name: string, ...args: Argument[]): Promise<Reply> {
    return this.turn(() => this.run(name, args));
  }

  /** Sends a command and resolves with the untagged responses named `type` that have been collected. */
  protected collect(type: string, name: string, ...args: Argument[]): Promise<Reply> {
    return this.turn(async () => this.pickUp(...(await this.run(name, args)), type));
  }

  /**
   * Does a job when the connection stands and all calls made before are done. What it gives rejects quietly where
   * only the connection's end is to blame: {@link closed} tells of that, and nobody needs to listen to each call.
   */
  protected turn<T>(job: () => Promise<T> | T): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      this.#turns = this.#turns
        .then(() => this.ready)
        .then(job)
        .then(resolve, (reason: unknown) => {
          const isEnd = this.#link === null || (reason instanceof abort && !(reason instanceof readonly));
          if (isEnd) promise.catch(() => {});
          reject(reason);
        });
    });
    return promise;
  }

  /** One command and its answer, for whoever has the turn. */
  protected async run(
    name: string,
    args: readonly Argument[] = [],
    extra: Partial<Request> = {},
  ): Promise<Reply> {
    this.checkState(name);
    for (const status of ['OK', 'NO', 'BAD']) this.untagged_responses.delete(status);
    if (name !== 'LOGOUT') {
      this.#checkBye();
      if (!this.is_readonly && this.untagged_responses.has('READ-ONLY')) {
        throw new readonly('mailbox status changed to READ-ONLY');
      }
    }
    const { status, response } = await this.#link!.execute({ ...this.#request(name, args), ...extra });
    if (name !== 'LOGOUT') this.#checkBye();
    const answer = taggedText(response);
    if (status === 'BAD') throw new error(`${name} command error: BAD [${bytesRepr(answer)}]`);
    return [status, [answer]];
  }

  #request(name: string, args: readonly Argument[]): Request {
    const pieces = compose(name, args, this.utf8_enabled);
    this.#collected = 0;
    this.tagnum++;
    return {
      name,
      barrier: true,
      write: (out) => {
        for (const piece of pieces) out.piece(piece);
      },
      collect: (response) => {
        this.#take(response);
        return true;
      },
      completed: ({ status, response }) => {
        const answer = taggedText(response);
        if (status !== 'OK') this.#log.note(1, () => `${status} response: ${bytesRepr(answer)}`);
        const code = responseCode(answer);
        if (code !== null) this.#deliver(code.type, [code.data], 0);
      },
    };
  }

  /** @throws error where a command is not legal now */
  protected checkState(name: string): void {
    const states = Object.hasOwn(Commands, name) ? Commands[name]! : [];
    if (states.includes(this.state)) return;
    if (states.length === 0) throw new error(`Unknown IMAP4 command: '${name}'`);
    throw new error(
      `command ${name} illegal in state ${this.state}, only allowed in states ${states.join(', ')}`,
    );
  }

  /** Takes what has been collected under a name; `[null]` where there is none. After NO it is left for later. */
  protected pickUp(typ: string, data: Datum[], name: string): Reply {
    if (typ === 'NO') return [typ, data];
    const collected = this.untagged_responses.get(name);
    this.untagged_responses.delete(name);
    this.#log.note(5, () => `untagged_responses[${name}] => ${JSON.stringify(collected ?? null)}`);
    return [typ, collected ?? [null]];
  }

  /** Reads the capabilities that came by themselves, or else asks for them. */
  protected async learnCapabilities(): Promise<void> {
    let line = this.untagged_responses.get('CAPABILITY')?.at(-1);
    if (line === undefined) {
      const [typ, data] = await this.run('CAPABILITY');
      line = typ === 'OK' ? this.pickUp(typ, data, 'CAPABILITY')[1].at(-1) : null;
    }
    if (typeof line !== 'string') throw new error('no CAPABILITY response from server');
    this.capabilities = line
      .toUpperCase()
      .split(' ')
      .filter((name) => name !== '');
    this.#log.note(3, () => `CAPABILITIES: ${this.capabilities.join(' ')}`);
  }

  /** After LOGIN or AUTHENTICATE: the state, and what the server can do now. */
  protected async signIn(command: () => Promise<Reply>): Promise<Reply> {
    this.untagged_responses.delete('CAPABILITY');
    const [typ, data] = await command();
    if (typ !== 'OK') throw new error(String(data.at(-1) ?? ''));
    this.enterState('AUTH');
    // What came with the answer stays, so that response('CAPABILITY') finds it.
    await this.learnCapabilities();
    return [typ, data];
  }

  /** Ends in state LOGOUT with the connection closed, whatever happens on the way. */
  protected async goodbye(): Promise<Reply> {
    try {
      await this.#endIdle();
      this.enterState('LOGOUT');
      const reply = await this.run('LOGOUT');
      return this.#bye() ?? reply;
    } catch (reason) {
      // Some servers hang up right behind BYE.
      const bye = this.#bye();
      if (bye === null) throw reason;
      return bye;
    } finally {
      this.shutdown();
    }
  }

  #bye(): Reply | null {
    const bye = this.untagged_responses.get('BYE');
    this.untagged_responses.delete('BYE');
    return bye === undefined ? null : ['BYE', bye];
  }

  #checkBye(): void {
    const bye = this.untagged_responses.get('BYE');
    if (bye !== undefined) throw new abort(String(bye.at(-1) ?? ''));
  }

  protected enterState(state: State): void {
    this.state = state;
    if (state !== 'IDLING') this.#link?.enter(sessionStates[state]);
  }

  protected enableUtf8(): void {
    this.utf8_enabled = true;
    this.#link?.enableUtf8();
  }

  /** Writes what has been heard and not picked up, from debug level 3 on. */
  protected dumpUntagged(): void {
    this.#log.note(3, () => {
      const items = [...this.untagged_responses].map(([type, data]) => `${type}: ${JSON.stringify(data)}`);
      return `untagged responses dump:\n\t\t${items.join('\n\t\t')}`;
    });
  }

  /** Whether the connection is encrypted. */
  protected get isSecure(): boolean {
    return this.#link?.isSecure === true;
  }

  /** Upgrades to TLS behind the server's OK. What was heard in the clear is forgotten. */
  protected async secure(servername: string | undefined): Promise<void> {
    this.untagged_responses.clear();
    await this.#link!.startTls(servername);
  }

  /** The way of an {@link Idler} through this connection. */
  protected idleConnection(): IdleConnection {
    return {
      begin: (receiver) => this.turn(() => this.#beginIdle(receiver)),
      end: (left) =>
        this.turn(async () => {
          for (const [type, data] of left()) this.#keep(type, data);
          await this.#endIdle();
        }),
    };
  }

  async #beginIdle(receiver: IdleReceiver): Promise<void> {
    if (!this.capabilities.includes('IDLE')) throw new error('Server does not support IMAP4 IDLE');
    this.checkState('IDLE');
    const idle = { receiver, exchange: null as IdleExchange | null, before: this.state };
    this.#idle = idle;
    try {
      idle.exchange = await beginIdle(this.#link!, this.#request('IDLE', []), receiver);
      this.enterState('IDLING');
    } catch (reason) {
      this.#idle = null;
      throw reason;
    }
  }

  async #endIdle(): Promise<void> {
    const idle = this.#idle;
    if (idle?.exchange == null) return;
    this.#idle = null;
    if (this.state === 'IDLING') this.enterState(idle.before);
    await endIdle(this.#link!, idle.exchange);
  }

  async #connect(): Promise<void> {
    try {
      const link = await Link.open({
        transport: (options) => this.open(this.host, this.port, this.timeout, options),
        tagPrefix: this.tagpre,
        timeout: this.timeout,
        limits: this.#options.limits,
        trace: this.#options.trace,
        log: this.#log,
        signal: this.#giveUp.signal,
        onResponse: (response) => this.#take(response),
      });
      this.#link = link;
      this.#log.note(1, () => `connected to ${link.peer}, tag ${this.tagpre}`);
      this.welcome = text(link.greeting.bytes);
      this.#take(link.greeting);
      this.enterState(link.isPreauthenticated ? 'AUTH' : 'NONAUTH');
      await this.learnCapabilities();
      this.untagged_responses.delete('CAPABILITY');
      const version = AllowedVersions.find((name) => this.capabilities.includes(name));
      if (version === undefined) throw new error('server not IMAP4 compliant');
      this.PROTOCOL_VERSION = version;
      this.#resolveClosed(link.closed);
    } catch (reason) {
      this.#resolveClosed(reason as Error);
      this.shutdown();
      throw reason;
    }
  }

  /** Keeps what the server has sent, under its name and under that of its response code. */
  #take(response: Response): void {
    if (response.tag === '+') {
      this.continuation_response = taggedText(response);
      return;
    }
    if (response.tag !== '*') {
      this.#log.note(1, () => `unknown line: ${bytesRepr(response.bytes.subarray(0, 200))}`);
      return;
    }
    const { type, data, code } = takeApart(response);
    this.#deliver(type, data, response.bytes.length);
    if (code !== null) this.#deliver(code.type, [code.data], 0);
  }

  #deliver(type: string, data: readonly Datum[], size: number): void {
    const receiver = this.#idle?.receiver;
    this.#collected += size;
    if (receiver === undefined) this.#keep(type, data);
    const waiting = receiver?.receive([type, [...data]], size) ?? this.#collected;
    const most = this.#options.limits?.collected ?? MOST_COLLECTED;
    if (waiting > most) {
      const message = `the server has sent more than ${most} bytes that nobody has read: ask for less at a time`;
      this.#link?.close(new ImapLimitError(message, 'collected'));
    }
  }

  #keep(type: string, data: readonly Datum[]): void {
    const kept = this.untagged_responses.get(type);
    if (kept === undefined) this.untagged_responses.set(type, [...data]);
    else kept.push(...data);
    this.#log.note(5, () => `untagged_responses[${type}] += ${JSON.stringify(data)}`);
  }
}
