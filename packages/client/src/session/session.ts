// One connection: greeting, state, and how its parts stand together. It sends nothing of its own accord. What goes out is in
// outgoing.ts, how bytes come in is in incoming.ts, whose response is whose is in dispatch.ts.

import type { ByteStream, StreamInfo, TlsInfo, TlsOptions } from '../transport/byte-stream.ts';
import { Framer } from '../wire/framer.ts';
import type { ReaderOptions } from '../wire/reader.ts';
import { BackPressure } from './back-pressure.ts';
import { Capabilities } from './capabilities.ts';
import { Dispatch } from './dispatch.ts';
import { Ending } from './ending.ts';
import { ImapConnectionError } from './errors.ts';
import type { Greeting } from './greeting.ts';
import { Incoming } from './incoming.ts';
import { Observation } from './observation.ts';
import { defaultSessionLimits, type SessionLimits, type SessionOptions } from './options.ts';
import { Outgoing, piecesOf } from './outgoing.ts';
import { Pending } from './pending.ts';
import { CommandQueue } from './queue.ts';
import type { Completion, Request, SessionState } from './request.ts';
import { SilenceWatch } from './silence-watch.ts';
import { tell } from './tell.ts';
import { after } from './timer.ts';

export { defaultSessionLimits, type SessionLimits, type SessionOptions } from './options.ts';
export type { Greeting } from './greeting.ts';

/** A connection to an IMAP server, at the level of lines and tags. */
export class Session {
  /** NOTIFY is on: STATUS and LIST come of mailboxes that nobody asks of. Set by whoever sends it. */
  notifies = false;
  readonly #options: SessionOptions;
  readonly #limits: SessionLimits;
  readonly #inUtf7: ReaderOptions;
  readonly #inUtf8: ReaderOptions;
  #utf8 = false;
  #enabled: ReadonlySet<string> = new Set();
  readonly #framer: Framer;
  readonly #queue = new CommandQueue();
  readonly #pressure: BackPressure;
  readonly #silence: SilenceWatch;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #dispatch: Dispatch;
  readonly #capabilities = new Capabilities();
  readonly #observation: Observation;
  readonly #ending = new Ending();
  #stream: ByteStream;
  #state: SessionState = 'notAuthenticated';
  #greeting: Greeting | null = null;
  #greeted: { resolve: (greeting: Greeting) => void; reject: (error: unknown) => void } | null = null;
  /** The command behind whose OK the meaning of bytes changes, until it has changed. */
  #switching: string | null = null;

