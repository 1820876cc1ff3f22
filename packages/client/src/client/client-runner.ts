// What stands between ImapClient's calls and the session: where unasked responses go, and who hears of what.

import type { Runner } from '../commands/command.ts';
import type { Completion, Request } from '../session/request.ts';
import { Session } from '../session/session.ts';
import { readList } from '../wire/list.ts';
import { isStatus, readStatusText, type Response, type StatusText } from '../wire/response.ts';
import { codeName } from '../wire/response-code.ts';
import { readStatus } from '../wire/status.ts';
import { AutoIdle } from './auto-idle.ts';
import { Emitter } from './emitter.ts';
import type { Keeper } from './keeper.ts';
import { Selection } from './selection.ts';
import type { Auth, ClientEvents, ClientState, ConnectOptions } from './types.ts';

/** The state that ImapClient's calls share. */
export class ClientRunner implements Runner {
  readonly events: Emitter<ClientEvents> = new Emitter();
  readonly selection: Selection = new Selection(this.events);
  readonly idling: AutoIdle = new AutoIdle(this);
  /** Settles when the client is over: null after LOGOUT, else why. Never rejects. */
  readonly closed: Promise<Error | null>;
  readonly #options: ConnectOptions;
  readonly #keeper: Keeper | null;
  #session: Session | null = null;
  #isOver = false;
  #resolveClosed!: (error: Error | null) => void;

  private constructor(options: ConnectOptions) {
    this.#options = options;
    this.#keeper = options.reconnect?.(this, options) ?? null;
    this.events.onAll(options.on ?? {});
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  static async open(options: ConnectOptions): Promise<ClientRunner> {
    const runner = new ClientRunner(options);
    runner.use(await runner.connect(options.signal));
    return runner;
  }

  /** Makes a connection, which is not the client's own before {@link use}. */
  connect(signal: AbortSignal | undefined): Promise<Session> {
    const { transport, limits, trace, onLine } = this.#options;
    return Session.open({
      ...{ transport, signal, limits, trace, onLine },
      onUntagged: (response) => this.unasked(response),
      onTooLarge: (error, response) => this.warn(error, response),
      onIdle: () => {
        this.idling.quiet();
        this.#keeper?.quiet();
      },
    });
  }

  /** The client's connection from here on. */
  use(session: Session): void {
    this.#session = session;
    this.#tell(session.greeting);
    session.stream.onDrain = (deadlineMs) => {
      this.events.emit('drain', { deadlineMs });
      this.#keeper?.drain();
    };
    void session.closed.then((error) => {
      if (session !== this.#session) return;
      this.idling.end();
      if (this.#keeper?.lost(error) !== true) this.over(error);
    });
  }

  /** There will be no other connection. */
  over(error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.selection.leave();
    this.#resolveClosed(error);
    this.events.emit('close', { error });
  }

  /** Ends the connection, and any attempt at another one. */
  close(error: Error | null = null): void {
    this.#keeper?.stop(error);
    this.session.close(error);
  }

  get session(): Session {
    return this.#session!;
  }

  get state(): ClientState {
    return this.#keeper?.isAway === true ? 'reconnecting' : this.session.state;
  }

  get canReconnect(): boolean {
    return this.#keeper !== null;
  }

  /** Tells the keeper how to sign in again. */
  async signedIn(signal: AbortSignal | undefined, auth?: Auth): Promise<void> {
    await this.#keeper?.signedIn(signal, auth);
  }

  execute(request: Request): Promise<Completion> {
    return (this.#keeper ?? this.session).execute(request);
  }

  /** A runner for a connection that is not the client's own yet. */
  on(session: Session): Runner {
    return {
      session,
      execute: (request) => session.execute(request),
      leave: () => this.#leave(session),
      unasked: (response) => this.unasked(response),
      warn: (error, response) => this.warn(error, response),
      answered: (done) => this.answered(done),
    };
  }

  leave(): void {
    this.#leave(this.session);
  }

  #leave(session: Session): void {
    session.enter('authenticated');
    this.selection.leave();
  }

  unasked(response: Response): void {
    try {
      if (response.tag === '') throw new Error('the line is no response');
      const isRefusal = response.name === 'NO' || response.name === 'BAD';
      const isTold = (isRefusal || response.name === 'OK') && this.#tell(readStatusText(response.reader()));
      if (response.name === 'STATUS') this.events.emit('status', { status: readStatus(response.reader()) });
      else if (response.name === 'LIST')
        this.events.emit('mailbox', { mailbox: readList(response.reader()) });
      // The words of an OK are of no consequence; those of a NO may be a warning (RFC 3501 7.1.2).
      else if (!this.selection.take(response) && !isTold && (isRefusal || !isStatus(response.name))) {
        this.events.emit('untagged', { response });
      }
    } catch (error) {
      this.warn(error, response);
    }
  }

  warn(error: unknown, response: Response): void {
    const line = new TextDecoder('latin1').decode(response.bytes.subarray(0, 200));
    this.events.emit('warning', { reason: error instanceof Error ? error.message : String(error), line });
  }

  answered(done: Completion): void {
    this.#tell(done);
    this.selection.heard(done.code);
  }

  /** Whether an event tells what the code says. */
  #tell({ code, text }: StatusText): boolean {
    if (code !== null && codeName(code) === 'ALERT') this.events.emit('alert', { text });
    else if (code?.name === 'NOTIFICATIONOVERFLOW') {
      this.session.notifies = false;
      this.events.emit('overflow', { text });
    } else if (code?.name === 'INPROGRESS') {
      this.events.emit('progress', { tag: code.tag, done: code.progress, total: code.goal, text });
    } else return false;
    return true;
  }
}
