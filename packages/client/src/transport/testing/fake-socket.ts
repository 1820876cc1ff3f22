// A WebSocket in memory for tests: the test plays the other side, frame by frame.

import type { BridgeFrame, OpenedFrame, PageFrame } from '../frames.ts';
import type { SocketEvent, WebSocketClass, WebSocketLike } from '../socket.ts';

type EventName = 'open' | 'message' | 'error' | 'close';

/** One WebSocket, with both sides in the test's hand. */
export class FakeSocket implements WebSocketLike {
  readonly url: string;
  readonly protocols: readonly string[];
  binaryType = 'blob';
  bufferedAmount = 0;
  protocol = '';
  /** Everything sent, in order. */
  readonly sent: (PageFrame | Uint8Array)[] = [];
  /** The code of `close()`, once it was called. */
  closedWith: number | 'none' | null = null;
  terminated = false;
  readonly #listeners = new Map<EventName, ((event: SocketEvent) => void)[]>();
  #changed: (() => void)[] = [];

  constructor(url: string, protocols: readonly string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type: EventName, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(data: string | Uint8Array): void {
    this.sent.push(typeof data === 'string' ? (JSON.parse(data) as PageFrame) : data.slice());
    this.#tellChange();
  }

  close(code?: number): void {
    this.closedWith ??= code ?? 'none';
    this.#tellChange();
  }

  terminate(): void {
    this.terminated = true;
    this.close();
  }

  /** The upgrade succeeded. */
  accept(protocol = this.protocols[0] ?? ''): void {
    this.protocol = protocol;
    this.#dispatch({ type: 'open' });
  }

  /** The upgrade failed; only `ws` has a message. */
  refuse(message?: string): void {
    this.#dispatch({ type: 'error', ...(message !== undefined && { message }) });
    this.finish(1006);
  }

  /** A frame of the bridge arrives. */
  say(frame: BridgeFrame): void {
    this.receive(JSON.stringify(frame));
  }

  /** Text or bytes arrive. */
  receive(data: string | Uint8Array): void {
    this.#dispatch({ type: 'message', data: typeof data === 'string' ? data : data.slice().buffer });
  }

  /** The other side closed. */
  finish(code: number): void {
    this.#dispatch({ type: 'close', code });
  }

  /** The control frames sent of one type. */
  frames<T extends PageFrame['type']>(type: T): Extract<PageFrame, { type: T }>[] {
    return this.sent.filter((frame) => 'type' in frame && frame.type === type) as Extract<
      PageFrame,
      { type: T }
    >[];
  }

  /** The binary frames sent. */
  get chunks(): Uint8Array[] {
    return this.sent.filter((frame) => frame instanceof Uint8Array);
  }

  get bytesSent(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Resolves when the condition holds; it is asked whenever something is sent or closed. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #dispatch(event: SocketEvent & { type: EventName }): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event);
  }

  #tellChange(): void {
    for (const tell of this.#changed.splice(0)) tell();
  }
}

/** A class to pass as `WebSocket`, and the sockets that were made with it. */
export interface FakeSockets {
  readonly WebSocket: WebSocketClass;
  readonly all: FakeSocket[];
  /** The next socket that is made. */
  readonly next: () => Promise<FakeSocket>;
}

/** Makes a class whose sockets the test drives. */
export function fakeSockets(): FakeSockets {
  const all: FakeSocket[] = [];
  const waiting: ((socket: FakeSocket) => void)[] = [];
  class WebSocket extends FakeSocket {
    constructor(url: string, protocols: readonly string[] = []) {
      super(url, protocols);
      all.push(this);
      waiting.shift()?.(this);
    }
  }
  return { WebSocket, all, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** An `opened` frame as a bridge sends it. */
export function openedFrame(change: Partial<OpenedFrame> = {}): OpenedFrame {
  return {
    type: 'opened',
    window: 64 * 1024,
    peer: { name: 'imap.example.com:143', address: '192.0.2.1', port: 143, local: false },
    timings: { dnsMs: 1, tcpMs: 2 },
    tls: null,
    ...change,
  };
}