  private constructor(stream: ByteStream, options: SessionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#limits = { ...defaultSessionLimits, ...options.limits };
    this.#inUtf7 = { ...this.#limits, utf8: false };
    this.#inUtf8 = { ...this.#limits, utf8: true };
    this.#framer = new Framer(this.#limits, (size, head) => this.#dispatch.literal(size, head));
    this.#pressure = new BackPressure(this.#queue, this.#limits.maxQueued);
    const { silenceMs } = this.#limits;
    this.#silence = new SilenceWatch(silenceMs, () =>
      this.#lateEnd(
        `has said nothing for ${Math.round(silenceMs / 1000)} s while a command waits`,
        'no answer',
      ),
    );
    this.#incoming = new Incoming(stream, this.#framer, this.#pressure, this.#silence);
    this.#observation = new Observation(options, stream.info.peer.name);
    this.#outgoing = new Outgoing(stream, this.#queue, this.#silence, this.#observation, options.tagPrefix, {
      isHeld: () => this.#switching !== null || this.#isOver || this.#ending.isAnnounced,
      prepare: (request) => piecesOf(request, this),
      unsent: () => this.#settle(),
      changed: () => this.#watchSilence(),
      failed: (error) => this.#lost(error),
      signal: this.#ending.signal,
    });
    this.#dispatch = new Dispatch(
      this.#queue,
      this.#outgoing,
      this.#capabilities,
      this.#limits,
      this.#observation,
      options,
      {
        reading: () => (this.utf8 ? this.#inUtf8 : this.#inUtf7),
        // ENABLE is for those who are signed in: before that it is somebody's on the plain line.
        enabled: (extensions) => {
          if (this.#state !== 'notAuthenticated') this.enable(extensions);
        },
        greeted: (greeting) => {
          this.#observation.greeted();
          this.#greeted?.resolve(greeting);
        },
        heardBye: (text) =>
          this.#ending.heardBye(text, this.#limits.byeMs, () => this.#lost(undefined, this.#isEndInOrder())),
        switches: (request) => this.#beginSwitch(request),
        settled: () => this.#settle(),
        changed: () => this.#watchSilence(),
        end: (error) => this.#end(error),
      },
    );
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

  /** What it puts up with. */
  get limits(): SessionLimits {
    return this.#limits;
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

  /** What carries the bytes: the transport's stream, or the layer on it. */
  get stream(): ByteStream {
    return this.#stream;
  }

  /** What ENABLE has switched on, in capitals (RFC 5161). */
  get enabled(): ReadonlySet<string> {
    return this.#enabled;
  }

  /** The server has switched these on, as its ENABLED says, or the tagged OK of servers that leave that out. */
  enable(extensions: Iterable<string>): void {
    this.#enabled = new Set([...this.#enabled, ...extensions]);
    if (this.#enabled.has('UTF8=ACCEPT') || this.#enabled.has('IMAP4REV2')) this.utf8 = true;
  }

  /**
   * Names and strings come and go in UTF-8: UTF8=ACCEPT or IMAP4rev2 is enabled, or the server speaks nothing older
   * (RFC 9051 5.1).
   */
  get utf8(): boolean {
    return this.#utf8 || this.#capabilities.onlyRev2;
  }

  set utf8(value: boolean) {
    this.#utf8 = value;
  }

  get info(): StreamInfo {
    return this.#stream.info;
  }

  /** When bytes last came from the server, in the time of `performance.now()`. */
  get lastHeard(): number {
    return this.#silence.lastHeard;
  }

  /** Nothing is queued and nothing is unanswered. */
  get idle(): boolean {
    return this.#switching === null && this.#queue.waiting.length === 0 && this.#queue.inFlight.length === 0;
  }

  /** Settles when the connection is over: null after LOGOUT, else why. Never rejects. */
  get closed(): Promise<Error | null> {
    return this.#ending.closed;
  }

  /**
   * Queues a command; it is sent when its turn comes.
   *
   * Resolves with any tagged answer, NO and BAD too. Rejects with ImapStateError, RangeError (nothing was sent),
   * ImapLimitError, AbortError or ImapConnectionError.
   */
  execute(request: Request): Promise<Completion> {
    const pending = new Pending(request);
    this.#observation.queued(pending);
    if (this.#ending.error !== null) {
      pending.lose(this.#ending.error);
    } else if (request.signal?.aborted === true) {
      pending.fail(request.signal.reason);
    } else {
      pending.watch((reason) => this.#abort(pending, reason));
      this.#queue.waiting.push(pending);
      this.#pressure.release();
      this.#pump();
    }
    return pending.promise;
  }

  #abort(pending: Pending, reason: unknown): void {
    const wasWaiting = this.#queue.withdraw(pending);
    pending.fail(reason);
    if (wasWaiting) {
      this.#pressure.release();
      this.#settle();
      this.#pump();
    } else if (pending.phase === 'sending') {
      // The server waits for octets that will never come.
      this.#end(new ImapConnectionError(`${pending.request.name} was aborted inside a literal`));
    } else {
      this.#watchSilence();
    }
  }

  /** Somebody waits until nothing is unanswered any more: rows that nobody takes no longer hold the server up. */
  hurry(): void {
    this.#pressure.hurry();
  }

  /** State is changed by whoever knows what a command means: login, select, close, logout. */
  enter(state: SessionState): void {
    this.#state = state;
  }

  /** What was heard before TLS or login no longer counts (RFC 3501 6.2.1, 6.2.3). */
  forgetCapabilities(): void {
    this.#capabilities.expire();
  }

  /** Nobody is signed in any more (UNAUTHENTICATE, RFC 8437): what was enabled, and known, no longer holds. */
  signedOut(): void {
    this.#state = 'notAuthenticated';
    this.#enabled = new Set();
    this.utf8 = false;
    this.notifies = false;
    this.#capabilities.expire();
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

  // Switching the byte layer: behind the OK to a command with `switchesLayer` nothing is sent, and nothing may come,
  // before one of these has been called.

  /**
   * Upgrades the stream to TLS behind STARTTLS. What was heard of capabilities no longer counts.
   *
   * @throws ImapConnectionError where the handshake fails or bytes of the plain connection follow; the session is over
   */
  startTls(options?: TlsOptions): Promise<TlsInfo> {
    return this.#switch('startTls() belongs behind a STARTTLS command', async () => {
      if (this.#stream.startTls === undefined) throw new Error('this transport cannot upgrade to TLS');
      const info = await this.#stream.startTls(options);
      this.#capabilities.forget();
      return info;
    });
  }

  /**
   * Puts a layer on the stream behind a command such as COMPRESS: from here on the session speaks through what
   * `layer` makes of the stream it is given, both of whose ends are free. Closing the layer must close what is below.
   *
   * @throws ImapConnectionError where `layer` throws, or bytes came before it was called; the session is over
   */
  replaceStream(layer: (below: ByteStream) => ByteStream): Promise<void> {
    return this.#switch('replaceStream() belongs behind a command that switches the layer', async () => {
      this.#incoming.release();
      this.#outgoing.release();
      this.#stream = layer(this.#stream);
      this.#incoming.use(this.#stream);
      this.#outgoing.use(this.#stream);
    });
  }

  #beginSwitch({ name }: Request): void {
    if (this.#framer.pending > 0) throw new Error(`the server sent bytes behind its answer to ${name}`);
    this.#switching = name;
  }

  async #switch<T>(misplaced: string, change: () => Promise<T>): Promise<T> {
    if (this.#ending.error !== null) throw this.#ending.error;
    if (this.#switching === null) throw new Error(misplaced);
    try {
      const changed = await change();
      if (this.#ending.error !== null) throw this.#ending.error;
      this.#switching = null;
      this.#settle();
      this.#pump();
      return changed;
    } catch (error) {
      this.#lost(error);
      throw this.#ending.error!;
    }
  }

  // Reading

  #readGreeting(): Promise<void> {
    const greeted = new Promise<Greeting>((resolve, reject) => {
      this.#greeted = { resolve, reject };
    });
    const { greetingMs } = this.#limits;
    const timer = after(greetingMs, () =>
      this.#lateEnd(`sent no greeting within ${greetingMs / 1000} s`, 'no greeting'),
    );
    if (this.#ending.error === null) void this.#read();
    else this.#greeted!.reject(this.#ending.error);
    return greeted
      .then((greeting) => {
        this.#greeting = greeting;
        if (greeting.status === 'PREAUTH') this.#state = 'authenticated';
      })
      .finally(() => clearTimeout(timer));
  }

  async #read(): Promise<void> {
    try {
      await this.#incoming.run({
        isOver: () => this.#isOver,
        arrived: (octets) => {
          this.#observation.heard(octets);
          if (this.#switching === null) return;
          throw new Error(`the server sent bytes behind its answer to ${this.#switching}`);
        },
        take: (frame) => this.#dispatch.take(frame),
        taken: () => this.#pump(),
      });
      this.#lost(undefined, this.#isEndInOrder());
    } catch (error) {
      this.#lost(error, this.#isEndInOrder());
    }
  }

  // Going on, and ending

  /** Something is done: what is there still to wait for? */
  #settle(): void {
    this.#watchSilence();
    if (this.idle && this.#ending.error === null) tell(this.#options.onIdle);
  }

  #watchSilence(): void {
    if (this.#ending.error !== null) return;
    const isDue = this.#switching !== null || this.#outgoing.busy;
    this.#silence.watch(isDue || this.#queue.inFlight.some((pending) => !pending.quiet));
  }

  #pump(): void {
    void this.#outgoing.pump();
  }

  get #isOver(): boolean {
    return this.#ending.error !== null;
  }

  /** The caller has asked for it. */
  #isEndInOrder(): boolean {
    return (
      this.#state === 'logout' ||
      this.#queue.inFlight.some(({ request, phase }) => request.endsConnection === true && phase === 'sent')
    );
  }

  #lateEnd(what: string, cause: string): void {
    const message = `${this.info.peer.name} ${what}`;
    this.#end(new ImapConnectionError(message, { cause: new DOMException(cause, 'TimeoutError') }));
  }

  #lost(cause?: unknown, inOrder = false): void {
    const what = this.#switching === null ? 'the connection is lost' : `${this.#switching} failed`;
    this.#end(this.#ending.explain(what, cause), inOrder);
  }

  #end(error: ImapConnectionError, inOrder = false): void {
    if (!this.#ending.begin(error)) return;
    this.#state = 'logout';
    this.#silence.stop();
    this.#greeted?.reject(error);
    this.#outgoing.giveUp(null);
    this.#pressure.release();
    for (const pending of this.#queue.clear()) pending.lose(error);
    this.#stream.close(inOrder ? undefined : error);
    this.#observation.ended(inOrder ? null : error);
    this.#ending.tell(inOrder);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
