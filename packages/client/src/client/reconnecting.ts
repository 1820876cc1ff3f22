// A client that outlives its connections: when one is lost another is made, signed in as before, the mailbox selected
// and brought up to date, and the calls go on. Imported by whoever wants it, so that others need not carry it.

import { ImapConnectionError } from '../session/errors.ts';
import type { Completion, Request } from '../session/request.ts';
import type { Session } from '../session/session.ts';
import { after } from '../session/timer.ts';
import type { ClientRunner } from './client-runner.ts';
import { establish } from './establish.ts';
import type { Keeper, Reconnect } from './keeper.ts';
import { enableAll, learnUidNext, resynchronise } from './resynchronise.ts';
import { backOff, isFinal, Pause } from './retry.ts';
import type { Auth, ConnectOptions, MailboxResync, SelectedMailbox } from './types.ts';
import { Call, WaitingCalls } from './waiting-calls.ts';

/** How a client reconnects; times in milliseconds. */
export interface ReconnectOptions {
  /** The wait before the first attempt, 500 by default; doubled before each further one, half of it by chance. */
  readonly firstMs?: number;
  /** The longest wait between two attempts: 30 seconds by default. */
  readonly longestMs?: number;
  /** Gives up after so many attempts without success; never, by default. */
  readonly attempts?: number;
  /** Gives up when the outage has lasted this long; never, by default. */
  readonly outageMs?: number;
  /** An attempt may take so long until it is signed in: one minute by default. */
  readonly attemptMs?: number;
  /** A call waits this long for a connection, then it is rejected: one minute by default. */
  readonly callMs?: number;
  /** Without QRESYNC and CONDSTORE, the flags of so many messages are compared, the newest: 5,000 by default. */
  readonly compare?: number;
  /** Enables QRESYNC where the server has it (true by default): `vanished` events come in the place of `expunge`. */
  readonly qresync?: boolean;
}

const defaults = {
  firstMs: 500,
  longestMs: 30_000,
  attempts: Infinity,
  outageMs: Infinity,
  attemptMs: 60_000,
  callMs: 60_000,
  compare: 5000,
  qresync: true,
};

/**
 * Keeps a client going over lost connections: `ImapClient.connect({ …, reconnect: reconnecting() })`. The first
 * connection must succeed by itself.
 *
 * While there is none, calls wait. What had been sent and can do no harm twice is sent again (the commands say so
 * themselves); all else is rejected with an ImapConnectionError whose `sent` says what is known. What counts by sequence
 * number is never sent on another connection, and nothing that is meant for a mailbox that was made anew meanwhile.
 *
 * @throws RangeError where a number makes no sense
 */
export function reconnecting(options: ReconnectOptions = {}): Reconnect {
  const settings = { ...defaults, ...options };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'number' && !(value >= 0))
      throw new RangeError(`${name} must not be below 0, as ${value} is`);
  }
  return (client, connectOptions) => new Reconnecting(client, connectOptions, settings);
}

class Reconnecting implements Keeper {
  readonly #client: ClientRunner;
  readonly #settings: Required<ReconnectOptions>;
  readonly #waiting: WaitingCalls;
  #options: ConnectOptions;
  /** What must be there again. */
  #isReady = false;
  #isSignedIn = false;
  #isSecured = false;
  #isVerified = false;
  /** The mailbox as it was when the connection was lost; stays until it has been brought up to date. */
  #known: SelectedMailbox | null = null;
  #attempt = 0;
  #since = performance.now();
  #away: AbortController | null = null;
  #lastError: Error | null = null;
  #isOver = false;
  /** A connection that is to take the place of one that the other side wants to end. */
  #successor: Session | null = null;
  #draining: AbortController | null = null;

