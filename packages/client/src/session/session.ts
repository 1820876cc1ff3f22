// One connection: greeting, state, tags, queue, and whose response is whose. It sends nothing of its own accord.

import type { ByteStream, StreamInfo, TlsInfo, TlsOptions } from '../transport/byte-stream.ts';
import { Framer, type Frame } from '../wire/framer.ts';
import { readHead, readStatusText, type Response } from '../wire/response.ts';
import { CommandWriter, type Piece } from '../wire/writer.ts';
import { BackPressure } from './back-pressure.ts';
import { Capabilities } from './capabilities.ts';
import { ImapConnectionError, ImapLimitError, ImapStateError } from './errors.ts';
import { readGreeting, type Greeting } from './greeting.ts';
import { describeCommand, describeResponse } from './line-log.ts';
import { defaultSessionLimits, type SessionLimits, type SessionOptions } from './options.ts';
import { Pending } from './pending.ts';
import { CommandQueue } from './queue.ts';
import type { Completion, Request, SessionState } from './request.ts';
import { checkSources, concat, send, withTag } from './sender.ts';
import { SilenceWatch } from './silence-watch.ts';
import { tell } from './tell.ts';

export { defaultSessionLimits, type SessionLimits, type SessionOptions } from './options.ts';
export type { Greeting } from './greeting.ts';

const crlf = Uint8Array.of(13, 10);
const encoder = new TextEncoder();

/** A connection to an IMAP server, at the level of lines and tags. */
export class Session {
  /** UTF8=ACCEPT is enabled: names and strings go out in UTF-8. Set by whoever sent ENABLE. */
  utf8 = false;
  /** Settles when the connection is over: null after LOGOUT, else why. Never rejects. */
  readonly closed: Promise<Error | null>;
  readonly stream: ByteStream;

  readonly #options: SessionOptions;
  readonly #limits: SessionLimits;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #framer: Framer;
  readonly #queue = new CommandQueue();
  readonly #tagPrefix: string;
  readonly #silence: SilenceWatch;
  readonly #pressure: BackPressure;
  #tagNumber = 0;
  #state: SessionState = 'notAuthenticated';
  #greeting: Greeting | null = null;
  readonly #capabilities = new Capabilities();
  #bye: string | null = null;
  #byeTimer: ReturnType<typeof setTimeout> | undefined;
  #over: ImapConnectionError | null = null;
  readonly #ended = new AbortController();
  #sending = false;
  /** Resolved by `+`, or by the tagged answer of the command whose literal waits. */
  #literalWait: { readonly pending: Pending; readonly resolve: (wanted: boolean) => void } | null = null;
  #switching = false;
  #onGreeting: { resolve: (greeting: Greeting) => void; reject: (error: unknown) => void } | null = null;
  #resolveClosed!: (error: Error | null) => void;

