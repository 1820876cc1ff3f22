// For tests only: a page, as far as the bridge sees one. It keeps what it gets and grants only when told to.

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { SUBPROTOCOL, parseBridgeFrame } from '@imaplib/client/protocol';
import type { BridgeFrame, OpenFrame, PageFrame } from '@imaplib/client/protocol';

export const ORIGIN = 'https://mail.example.com';

type FrameOf<T extends BridgeFrame['type']> = Extract<BridgeFrame, { type: T }>;

/** How a WebSocket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A page's WebSocket. */
export class TestPage {
  readonly socket: WebSocket;
  /** Settles when the WebSocket is open; fails where it is refused. */
  readonly opens: Promise<unknown>;
  readonly closed: Promise<Closed>;
  /** All control frames, in order. */
  readonly frames: BridgeFrame[] = [];
  /** `b` for bytes and the type of each control frame, in the order of arrival; runs of bytes count once. */
  readonly order: string[] = [];
  /** What happens at once with each chunk; by default it is kept. */
  onBytes: ((chunk: Buffer) => void) | null = null;
  #chunks: Buffer[] = [];
  #received = 0;
  #wake: (() => void)[] = [];
  #isClosed = false;

  constructor(
    url: string,
    options: { protocols?: string[]; origin?: string; headers?: Record<string, string>; ca?: string } = {},
  ) {
    this.socket = new WebSocket(url, options.protocols ?? [SUBPROTOCOL], {
      origin: options.origin ?? ORIGIN,
      headers: options.headers ?? {},
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    this.opens = once(this.socket, 'open');
    this.opens.catch(() => {});
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        this.#received += data.length;
        if (this.order.at(-1) !== 'b') this.order.push('b');
        if (this.onBytes === null) this.#chunks.push(data);
        else this.onBytes(data);
      } else {
        const frame = parseBridgeFrame(data.toString());
        this.frames.push(frame);
        this.order.push(frame.type);
      }
      this.#wakeUp();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => {
        this.#isClosed = true;
        resolve({ code, reason: reason.toString() });
        this.#wakeUp();
      });
    });
    this.socket.on('error', () => {});
  }

  /** Connects and sends the open frame. */
  static async open(url: string, frame: Partial<OpenFrame>): Promise<TestPage> {
    const page = new TestPage(url);
    await once(page.socket, 'open');
    page.send({ type: 'open', window: 1024 * 1024, ...frame });
    return page;
  }

  /** Connects, opens, and waits for `opened`. */
  static async opened(url: string, frame: Partial<OpenFrame>): Promise<TestPage> {
    const page = await TestPage.open(url, frame);
    await page.frame('opened');
    return page;
  }

  send(frame: PageFrame | Record<string, unknown>): void {
    this.socket.send(JSON.stringify(frame));
  }

  write(bytes: string | Buffer): void {
    this.socket.send(Buffer.from(bytes as string), { binary: true });
  }

  /** Bytes that have arrived so far. */
  get received(): number {
    return this.#received;
  }

  /** What has arrived and was kept. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Waits for something to become true; fails when the connection closes before. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    while (!isTrue()) {
      if (this.#isClosed) throw new Error(`closed before ${what}; got ${JSON.stringify(this.frames.at(-1))}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The first frame of a type. */
  async frame<T extends BridgeFrame['type']>(type: T): Promise<FrameOf<T>> {
    const find = (): FrameOf<T> | undefined =>
      this.frames.find((frame): frame is FrameOf<T> => frame.type === type);
    await this.until(() => find() !== undefined, type);
    return find()!;
  }

  /** The text that has arrived, once it is there. */
  async text(text: string): Promise<void> {
    await this.until(() => this.bytes.toString() === text, text);
  }

  #wakeUp(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Asks for an upgrade that is to be refused. Returns the HTTP status and body, 101 where it is not refused, 0 without an answer. */
export async function refusal(
  url: string,
  options: {
    protocols?: string[];
    origin?: string | null;
    headers?: Record<string, string>;
    ca?: string;
  } = {},
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const socket = new WebSocket(url, options.protocols ?? [SUBPROTOCOL], {
    ...(options.origin === null ? {} : { origin: options.origin ?? ORIGIN }),
    headers: options.headers ?? {},
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return await new Promise((resolve) => {
    // Where the connection breaks there is no answer; where there is one, this comes too late to count.
    socket.on(
      'error',
      () => socket.listenerCount('unexpected-response') > 0 && resolve({ status: 0, body: '', headers: {} }),
    );
    socket.once('open', () => {
      socket.terminate();
      resolve({ status: 101, body: '', headers: {} });
    });
    socket.once('unexpected-response', (request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.once('end', () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
      });
    });
  });
}
