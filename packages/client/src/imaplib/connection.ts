// What every command stands on: connecting, one command at a time in the order of the calls, and the record of what
// the server has sent. The commands themselves are in command-methods.ts.

import type { ByteStream, Connect, TlsInfo } from '../transport/byte-stream.ts';
import { abortable } from '../transport/abort.ts';
import { ImapConnectionError, ImapLimitError } from '../session/errors.ts';
import type { Completion, Request } from '../session/request.ts';
import { defaultSessionLimits, Session, type SessionLimits } from '../session/session.ts';
import type { Response } from '../wire/response.ts';
import { compose, type Argument } from './arguments.ts';
import { bytesRepr } from './byte-string.ts';
import { AllowedVersions, Commands } from './commands.ts';
import type { Datum, Reply, State } from './datum.ts';
import { DebugLog } from './debug-log.ts';
import { abort, error, readonly, reasonOf } from './errors.ts';
import type { IdleConnection, IdleEvent, Idler, IdleReceiver } from './idler.ts';
import { Int2AP } from './int2ap.ts';
import { LONGEST_TIMER, within } from './patience.ts';
import { connectTo, type Server, type Transport, type TransportOptions } from './server.ts';
import { responseCode, takeApart, taggedText } from './untagged.ts';

/** How a connection is made. */
export interface IMAP4Options extends TransportOptions {
  /**
   * Seconds without a word from the server after which connecting or a command rejects with a TimeoutError; the
   * connection goes on. Without it (or with null) two minutes of silence end the connection.
   */
  readonly timeout?: number | null | undefined;
  /** 0 (nothing) to 5 (everything): what is written to the console. Secrets are masked. */
  readonly debug?: number | undefined;
  /** How much a server may send before it is too much. */
  readonly limits?: Partial<SessionLimits> | undefined;
}

