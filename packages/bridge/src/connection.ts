// One page's connection from its first frame to its end: which frame is legal when, and what follows from it.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  FrameError,
  ReceiveCredit,
  SendCredit,
  TransportError,
  parsePageFrame,
} from '@imaplib/client/protocol';
import type { ExitInfo, OpenFrame, PageFrame, TransportStage } from '@imaplib/client/protocol';
import { Account } from './account.ts';
import type { Budget } from './budget.ts';
import { connectServer } from './connect.ts';
import type { Ending, Endpoint } from './endpoint.ts';
import { Refusal, transportFailure } from './failure.ts';
import type { Limits } from './limits.ts';
import { Liveness } from './liveness.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Page } from './page.ts';
import type { Processes } from './process.ts';
import type { Resolve } from './resolve.ts';
import { findRoute } from './routes.ts';
import type { Routes } from './routes.ts';
import type { BufferPool } from './source.ts';
import { ToPage } from './to-page.ts';
import { ToTarget } from './to-target.ts';
import { isGranted } from './tokens.ts';
import type { Only } from './tokens.ts';
import { startTls } from './upgrade.ts';

/** What all connections of a bridge share. */
export interface Shared {
  readonly routes: Routes;
  readonly limits: Limits;
  readonly resolve: Resolve;
  readonly pool: BufferPool;
  readonly budget: Budget;
  readonly processes: Processes;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** What one connection gets: all that is shared, and what is its own. */
export interface Entitled extends Shared {
  readonly only: Only | null;
  /** What its WebSocket writes to. */
  readonly wire: Duplex;
}

/** A connection, as the bridge sees it. */
export interface Carried {
  /** Settles when nothing of it is left: socket, far end, timers. */
  readonly done: Promise<void>;
  /** Bytes of the page, and for the page, so far. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** Tells the page to go elsewhere within the time. */
  drain(deadlineMs: number): void;
  /** Closes because the bridge ends. */
  restart(): void;
  /** Asks for a sign of life, and ends what shows none. Called every `pingMs`. */
  sweep(): void;
}

/**
 * - `waiting` for the open frame
 * - `connecting`: the page may not send bytes yet
 * - `open`: bytes both ways
 * - `securing`: a TLS handshake in mid-stream; no bytes
 * - `ending`: the far end is gone, its last bytes are on their way to the page
 * - `closed`: nothing is read any more
 */
type State = 'waiting' | 'connecting' | 'open' | 'securing' | 'ending' | 'closed';

const STAGE: Readonly<Record<State, TransportStage>> = {
  waiting: 'policy',
  connecting: 'connect',
  open: 'relay',
  securing: 'starttls',
  ending: 'relay',
  closed: 'relay',
};

/** The close codes of RFC 6455 and its registry that are no failures. */
const NORMAL = 1000;
const RESTART = 1012;

/** A page's connection. */
export class Connection implements Carried {
  readonly done: Promise<void>;
  readonly #account: Account;
  readonly #socket: WebSocket;
  readonly #shared: Entitled;
  readonly #page: Page;
  readonly #toTarget: ToTarget;
  readonly #abort = new AbortController();
  readonly #liveness: Liveness;
  #credit: SendCredit | null = null;
  #toPage: ToPage | null = null;
  #endpoint: Endpoint | null = null;
  #state: State = 'waiting';
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #hasEof = { page: false, target: false };
  #who = '';