  private constructor(stream: ByteStream, options: SessionOptions) {
    this.stream = stream;
    this.#options = options;
    this.#limits = { ...defaultSessionLimits, ...options.limits };
    this.#framer = new Framer(this.#limits);
    this.#pressure = new BackPressure(this.#queue, this.#limits.maxQueued);
    this.#writer = stream.writable.getWriter();
    // Failures reach us through write(); this promise would only repeat them to nobody.
    this.#writer.closed.catch(() => {});
    this.#tagPrefix = options.tagPrefix ?? randomTagPrefix();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#silence = new SilenceWatch(this.#limits.silenceMs, () => {
      const seconds = Math.round(this.#limits.silenceMs / 1000);
      this.#end(
        new ImapConnectionError(
          `${this.info.peer.name} has said nothing for ${seconds} s while a command waits`,
          {
            cause: new DOMException('no answer', 'TimeoutError'),
          },
        ),
      );
    });
  }

  /**
   * Connects and waits for the greeting (OK or PREAUTH).
   *
   * @throws ImapConnectionError where there is no connection, or the server says BYE or something else
   */
  static async open(options: SessionOptions): Promise<Session> {
    const { signal } = options;
    signal?.throwIfAborted();
    let stream: ByteStream;
    try {
      stream = await options.transport({ signal });
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      throw new ImapConnectionError(`could not connect: ${reason}`, { cause: error });
    }
    const session = new Session(stream, options);
    const abort = (): void => session.close(asError(signal?.reason));
    signal?.addEventListener('abort', abort, { once: true });
    // A transport may have been done before it looked.
    if (signal?.aborted === true) abort();
    try {
      await session.#readGreeting();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    return session;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** What the server said first. */
  get greeting(): Greeting {
    return this.#greeting!;
  }

  /** In capitals; as last heard in a greeting, a CAPABILITY line or a response code. */
  get capabilities(): ReadonlySet<string> {
    return this.#capabilities.names;
  }

  /** Whether {@link capabilities} has been heard since the last STARTTLS or login. */
  get capabilitiesKnown(): boolean {
    return this.#capabilities.known;
  }

  /** Whether the server can do it: it says so, or it is part of IMAP4rev2 and the server has that. */
  supports(capability: string): boolean {
    return this.#capabilities.has(capability);
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  /** When bytes last came from the server, in the time of `performance.now()`. */
  get lastHeard(): number {
    return this.#silence.lastHeard;
  }

  /** Nothing is queued and nothing is unanswered. */
  get idle(): boolean {
    return !this.#switching && this.#queue.waiting.length === 0 && this.#queue.inFlight.length === 0;
  }

  /**
   * Queues a command; it is sent when its turn comes.
   *
   * Resolves with any tagged answer, NO and BAD too. Rejects with ImapStateError, RangeError (nothing was sent),
   * ImapLimitError, AbortError or ImapConnectionError.
   */
  execute(request: Request): Promise<Completion> {
    const pending = new Pending(request);
    if (this.#over !== null) {
      pending.lose(this.#over);
    } else if (request.signal?.aborted === true) {
      pending.fail(request.signal.reason);
    } else {
      pending.watch((reason) => this.#abort(pending, reason));
      this.#queue.waiting.push(pending);
      this.#pressure.release();
      void this.#pump();
    }
    return pending.promise;
  }

  /**
   * Upgrades the stream after a STARTTLS command (`switchesLayer`) has been answered OK.
   *
   * @throws ImapConnectionError where the handshake fails or bytes of the plain connection follow; the session is over
   */
  async startTls(options?: TlsOptions): Promise<TlsInfo> {
    if (!this.#switching) throw new Error('startTls() belongs behind a STARTTLS command');
    try {
      if (this.stream.startTls === undefined) throw new Error('this transport cannot upgrade to TLS');
      const info = await this.stream.startTls(options);
      if (this.#over !== null) throw this.#over;
      this.#switching = false;
      this.#capabilities.forget();
      this.#settle();
      void this.#pump();
      return info;
    } catch (error) {
      this.#end(this.#connectionEnded(error));
      throw this.#over!;
    }
  }

  /** What was heard before TLS or login no longer counts (RFC 3501 6.2.1, 6.2.3). */
  forgetCapabilities(): void {
    this.#capabilities.expire();
  }

  /** State is changed by whoever knows what a command means: login, select, close, logout. */
  enter(state: SessionState): void {
    this.#state = state;
  }

  /** Ends the connection at once; unanswered commands reject. */
  close(error: Error | null = null): void {
    this.#end(
      error instanceof ImapConnectionError
        ? error
        : new ImapConnectionError(error?.message ?? 'the connection was closed', {
            cause: error ?? undefined,
          }),
      error === null,
    );
  }

  // Reading

  #readGreeting(): Promise<void> {
    const greeted = new Promise<Greeting>((resolve, reject) => {
      this.#onGreeting = { resolve, reject };
    });
    const timer = setTimeout(() => {
      this.#end(
        new ImapConnectionError(
          `${this.info.peer.name} sent no greeting within ${this.#limits.greetingMs / 1000} s`,
          {
            cause: new DOMException('no greeting', 'TimeoutError'),
          },
        ),
      );
    }, this.#limits.greetingMs);
    if (this.#over === null) void this.#read();
    else this.#onGreeting!.reject(this.#over);
    return greeted
      .then((greeting) => {
        this.#greeting = greeting;
        if (greeting.status === 'PREAUTH') this.#state = 'authenticated';
      })
      .finally(() => clearTimeout(timer));
  }

  async #read(): Promise<void> {
    const reader = this.stream.readable.getReader();
    try {
      for (;;) {
        await this.#rowsTaken();
        const { value, done } = await reader.read();
        if (done || this.#over !== null) break;
        if (this.#switching) throw new Error('the server sent bytes between its answer to STARTTLS and TLS');
        this.#silence.heard();
        this.#framer.push(value);
        for (let frame = this.#framer.next(); frame !== null; frame = this.#framer.next()) {
          this.#take(frame);
          if (this.#over !== null) return;
        }
        void this.#pump();
      }
      this.#end(this.#connectionEnded(), this.#isEndInOrder());
    } catch (error) {
      this.#end(this.#connectionEnded(error), this.#isEndInOrder());
    } finally {
      reader.releaseLock();
    }
  }

  /** Waits while the rows of the only command are not being read: back pressure up to the server. */
  async #rowsTaken(): Promise<void> {
    while (this.#over === null) {
      const taken = this.#pressure.next();
      if (taken === null) return;
      await this.#silence.except(taken);
    }
  }

  #take(frame: Frame): void {
    const { onLine, onUntagged } = this.#options;
    if (onLine !== undefined) tell(onLine, 'S', describeResponse(frame.bytes));
    const response = readHead(frame.bytes, this.#limits);
    if (frame.exceeded !== null) return this.#tooLarge(response, frame.exceeded);
    if (this.#onGreeting !== null) return this.#greet(response);
    if (response.tag === '+') return this.#continue(response);
    if (response.tag === '*') return this.#untagged(response);
    const pending = this.#queue.unanswered(response.tag);
    // A tag that nobody waits for (RFC 3501 2.2.2 forbids it): told to whoever listens, harmful to nobody.
    if (pending === null) return tell(onUntagged, response);
    this.#complete(pending, response);
  }

  #greet(response: Response): void {
    const greeting = readGreeting(response);
    this.#capabilities.hearCode(greeting);
    this.#onGreeting?.resolve(greeting);
    this.#onGreeting = null;
  }

  #untagged(response: Response): void {
    if (response.name === 'CAPABILITY') {
      this.#capabilities.hear(response);
    } else if (response.name === 'OK' || response.name === 'NO' || response.name === 'BYE') {
      const status = readStatusText(response.reader());
      this.#capabilities.hearCode(status);
      if (response.name === 'BYE') this.#goodbye(status.text);
    }
    // Oldest first: servers answer in order.
    const isContested = this.#queue.inFlight.length > 1;
    for (const pending of this.#queue.inFlight) {
      try {
        if (pending.collect(response, isContested)) return;
      } catch (error) {
        pending.fail(error);
        this.#watchSilence();
        return;
      }
    }
    tell(this.#options.onUntagged, response);
  }

  #goodbye(text: string): void {
    this.#bye = text;
    this.#byeTimer ??= setTimeout(
      () => this.#end(this.#connectionEnded(), this.#isEndInOrder()),
      this.#limits.byeMs,
    );
  }

  #continue(response: Response): void {
    const wait = this.#literalWait;
    if (wait !== null) {
      this.#literalWait = null;
      wait.resolve(true);
      return;
    }
    const pending = this.#queue.inFlight.at(-1);
    const answer = pending?.phase === 'sent' ? pending.request.continuation : undefined;
    // A `+` that nothing asked for: some servers send one with their greeting or behind a refused literal.
    if (pending === undefined || answer === undefined) return tell(this.#options.onUntagged, response);
    if (pending.request.quiet === true) {
      // Nobody listens any more where its caller has gone: it is about to be ended.
      pending.quiet = !pending.abandoned;
      this.#watchSilence();
    }
    void this.#answer(pending, async () => answer(response.reader().restBytes()));
  }

  async #answer(pending: Pending, answer: () => Promise<Uint8Array>): Promise<void> {
    let line: Uint8Array;
    try {
      line = await answer();
    } catch (error) {
      // `*` cancels a SASL exchange (RFC 3501 6.2.2); whatever comes then, the caller gets his own error.
      line = encoder.encode('*');
      if (!pending.abandoned) pending.fail(error);
    }
    if (pending.phase !== 'sent' || this.#over !== null) return;
    pending.quiet = false;
    this.#watchSilence();
    const { onLine } = this.#options;
    if (onLine !== undefined)
      tell(onLine, 'C', pending.request.secret === true ? '***' : describeResponse(line));
    await this.#write(concat(line, crlf));
  }

  #complete(pending: Pending, response: Response): void {
    const { name: status } = response;
    const { request } = pending;
    // NO or BAD inside a literal is a server in a hurry: the rest still goes. OK is somebody who answers commands
    // that he has not seen (the STARTTLS attacks).
    if (pending.phase !== 'sent' && status === 'OK') {
      throw new Error(`the server answered ${request.name} before it was sent`);
    }
    if (request.switchesLayer === true && status === 'OK') {
      if (this.#framer.pending > 0) {
        throw new Error(`the server sent bytes behind its answer to ${request.name}`);
      }
      // The server speaks TLS from here on, and nobody is there to answer it.
      if (pending.abandoned) throw new Error(`${request.name} was aborted while the server agreed to it`);
      this.#switching = true;
    }
    this.#queue.answered(pending);
    const text = readStatusText(response.reader());
    this.#capabilities.hearCode(text);
    if (status === 'OK' || status === 'NO' || status === 'BAD') {
      const completion: Completion = { status, response, ...text };
      tell(request.completed, completion);
      pending.settle(completion);
    } else {
      pending.fail(new ImapConnectionError(`${request.name}: the server's answer is neither OK, NO nor BAD`));
    }
    pending.phase = 'answered';
    if (this.#literalWait?.pending === pending) {
      this.#literalWait.resolve(false);
      this.#literalWait = null;
    }
    this.#settle();
  }

  /** Something is done: what is there still to wait for? */
  #settle(): void {
    this.#watchSilence();
    if (this.idle && this.#over === null) tell(this.#options.onIdle);
  }

  #watchSilence(): void {
    if (this.#over !== null) return;
    const { inFlight } = this.#queue;
    this.#silence.watch(this.#switching || this.#sending || inFlight.some((pending) => !pending.quiet));
  }

  #tooLarge(response: Response, limit: 'line' | 'literal'): void {
    const error = new ImapLimitError(
      `the server sent a ${limit} of more than ${this.#limits[limit]} bytes; it was passed over`,
      limit,
    );
    if (this.#onGreeting !== null) return this.#end(new ImapConnectionError(error.message, { cause: error }));
    const tagged = this.#queue.unanswered(response.tag);
    if (tagged !== null) {
      tagged.fail(error);
      return this.#complete(tagged, response);
    }
    // What it answers can no longer be asked for; the command that is being answered is the oldest. An IDLE is not
    // answered by it: it goes on.
    const answered = this.#queue.inFlight.find((pending) => !pending.quiet);
    if (answered === undefined) tell(this.#options.onTooLarge, error, response);
    else answered.fail(error);
  }

  // Sending

  async #pump(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let pending = this.#next(); pending !== null; pending = this.#next()) {
        const pieces = this.#prepare(pending);
        if (pieces === null) this.#settle();
        else await this.#transmit(pending, pieces);
      }
    } finally {
      this.#sending = false;
      this.#watchSilence();
    }
    if (this.#queue.waiting.length > 0) for (const before of this.#queue.inFlight) before.interrupt();
  }

  #next(): Pending | null {
    return this.#over !== null || this.#switching ? null : this.#queue.next();
  }

  /** Writes the command into memory; null where it cannot be sent, and its caller knows. */
  #prepare(pending: Pending): readonly Piece[] | null {
    const { request } = pending;
    try {
      if (request.states !== undefined && !request.states.includes(this.#state)) {
        throw new ImapStateError(
          `${request.name} is not possible in state ${this.#state}, only in ${request.states.join(', ')}`,
        );
      }
      request.check?.();
      const writer = new CommandWriter({ literals: this.#literalMode(), utf8: this.utf8 });
      request.write(writer);
      const pieces = writer.finish();
      checkSources(request.name, pieces);
      return pieces;
    } catch (error) {
      pending.fail(error);
      return null;
    }
  }

  async #transmit(pending: Pending, pieces: readonly Piece[]): Promise<void> {
    pending.tag = `${this.#tagPrefix}${this.#tagNumber++}`;
    pending.phase = 'sending';
    this.#queue.inFlight.push(pending);
    this.#watchSilence();
    const { onLine } = this.#options;
    if (onLine !== undefined) tell(onLine, 'C', describeCommand(pending.tag, pieces));
    const tagged = withTag(pending.tag, pieces);
    const last = tagged.at(-1);
    try {
      await send(tagged, {
        write: async (bytes) => {
          // Before the last bytes leave: the answer may be read before write() has returned.
          if (last?.kind === 'bytes' && bytes === last.bytes && pending.phase === 'sending')
            pending.phase = 'sent';
          await this.#write(bytes);
          this.#ended.signal.throwIfAborted();
          this.#silence.heard();
        },
        // Refused inside an earlier literal, it will not be asked for this one.
        mayContinue: () =>
          new Promise((resolve) => {
            if (pending.phase === 'answered') resolve(false);
            else this.#literalWait = { pending, resolve };
          }),
        ours: (promise) => this.#silence.except(promise),
        progress: (sent, total) => tell(pending.request.onProgress, sent, total),
        signal: this.#ended.signal,
      });
    } catch (error) {
      this.#end(this.#connectionEnded(error));
    }
  }

  #literalMode(): 'synchronising' | 'LITERAL-' | 'LITERAL+' {
    if (this.supports('LITERAL+')) return 'LITERAL+';
    return this.supports('LITERAL-') ? 'LITERAL-' : 'synchronising';
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch (error) {
      this.#end(this.#connectionEnded(error));
    }
  }

  #abort(pending: Pending, reason: unknown): void {
    const wasWaiting = this.#queue.withdraw(pending);
    pending.fail(reason);
    if (wasWaiting) {
      this.#pressure.release();
      this.#settle();
      void this.#pump();
    } else if (pending.phase === 'sending') {
      // The server waits for octets that will never come.
      this.#end(new ImapConnectionError(`${pending.request.name} was aborted inside a literal`));
    } else {
      this.#watchSilence();
    }
  }

  // Ending

  #connectionEnded(cause?: unknown): ImapConnectionError {
    if (cause instanceof ImapConnectionError) return cause;
    const bye = this.#bye;
    if (bye !== null)
      return new ImapConnectionError(`the server ended the connection: ${bye}`, { cause, bye });
    const why = cause instanceof Error ? cause.message : 'the server closed it';
    const what = this.#switching ? 'STARTTLS failed' : 'the connection is lost';
    return new ImapConnectionError(`${what}: ${why}`, { cause });
  }

  /** The caller has asked for it. */
  #isEndInOrder(): boolean {
    return (
      this.#state === 'logout' ||
      this.#queue.inFlight.some(({ request, phase }) => request.endsConnection === true && phase === 'sent')
    );
  }

  #end(error: ImapConnectionError, inOrder = false): void {
    if (this.#over !== null) return;
    this.#over = error;
    this.#state = 'logout';
    this.#silence.stop();
    clearTimeout(this.#byeTimer);
    this.#onGreeting?.reject(error);
    this.#onGreeting = null;
    this.#literalWait?.resolve(false);
    this.#literalWait = null;
    this.#pressure.release();
    for (const pending of this.#queue.clear()) pending.lose(error);
    this.#ended.abort(error);
    this.stream.close(inOrder ? undefined : error);
    this.#resolveClosed(inOrder ? null : error);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Four letters, as imaplib does it: tags of two connections are told apart in a log. */
function randomTagPrefix(): string {
  const letters = 'ABCDEFGHIJKLMNOP';
  const [number = 0] = crypto.getRandomValues(new Uint16Array(1));
  return [12, 8, 4, 0].map((shift) => letters[(number >> shift) & 15]).join('');
}
