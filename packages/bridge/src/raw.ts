// A plain WebSocket client's connection, as websockify serves it: binary frames are bytes of one target, and there
// is nothing else. Without credit, a client that sends too fast is simply not read for a while.

import type { WebSocket } from 'ws';
import { CLOSE_CODE, TransportError } from '@imaplib/client/protocol';
import { Account } from './account.ts';
import type { Carried, Entitled } from './connection.ts';
import { connectServer } from './connect.ts';
import type { Endpoint } from './endpoint.ts';
import { Refusal, transportFailure } from './failure.ts';
import { Liveness } from './liveness.ts';
import { Page } from './page.ts';
import type { ServerRoute } from './routes.ts';
import { ToPage, UNLIMITED } from './to-page.ts';
import { ToTarget } from './to-target.ts';
import type { Intake } from './to-target.ts';
import { isGranted } from './tokens.ts';

const NORMAL = 1000;
const RESTART = 1012;

/** Stops reading a WebSocket while a window full of its bytes waits. */
class Pausing implements Intake {
  readonly #socket: WebSocket;
  readonly #window: number;
  #waiting = 0;

  constructor(socket: WebSocket, window: number) {
    this.#socket = socket;
    this.#window = window;
  }

  receive(bytes: number): void {
    this.#waiting += bytes;
    if (this.#waiting >= this.#window) this.#socket.pause();
  }

  taken(bytes: number): void {
    this.#waiting -= bytes;
    if (this.#socket.isPaused && this.#waiting < this.#window / 2) this.#socket.resume();
  }
}

/** A plain client's connection to one target. */
export class RawConnection implements Carried {
  readonly done: Promise<void>;
  readonly #account: Account;
  readonly #socket: WebSocket;
  readonly #shared: Entitled;
  readonly #page: Page;
  readonly #toPage: ToPage;
  readonly #toTarget: ToTarget;
  readonly #liveness: Liveness;
  readonly #abort = new AbortController();
  readonly #route: ServerRoute;
  readonly #work: Promise<void>;
  #endpoint: Endpoint | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param target the name of the target, and where it leads */
  constructor(id: number, socket: WebSocket, shared: Entitled, target: { name: string; route: ServerRoute }) {
    const { limits, budget } = shared;
    this.#account = new Account(id, shared);
    this.#socket = socket;
    this.#shared = shared;
    this.#route = target.route;
    this.#page = new Page(socket, shared);
    this.#liveness = new Liveness(socket, limits);
    this.#toPage = new ToPage(this.#page, {
      credit: UNLIMITED,
      budget,
      onEnd: () => this.#close(NORMAL, 'closed'),
    });
    this.#toTarget = new ToTarget(new Pausing(socket, limits.window), budget);
    socket.on('message', (data) => this.#receive(data as Buffer));
    socket.on('error', (error) => this.#account.log('warn', 'websocket-error', { reason: error.message }));
    this.#work = this.#open(target.name);
    this.done = new Promise<void>((resolve) => {
      socket.once('close', (code) => resolve(this.#cleanUp(code)));
    });
  }

  get bytes(): { readonly up: number; readonly down: number } {
    return { up: this.#toTarget.bytes, down: this.#toPage.bytes };
  }

  /** A plain client knows no word for it; it goes on until the end. */
  drain(): void {}

  restart(): void {
    this.#close(RESTART, 'restart; reconnect');
  }

  sweep(): void {
    const { up, down } = this.bytes;
    switch (this.#liveness.look(up + down)) {
      case 'lost':
        this.#account.lost();
        this.#socket.terminate();
        return;
      case 'idle':
        this.#fail(new TransportError('timeout', 'relay', 'no byte passed', { reason: 'idle' }));
        return;
      case 'alive':
    }
  }

  #receive(data: Buffer): void {
    this.#liveness.heard();
    if (this.#isClosed) return;
    try {
      this.#toTarget.receive(data);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #open(target: string): Promise<void> {
    const { limits, resolve, pool, only } = this.#shared;
    try {
      if (!isGranted(only, { target })) throw new Refusal('the token is for something else');
      const signal = this.#abort.signal;
      const endpoint = await connectServer(this.#route, { limits, resolve, pool, signal });
      if (this.#isClosed) {
        await endpoint.close(Promise.resolve());
        return;
      }
      this.#endpoint = endpoint;
      this.#account.opened(endpoint);
      this.#toTarget.attach(endpoint.writable);
      this.#toPage.attach(endpoint.source);
      void endpoint.ending.then(({ error }) => {
        if (this.#isClosed) return;
        this.#timer = setTimeout(() => this.#socket.terminate(), limits.lingerMs);
        this.#toPage.finish(() => {
          if (error !== undefined) this.#fail(transportFailure('relay', this.#route.who, error));
          else this.#close(NORMAL, 'closed');
        });
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    const failure = this.#account.failed(error, { stage: 'relay', target: this.#route.who });
    this.#abort.abort(failure);
    this.#close(CLOSE_CODE[failure.code], failure.code);
  }

  #close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#page.close(code, reason);
    // One that is not read for now would never see the answer to its close.
    if (this.#socket.isPaused) this.#socket.resume();
  }

  async #cleanUp(code: number): Promise<void> {
    const isFault = this.#abort.signal.aborted;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#abort.abort(new Error('the client has gone'));
    await this.#work;
    this.#toPage.discard();
    await this.#endpoint?.close(isFault ? Promise.resolve() : this.#toTarget.end());
    this.#toTarget.discard();
    this.#account.closed(code, this.bytes);
  }
}