  constructor(id: number, socket: WebSocket, shared: Entitled) {
    this.#account = new Account(id, shared);
    this.#socket = socket;
    this.#shared = shared;
    const { limits, budget } = shared;
    this.#page = new Page(socket, shared);
    this.#liveness = new Liveness(socket, limits);
    const credit = new ReceiveCredit(limits.window);
    this.#toTarget = new ToTarget(
      {
        receive: (bytes) => credit.receive(bytes),
        taken: (bytes) => {
          const grant = credit.consume(bytes);
          if (grant > 0) this.#page.send({ type: 'credit', bytes: grant });
        },
      },
      budget,
    );
    this.#timer = setTimeout(() => {
      this.#fail(new TransportError('timeout', 'policy', `no open frame came within ${limits.openMs} ms`));
    }, limits.openMs);
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    // What breaks the rules of WebSocket itself is answered by ws with 1002, 1007 or 1009.
    socket.on('error', (error) => this.#account.log('warn', 'websocket-error', { reason: error.message }));
    this.done = new Promise<void>((resolve) => {
      socket.once('close', (code) => resolve(this.#cleanUp(code)));
    });
  }

  get bytes(): { readonly up: number; readonly down: number } {
    return { up: this.#toTarget.bytes, down: this.#toPage?.bytes ?? 0 };
  }

  drain(deadlineMs: number): void {
    if (this.#state === 'waiting') this.restart();
    else this.#page.send({ type: 'drain', deadlineMs });
  }

  restart(): void {
    this.#state = 'closed';
    this.#page.close(RESTART, 'restart; reconnect');
  }

  sweep(): void {
    const { idleMs } = this.#shared.limits;
    const { up, down } = this.bytes;
    switch (this.#liveness.look(up + down)) {
      case 'lost':
        this.#account.lost();
        this.#socket.terminate();
        return;
      case 'idle':
        // Every other state has a time limit of its own.
        if (this.#state !== 'open') return;
        this.#fail(
          new TransportError('timeout', 'relay', `no byte passed within ${idleMs} ms`, { reason: 'idle' }),
        );
        return;
      case 'alive':
    }
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#liveness.heard();
    if (this.#state === 'closed') return;
    try {
      if (isBinary) this.#takeBytes(data);
      else if (data.length > this.#shared.limits.controlBytes)
        throw new FrameError('control frame is too large');
      else this.#takeFrame(parsePageFrame(data.toString()));
    } catch (error) {
      this.#fail(error);
    }
  }

  #takeBytes(bytes: Buffer): void {
    // The far end is gone, and the page cannot know it yet.
    if (this.#state === 'ending') return;
    if (this.#state !== 'open') throw new FrameError(`bytes while ${this.#state}`);
    if (this.#hasEof.page) throw new FrameError('bytes after eof');
    this.#toTarget.receive(bytes);
  }

  #takeFrame(frame: PageFrame): void {
    const state = this.#state;
    if ((frame.type === 'open') !== (state === 'waiting'))
      throw new FrameError(`${frame.type} while ${state}`);
    switch (frame.type) {
      case 'open':
        this.#work = this.#open(frame);
        return;
      case 'ping':
        this.#page.send({ type: 'pong', id: frame.id });
        return;
      case 'credit':
        if (this.#credit === null) throw new FrameError('credit before opened');
        this.#credit.grant(frame.bytes);
        this.#toPage?.forward();
        return;
      case 'eof':
        if (state === 'ending') return;
        if (state !== 'open' || this.#hasEof.page) throw new FrameError(`eof while ${state}`);
        this.#hasEof.page = true;
        void this.#toTarget.end();
        return;
      case 'starttls':
        if (state === 'ending') return;
        if (state !== 'open' || this.#hasEof.page) throw new FrameError(`starttls while ${state}`);
        this.#work = this.#secure(frame.servername);
    }
  }

  async #open(frame: OpenFrame): Promise<void> {
    const { routes, limits, processes, resolve, pool, budget } = this.#shared;
    clearTimeout(this.#timer);
    this.#state = 'connecting';
    try {
      if (!isGranted(this.#shared.only, frame)) throw new Refusal('the token is for something else');
      const route = findRoute(frame, routes);
      this.#who = route.kind === 'command' ? route.name : route.who;
      const endpoint =
        route.kind === 'command'
          ? await processes.start(route.name, route.command)
          : await connectServer(route, { limits, resolve, pool, signal: this.#abort.signal });
      if (this.#isOver) {
        await endpoint.close(Promise.resolve());
        return;
      }
      const { peer, timings, tls } = endpoint;
      this.#account.opened(endpoint);
      this.#page.send({ type: 'opened', window: limits.window, peer, timings, tls });
      this.#credit = new SendCredit(frame.window);
      this.#toPage = new ToPage(this.#page, {
        credit: this.#credit,
        budget,
        onEnd: () => this.#endOfTarget(),
      });
      this.#adopt(endpoint);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #secure(servername: string | undefined): Promise<void> {
    const { limits } = this.#shared;
    const endpoint = this.#endpoint!;
    const toPage = this.#toPage!;
    this.#state = 'securing';
    try {
      const signal = this.#abort.signal;
      const secured = await startTls({
        endpoint,
        toPage,
        toTarget: this.#toTarget,
        servername,
        limits,
        signal,
      });
      this.#account.log('info', 'secured', { tls: secured.tls?.protocol ?? null });
      this.#page.send({ type: 'secured', tls: secured.tls! });
      this.#adopt(secured);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Lets bytes flow to and from an endpoint. */
  #adopt(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    this.#state = 'open';
    this.#toTarget.attach(endpoint.writable);
    this.#toPage!.attach(endpoint.source);
    void endpoint.ending.then((ending) => {
      // A handshake in mid-stream reports for itself, and leaves another endpoint behind.
      if (this.#endpoint === endpoint && this.#state === 'open') this.#endWith(ending);
    });
  }

  #endOfTarget(): void {
    if (this.#isOver) return;
    this.#hasEof.target = true;
    this.#page.send({ type: 'eof' });
  }

  /** The far end is gone. What it has sent comes first. */
  #endWith({ error, exit }: Ending): void {
    this.#state = 'ending';
    this.#timer = setTimeout(() => this.#socket.terminate(), this.#shared.limits.lingerMs);
    this.#toPage!.finish(() => {
      if (exit !== undefined) this.#exit(exit);
      else if (error !== undefined) this.#fail(transportFailure('relay', this.#who, error));
      else this.#close(NORMAL, 'closed');
    });
  }

  #exit(exit: ExitInfo): void {
    this.#page.send({ type: 'exit', ...exit });
    this.#close(NORMAL, 'exit');
  }

  #close(code: number, reason: string): void {
    this.#state = 'closed';
    this.#page.close(code, reason);
  }

  get #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'ending';
  }

  /** Tells the page what failed; more than one failure is one failure. */
  #fail(error: unknown): void {
    if (this.#state === 'closed') return;
    const failure = this.#account.failed(error, { stage: STAGE[this.#state], target: this.#who });
    this.#state = 'closed';
    this.#page.fail(failure);
    // Whatever else comes of it is not for the page.
    this.#toPage?.discard();
    this.#abort.abort(failure);
    void this.#endpoint?.close(Promise.resolve());
  }

  /** The WebSocket is closed: lets go of everything else. */
  async #cleanUp(code: number): Promise<void> {
    clearTimeout(this.#timer);
    const isFault = this.#abort.signal.aborted;
    this.#state = 'closed';
    this.#abort.abort(new Error('the page has gone'));
    await this.#work;
    this.#toPage?.discard();
    await this.#endpoint?.close(isFault ? Promise.resolve() : this.#toTarget.end());
    this.#toTarget.discard();
    this.#account.closed(code, this.bytes);
  }
}