  constructor(client: ClientRunner, options: ConnectOptions, settings: Required<ReconnectOptions>) {
    this.#client = client;
    this.#options = options;
    this.#settings = settings;
    this.#waiting = new WaitingCalls(settings.callMs, () => ({
      text: `there was no connection${this.#lastError === null ? '' : ` (${this.#lastError.message})`}`,
      cause: this.#lastError,
    }));
  }

  get isAway(): boolean {
    return this.#away !== null;
  }

  async signedIn(
    signal: AbortSignal | undefined,
    auth: Auth | undefined = this.#options.auth,
  ): Promise<void> {
    const { session } = this.#client;
    this.#isSignedIn = session.state !== 'notAuthenticated';
    this.#isSecured = session.info.tls !== null;
    this.#isVerified = session.info.tls?.verified === true;
    if (auth !== undefined) this.#options = { ...this.#options, auth: patient(auth) };
    try {
      if (this.#isSignedIn) await enableAll(this.#client, this.#settings.qresync ? ['QRESYNC'] : [], signal);
    } finally {
      this.#isReady = true;
    }
  }

  execute(request: Request): Promise<Completion> {
    if (request.endsConnection === true) {
      this.#isOver = true;
      return this.#client.session.execute(request);
    }
    const call = new Call(request);
    if (this.#isOver || !this.#isHeld) {
      this.#send(call);
    } else {
      this.#waiting.add(call);
      // A loop over rows may be waiting for this very call.
      if (this.#successor !== null) this.#client.session.hurry();
    }
    return call.promise;
  }

  /** Calls wait: the connection is lost, or about to be replaced. */
  get #isHeld(): boolean {
    return this.#away !== null || this.#successor !== null || this.#client.session.state === 'logout';
  }

  #send(call: Call): void {
    const { session } = this.#client;
    const isOpening = call.request.changesMailbox === true;
    const sent = session.execute(call.request);
    // What asking for the next UID fails with is either passing, or told by the end of the connection.
    if (isOpening) sent.then(() => learnUidNext(this.#client, this.#client.selection)).catch(() => {});
    sent.then(call.resolve, (error: unknown) => {
      const isLost = error instanceof ImapConnectionError && session.state === 'logout' && !this.#isOver;
      if (!isLost || !call.mayGoOn(error)) return call.reject(error);
      call.lost = error;
      this.#waiting.add(call);
    });
  }

  lost(error: Error | null): boolean {
    // One that is just being replaced.
    if (this.#away !== null) return true;
    if (error === null || this.#isOver || !this.#isReady) {
      this.stop(error);
      return false;
    }
    this.#draining?.abort();
    // One that the other side has ended at once is no reason to begin anew.
    if (performance.now() - this.#since > this.#settings.longestMs) this.#attempt = 0;
    void this.#restore(error);
    return true;
  }

  stop(error: Error | null): void {
    this.#isOver = true;
    this.#draining?.abort();
    this.#successor?.close();
    const reason = error ?? new ImapConnectionError('the connection was closed');
    for (const call of this.#waiting.take()) call.giveUp(reason.message, reason);
    if (this.#away === null) return;
    this.#away.abort(reason);
    this.#away = null;
    this.#client.over(error);
    // One that still worked, and was about to be replaced.
    this.#client.session.close(error);
  }

  async #restore(lost: Error): Promise<void> {
    const away = new AbortController();
    this.#away = away;
    this.#lastError = lost;
    const began = performance.now();
    const { attempts, outageMs } = this.#settings;
    let ready = this.#successor;
    this.#successor = null;
    while (ready !== null || (this.#attempt < attempts && performance.now() - began < outageMs)) {
      if (ready === null) await this.#pause(away.signal);
      if (away.signal.aborted) return;
      try {
        await this.#settle(ready ?? (await this.#connect(away.signal)), away.signal);
        return;
      } catch (error) {
        if (away.signal.aborted) return;
        this.#lastError = asError(error);
        if (isFinal(error)) return this.stop(this.#lastError);
      }
      ready = null;
    }
    const { message } = this.#lastError;
    const what = `gave up after ${this.#attempt} attempts to reconnect: ${message}`;
    this.stop(new ImapConnectionError(what, { cause: this.#lastError }));
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#attempt += 1;
    const delayMs = backOff(this.#attempt, this.#settings);
    const pause = new Pause(delayMs, signal);
    const error = this.#lastError!;
    this.#client.events.emit('reconnecting', { attempt: this.#attempt, delayMs, error, now: pause.end });
    await pause.over;
  }

  /** A connection that is signed in, and no less secure than the one before. */
  async #connect(stop: AbortSignal): Promise<Session> {
    const late = new AbortController();
    const { attemptMs } = this.#settings;
    const timer = after(attemptMs, () =>
      late.abort(new ImapConnectionError(`not connected and signed in within ${attemptMs / 1000} s`)),
    );
    const signal = AbortSignal.any([stop, late.signal]);
    let session: Session | null = null;
    try {
      session = await this.#client.connect(signal);
      const line = this.#client.on(session);
      // What was encrypted stays so, on whatever line.
      const security = this.#isSecured ? 'starttls' : this.#options.security;
      await establish(line, { ...this.#options, ...(security && { security }), signal });
      if (this.#isVerified && session.info.tls?.verified !== true)
        throw new RangeError(`the certificate of ${session.info.peer.name} is no longer verified`);
      if (this.#isSignedIn && session.state === 'notAuthenticated')
        throw new RangeError('the server had signed us in by itself, and does not any more');
      const { enabled } = this.#client.session;
      await enableAll(line, this.#settings.qresync ? [...enabled, 'QRESYNC'] : enabled, signal);
      signal.throwIfAborted();
      return session;
    } catch (error) {
      session?.close(asError(error));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Makes a connection the client's own, and lets the calls go on. */
  async #settle(session: Session, signal: AbortSignal): Promise<void> {
    const client = this.#client;
    const close = (): void => session.close(asError(signal.reason));
    let resync: MailboxResync | null = null;
    signal.addEventListener('abort', close);
    try {
      signal.throwIfAborted();
      this.#known ??= client.selection.mailbox;
      if (this.#known !== null)
        resync = await resynchronise(
          client.on(session),
          client.selection,
          this.#known,
          this.#settings.compare,
        );
      // One that has ended again meanwhile is no success.
      if (session.state === 'logout')
        throw (await session.closed) ?? new ImapConnectionError('the server said good-bye');
    } catch (error) {
      session.close(asError(error));
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
    const before = client.session;
    this.#known = null;
    this.#away = null;
    this.#draining = null;
    this.#since = performance.now();
    client.use(session);
    before.close();
    client.events.emit('reconnected', { attempts: this.#attempt });
    if (resync !== null) client.events.emit('resync', resync);
    this.#release(resync);
  }

  /** Sends what has waited, as far as it still means what it meant. */
  #release(resync: MailboxResync | null): void {
    let isNewMailbox = false;
    const isGone = resync !== null && (resync.error !== null || resync.uidValidityChanged);
    const { idling } = this.#client;
    for (const call of this.#waiting.take()) {
      const { isBound, changesMailbox, states, restart } = call.request;
      const isOfMailbox = states?.includes('authenticated') === false && states.includes('selected');
      if (isGone && isOfMailbox && !isNewMailbox) {
        const why =
          resync.error === null
            ? 'was made anew (UIDVALIDITY): its UIDs are other messages now'
            : 'cannot be opened any more';
        call.giveUp(`the mailbox ${resync.mailbox} ${why}`, resync.error ?? this.#lastError);
      } else if (isBound?.() === true && !isNewMailbox) {
        call.giveUp('sequence numbers and saved results do not outlive a connection; use UIDs', call.lost);
      } else if (call.lost !== null && restart?.() === false) {
        call.reject(call.lost);
      } else {
        this.#send(call);
      }
      isNewMailbox ||= changesMailbox === true;
    }
    idling.quiet();
  }

  drain(): void {
    if (this.#isOver || !this.#isReady || this.#away !== null || this.#draining !== null) return;
    this.#draining = new AbortController();
    void this.#prepare(this.#draining.signal);
  }

  /** Connects while the connection before still works. What fails here is told when that one has ended. */
  async #prepare(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const successor = await this.#connect(signal);
        if (signal.aborted) return successor.close();
        this.#successor = successor;
        this.#client.idling.end();
        this.quiet();
        return;
      } catch (error) {
        if (isFinal(error)) return;
        await new Pause(backOff(attempt, this.#settings), signal).over;
      }
    }
  }

  quiet(): void {
    if (this.#successor === null || this.#away !== null || !this.#client.session.idle) return;
    void this.#restore(new ImapConnectionError('the other side has asked for another connection'));
  }
}

/** A secret that cannot be had just now may be had later: an expired token is renewed over the same lost network. */
function patient(auth: Auth): Auth {
  return Object.fromEntries(
    Object.entries(auth).map(([name, value]: [string, unknown]) => {
      if (typeof value !== 'function') return [name, value];
      const ask = value as (...args: unknown[]) => unknown;
      const asked = async (...args: unknown[]): Promise<unknown> => {
        try {
          return await ask.apply(auth, args);
        } catch (error) {
          throw new ImapConnectionError('a secret could not be had', { cause: error });
        }
      };
      return [name, asked];
    }),
  ) as unknown as Auth;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