/** What may be collected for one command, and between two, in bytes. */
const MOST_UNTAGGED = 1024 * 1024 * 1024;
/** Seconds that IDLE and DONE may take to be answered where no timeout was given. */
const PATIENCE = 60;

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
  readonly #lastHeard = () => this.#session?.lastHeard ?? 0;
  #session: Session | null = null;
  /** The reason that every later call is given. */
  #over: Error | null = null;
  #turns: Promise<unknown> = Promise.resolve();
  /** Bytes kept since the last command began. */
  #collected = 0;
  #idle: { readonly receiver: IdleReceiver; readonly idler: Idler } | null = null;
  #resolveClosed!: (reason: Error | null) => void;

  protected constructor(host: string | null, port: number | null, options: IMAP4Options) {
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
    this.ready.catch(() => {});
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

  /** Closes the connection at once, without a word to the server. */
  shutdown(): void {
    this.state = 'LOGOUT';
    this.#session?.close();
  }

  /** Writes the last lines of the wire to the console; at debug level 4 and above they have been there already. */
  print_log(): void {
    this.#log.print();
  }

  /** Says goodbye where that is still possible; what `await using` calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.ready.catch(() => {});
    if (this.state === 'LOGOUT') return;
    await this._turn(() => this._logout());
  }

  /** Sends any command that {@link Commands} has, and resolves with its tagged answer. */
  _simple_command(name: string, ...args: Argument[]): Promise<Reply> {
    return this._turn(() => this._run(name, args));
  }

  /** Sends a command and resolves with the untagged responses named `type` that have been collected. */
  protected _collect(type: string, name: string, ...args: Argument[]): Promise<Reply> {
    return this._turn(async () => this._untagged_response(...(await this._run(name, args)), type));
  }

  /**
   * Waits until all calls made before are done. What it gives rejects quietly where only the connection's end is to
   * blame: {@link closed} tells of that, and nobody needs to listen to each call.
   */
  protected _turn<T>(job: () => Promise<T> | T): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      this.#turns = this.#turns
        .then(() => this.ready)
        .then(job)
        .then(resolve, (reason: unknown) => {
          const isEnd = reason === this.#over || (reason instanceof abort && !(reason instanceof readonly));
          if (isEnd) promise.catch(() => {});
          reject(reason);
        });
    });
    return promise;
  }

  /** One command and its answer, in its own turn. */
  protected async _run(name: string, args: readonly Argument[] = [], extra: Partial<Request> = {}): Promise<Reply> {
    this._check_state(name);
    for (const status of ['OK', 'NO', 'BAD']) this.untagged_responses.delete(status);
    if (name !== 'LOGOUT' && !this.is_readonly && this.untagged_responses.has('READ-ONLY')) {
      throw new readonly('mailbox status changed to READ-ONLY');
    }
    const pieces = compose(name, args, this.utf8_enabled);
    if (this.#over !== null) throw this.#over;
    this.#collected = 0;
    const completion = await this.#execute({
      name,
      barrier: true,
      write: (out) => {
        for (const piece of pieces) out.piece(piece);
      },
      ...extra,
    });
    if (name !== 'LOGOUT') this.#checkBye();
    const text = taggedText(completion.response);
    if (completion.status === 'BAD') {
      if (this.debug >= 1) this.print_log();
      throw new error(`${name} command error: BAD [${bytesRepr(text)}]`);
    }
    return [completion.status, [text]];
  }

  /** @throws error where a command is not legal now */
  protected _check_state(name: string): void {
    const states = Object.hasOwn(Commands, name) ? Commands[name]! : [];
    if (states.includes(this.state)) return;
    if (states.length === 0) throw new error(`Unknown IMAP4 command: '${name}'`);
    throw new error(
      `command ${name} illegal in state ${this.state}, only allowed in states ${states.join(', ')}`,
    );
  }

  /** Takes what has been collected under a name; `[null]` where there is none. After NO it is left for later. */
  protected _untagged_response(typ: string, data: Datum[], name: string): Reply {
    if (typ === 'NO') return [typ, data];
    const collected = this.untagged_responses.get(name);
    this.untagged_responses.delete(name);
    this.#log.note(5, () => `untagged_responses[${name}] => ${JSON.stringify(collected ?? null)}`);
    return [typ, collected ?? [null]];
  }

  /** Reads the capabilities that came by themselves, or else asks for them. */
  protected async _learn_capabilities(): Promise<void> {
    let line = this.untagged_responses.get('CAPABILITY')?.at(-1);
    if (line === undefined) {
      const [typ, data] = await this._run('CAPABILITY');
      line = this._untagged_response(typ, data, 'CAPABILITY')[1].at(-1);
      if (typ !== 'OK') line = null;
    }
    if (typeof line !== 'string') throw new error('no CAPABILITY response from server');
    this.capabilities = line.toUpperCase().split(' ').filter((name) => name !== '');
    this.#log.note(3, () => `CAPABILITIES: ${this.capabilities.join(' ')}`);
  }

  /** After LOGIN or AUTHENTICATE: the state, and what the server can do now. */
  protected async _sign_in(command: () => Promise<Reply>): Promise<Reply> {
    this.untagged_responses.delete('CAPABILITY');
    const [typ, data] = await command();
    if (typ !== 'OK') throw new error(String(data.at(-1) ?? ''));
    this._enter('AUTH');
    // What came with the answer stays, so that response('CAPABILITY') finds it.
    await this._learn_capabilities();
    return [typ, data];
  }

  /** Ends in state LOGOUT with the connection closed, whatever happens on the way. */
  protected async _logout(): Promise<Reply> {
    try {
      if (this.#idle !== null) await this.#idle.idler.done();
      this._enter('LOGOUT');
      const [typ, data] = await this._run('LOGOUT');
      return this.#bye() ?? [typ, data];
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

  protected _enter(state: State): void {
    this.state = state;
    const names = { NONAUTH: 'notAuthenticated', AUTH: 'authenticated', SELECTED: 'selected', LOGOUT: 'logout' } as const;
    if (state !== 'IDLING') this.#session?.enter(names[state]);
  }

  protected _enable_utf8(): void {
    this.utf8_enabled = true;
    if (this.#session !== null) this.#session.utf8 = true;
  }

  /** Writes what has been heard and not picked up, from debug level 3 on. */
  protected _dump_untagged(): void {
    this.#log.note(3, () => {
      const items = [...this.untagged_responses].map(([type, data]) => `${type}: ${JSON.stringify(data)}`);
      return `untagged responses dump:\n\t\t${items.join('\n\t\t')}`;
    });
  }

  /** Whether the connection is encrypted. */
  protected get _is_secure(): boolean {
    return this.#session?.info.tls != null;
  }

  /** Upgrades to TLS behind the server's OK. What was heard in the clear is forgotten. */
  protected async _secure(servername: string | undefined): Promise<TlsInfo> {
    this.untagged_responses.clear();
    const session = this.#session!;
    try {
      return await within('STARTTLS', this.timeout ?? PATIENCE, this.#lastHeard, (signal) =>
        session.startTls(servername === undefined ? { signal } : { servername, signal }),
      );
    } catch (reason) {
      throw reasonOf(reason, 'STARTTLS');
    }
  }

  /** The way of IDLE through this connection. */
  protected _idle_connection(idler: () => Idler): IdleConnection {
    let before: State = 'AUTH';
    let finish: (line: Uint8Array) => void;
    let answered: Promise<Completion>;
    return {
      begin: (receiver) =>
        this._turn(async () => {
          if (!this.capabilities.includes('IDLE')) throw new error('Server does not support IMAP4 IDLE');
          const line = new Promise<Uint8Array>((resolve) => {
            finish = resolve;
          });
          let agreed!: () => void;
          const agreement = new Promise<void>((resolve) => {
            agreed = resolve;
          });
          this.#idle = { receiver, idler: idler() };
          try {
            this._check_state('IDLE');
            this.#collected = 0;
            if (this.#over !== null) throw this.#over;
            answered = this.#execute({
              name: 'IDLE',
              barrier: true,
              quiet: true,
              write: (out) => {
                for (const piece of compose('IDLE', [], false)) out.piece(piece);
              },
              continuation: () => {
                agreed();
                return line;
              },
            });
            answered.catch((reason: unknown) => receiver.fail(reason));
            const refusal = await within('IDLE', this.timeout ?? PATIENCE, this.#lastHeard, (signal) =>
              abortable(Promise.race([agreement.then(() => null), answered]), signal),
            );
            if (refusal !== null) throw idleRefused(refusal);
          } catch (reason) {
            this.#idle = null;
            if (reason instanceof DOMException) this.#session?.close(reason);
            throw reason;
          }
          before = this.state;
          this._enter('IDLING');
        }),
      end: (left) => this._turn(() => this.#endIdle(left, before, finish, answered)),
    };
  }

  async #endIdle(
    left: readonly IdleEvent[],
    before: State,
    finish: (line: Uint8Array) => void,
    answered: Promise<Completion>,
  ): Promise<void> {
    this.#idle = null;
    if (this.state === 'IDLING') this._enter(before);
    for (const [type, data] of left) this.#keep(type, data);
    finish(new TextEncoder().encode('DONE'));
    const completion = await within('DONE', this.timeout ?? PATIENCE, this.#lastHeard, (signal) =>
      abortable(answered, signal),
    );
    if (completion.status === 'BAD') {
      throw new error(`IDLE command error: BAD [${bytesRepr(taggedText(completion.response))}]`);
    }
  }

  async #connect(): Promise<void> {
    try {
      await this.#greet();
      this._enter(this.#session!.state === 'authenticated' ? 'AUTH' : 'NONAUTH');
      await this._learn_capabilities();
      this.untagged_responses.delete('CAPABILITY');
      const version = AllowedVersions.find((name) => this.capabilities.includes(name));
      if (version === undefined) throw new error('server not IMAP4 compliant');
      this.PROTOCOL_VERSION = version;
    } catch (reason) {
      this.#over ??= reason as Error;
      this.shutdown();
      this.#resolveClosed(this.#over);
      throw reason;
    }
  }

  async #greet(): Promise<void> {
    const { limits } = this.#options;
    const timeoutMs = this.timeout === null ? 0 : this.timeout * 1000;
    let heard = '';
    try {
      const session = await within('connecting', this.timeout, this.#lastHeard, (signal) =>
        Session.open({
          transport: (options) => this.open(this.host, this.port, this.timeout, options),
          signal,
          tagPrefix: this.tagpre,
          // Where the caller gave a timeout it decides; the session's own clocks run behind it.
          limits: {
            ...(timeoutMs > 0 && {
              greetingMs: Math.min(timeoutMs + 60_000, LONGEST_TIMER),
              silenceMs: Math.min(Math.max(timeoutMs + 60_000, defaultSessionLimits.silenceMs), LONGEST_TIMER),
            }),
            ...limits,
          },
          onLine: (direction, line) => {
            heard ||= line;
            this.#log.wire(`${direction === 'C' ? '>' : '<'} ${bytesRepr(line)}`);
          },
          onUntagged: (response) => this.#take(response),
        }),
      );
      this.#session = session;
      this.#log.note(1, () => `connected to ${session.info.peer.name}, tag ${this.tagpre}`);
      this.welcome = new TextDecoder().decode(session.greeting.response.bytes);
      this.#take(session.greeting.response);
      void session.closed.then((reason) => this.#ended(reason));
    } catch (reason) {
      if (!(reason instanceof ImapConnectionError)) throw reason;
      if (heard !== '') throw new error(`invalid greeting: ${heard}`, { cause: reason });
      // Bad input, such as a port that does not exist, is the caller's and no failure of a connection.
      if (reason.cause instanceof RangeError) throw reason.cause;
      throw reasonOf(reason);
    }
  }

  #ended(reason: Error | null): void {
    this.#over ??=
      reason === null
        ? new abort('socket error: the connection is closed')
        : (reasonOf(reason) as Error);
    this.#resolveClosed(reason === null ? null : this.#over);
  }

  async #execute(request: Request): Promise<Completion> {
    const session = this.#session!;
    const { name } = request;
    this.tagnum++;
    let progress = 0;
    try {
      return await within(
        name,
        request.quiet === true ? null : this.timeout,
        () => Math.max(this.#lastHeard(), progress),
        (signal) =>
          session.execute({
            collect: (response) => {
              this.#take(response);
              return true;
            },
            completed: ({ status, response }) => {
              const text = taggedText(response);
              if (status !== 'OK') this.#log.note(1, () => `${status} response: ${bytesRepr(text)}`);
              const code = responseCode(text);
              if (code !== null) this.#deliver(code.type, [code.data], 0);
            },
            onProgress: () => {
              progress = performance.now();
            },
            signal,
            ...request,
          }),
      );
    } catch (reason) {
      throw reasonOf(reason, name);
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
    const waiting =
      this.#idle === null ? (this.#collected += size) : this.#idle.receiver.receive([type, [...data]], size);
    if (this.#idle === null) this.#keep(type, data);
    if (waiting > MOST_UNTAGGED) {
      const message = `the server has sent more than ${MOST_UNTAGGED} bytes that nobody has read`;
      this.#session?.close(new ImapLimitError(message, 'untagged'));
    }
  }

  #keep(type: string, data: readonly Datum[]): void {
    const kept = this.untagged_responses.get(type);
    if (kept === undefined) this.untagged_responses.set(type, [...data]);
    else kept.push(...data);
    this.#log.note(5, () => `untagged_responses[${type}] += ${JSON.stringify(data)}`);
  }

  #checkBye(): void {
    const bye = this.untagged_responses.get('BYE');
    if (bye !== undefined) throw new abort(String(bye.at(-1) ?? ''));
  }
}

function idleRefused({ status, response }: Completion): Error {
  const text = bytesRepr(taggedText(response));
  return status === 'NO' ? new error(`idle denied: [${text}]`) : new abort(`unexpected status response: ${text}`);
}
