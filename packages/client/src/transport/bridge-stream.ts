// An open connection through the bridge: frames on one side, a ByteStream on the other. Credit is granted when the
// consumer takes a chunk; bytes leave as far as the bridge's credit goes.

import {
  TransportError,
  type ByteStream,
  type StreamInfo,
  type TlsInfo,
  type TlsOptions,
  type TransportErrorCode,
  type TransportStage,
} from './byte-stream.ts';
import { abortable } from './abort.ts';
import { ReceiveCredit, SendCredit } from './credit.ts';
import {
  CLOSE_CODE,
  FrameError,
  MAX_FRAME,
  PAGE_FRAME,
  parseBridgeFrame,
  type BridgeFrame,
  type ErrorFrame,
  type OpenFrame,
  type OpenedFrame,
  type PageFrame,
} from './frames.ts';
import { Heartbeat } from './heartbeat.ts';
import { ReceiveSide } from './receive-side.ts';
import { SendSide } from './send-side.ts';
import type { Socket } from './socket.ts';
import { onWake } from './wake.ts';

const STARTTLS_TIMEOUT_MS = 15_000;

interface Upgrade {
  readonly secured: (tls: TlsInfo) => void;
  readonly failed: (error: unknown) => void;
}

/** What was said before the connection stood. */
export interface BridgeStreamContext {
  readonly open: OpenFrame;
  /** For errors: what is connected, and how. */
  readonly way: string;
  /** Set where the bridge is about to end. */
  readonly drainMs: number | null;
}

/** The bytes of one connection, carried by the bridge. */
export class BridgeStream implements ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #socket: Socket;
  /** For errors: what is connected, and how. */
  readonly #way: string;
  readonly #servername: string | undefined;
  readonly #receiveCredit: ReceiveCredit;
  readonly #sendCredit: SendCredit;
  readonly #receive: ReceiveSide;
  readonly #send: SendSide;
  readonly #heartbeat: Heartbeat;
  readonly #stopWake: () => void;
  #info: StreamInfo;
  #ended: { readonly error: unknown } | null = null;
  #creditArrived: (() => void) | null = null;
  /** Set from the call of startTls() to its end. */
  #securing = false;
  /** Set while the bridge upgrades: no byte may arrive. */
  #upgrade: Upgrade | null = null;
  /** What the bridge has said of its end, until that is told. */
  #drainMs: number | null;
  #isDraining: boolean;
  #onDrain: ((deadlineMs: number) => void) | null = null;

  constructor(socket: Socket, opened: OpenedFrame, { open, way, drainMs }: BridgeStreamContext) {
    this.#socket = socket;
    this.#way = way;
    this.#servername = open.servername;
    this.#drainMs = drainMs;
    this.#isDraining = drainMs !== null;
    this.#info = { peer: opened.peer, timings: opened.timings, tls: opened.tls };
    this.#receiveCredit = new ReceiveCredit(open.window);
    this.#sendCredit = new SendCredit(opened.window);
    this.#receive = new ReceiveSide({
      taken: (bytes) => this.#grant(bytes),
      cancelled: (reason) => this.close(reason),
    });
    this.#send = new SendSide({
      write: (chunk, signal) => this.#write(chunk, signal),
      close: () => this.#control({ type: 'eof' }),
      aborted: (reason) => this.close(reason),
    });
    this.readable = this.#receive.readable;
    this.writable = this.#send.writable;
    this.#heartbeat = new Heartbeat({
      ping: (id) => this.#control({ type: 'ping', id }),
      lost: () => {
        const message = `The connection to ${way} is lost: the bridge has stopped answering.`;
        this.#fail(new TransportError('timeout', 'relay', message), { lost: true });
      },
    });
    this.#stopWake = onWake(() => this.#heartbeat.ask());
    socket.listen({
      message: (data) => this.#message(data),
      closed: (code) => this.#closed(code),
    });
  }

  get info(): StreamInfo {
    return this.#info;
  }

  get onDrain(): ((deadlineMs: number) => void) | null {
    return this.#onDrain;
  }

  set onDrain(callback: ((deadlineMs: number) => void) | null) {
    this.#onDrain = callback;
    this.#tellDrain();
  }

  probe(): Promise<void> {
    return this.#heartbeat.probe();
  }

  close(reason?: unknown): void {
    const error = reason ?? new DOMException('The connection was closed.', 'AbortError');
    if (!this.#finish(error)) return;
    this.#receive.stop(reason);
    this.#socket.drop();
  }

  async startTls({ servername = this.#servername, signal }: TlsOptions = {}): Promise<TlsInfo> {
    signal?.throwIfAborted();
    if (this.#ended !== null) throw this.#ended.error;
    if (this.#info.tls !== null || this.#securing || this.#send.closed || this.#receive.ended) {
      throw this.#startTlsError('the connection is encrypted already, about to be, or half closed');
    }
    this.#securing = true;
    const late = new AbortController();
    const timer = setTimeout(() => {
      const message = `STARTTLS with ${this.#way} took longer than ${STARTTLS_TIMEOUT_MS / 1000} s.`;
      late.abort(new TransportError('timeout', 'starttls', message));
    }, STARTTLS_TIMEOUT_MS);
    const bounded = <T>(promise: Promise<T>) => abortable(abortable(promise, signal), late.signal);
    try {
      await bounded(this.#send.hold());
      if (this.#receive.queued > 0) {
        throw this.#startTlsError('bytes of the plain connection are still unread');
      }
      const upgraded = new Promise<TlsInfo>((resolve, reject) => {
        this.#upgrade = { secured: resolve, failed: reject };
      });
      this.#control({ type: 'starttls', ...(servername !== undefined && { servername }) });
      const tls = await bounded(upgraded);
      this.#info = { ...this.#info, tls };
      return tls;
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#upgrade = null;
      this.#securing = false;
      this.#send.release();
    }
  }

  #message(data: unknown): void {
    this.#heartbeat.heard();
    try {
      if (typeof data === 'string') {
        if (data.length > MAX_FRAME) throw new FrameError('frame too large');
        this.#frame(parseBridgeFrame(data));
      } else if (data instanceof ArrayBuffer) {
        this.#bytes(new Uint8Array(data));
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#violated(error.message);
    }
  }

  #bytes(chunk: Uint8Array): void {
    if (chunk.length > MAX_FRAME) throw new FrameError('frame too large');
    if (this.#receive.ended) throw new FrameError('bytes behind eof');
    this.#receiveCredit.receive(chunk.length);
    if (this.#upgrade !== null) {
      this.#fail(this.#startTlsError('bytes arrived before the connection was secured'));
      return;
    }
    this.#receive.push(chunk);
  }

  #frame(frame: BridgeFrame): void {
    switch (frame.type) {
      case 'credit':
        this.#sendCredit.grant(frame.bytes);
        this.#creditArrived?.();
        break;
      case 'pong':
        this.#heartbeat.pong(frame.id);
        break;
      case 'eof':
        this.#receive.end();
        break;
      case 'exit':
        this.#info = {
          ...this.#info,
          exit: { code: frame.code, signal: frame.signal, stderr: frame.stderr },
        };
        break;
      case 'secured':
        if (this.#upgrade === null) throw new FrameError('secured without starttls');
        this.#upgrade.secured(frame.tls);
        // Bytes behind this frame are the server's, encrypted on their way to the bridge.
        this.#upgrade = null;
        break;
      case 'drain':
        if (this.#isDraining) break;
        this.#isDraining = true;
        this.#drainMs = frame.deadlineMs;
        this.#tellDrain();
        break;
      case 'error':
        this.#fail(bridgeFailure(frame, 'relay', `The connection to ${this.#way} broke`));
        break;
      case 'opened':
        throw new FrameError('opened twice');
    }
  }

  async #write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('Only a Uint8Array can be sent.');
    for (let at = 0; at < chunk.length;) {
      if (this.#ended !== null) throw this.#ended.error;
      signal.throwIfAborted();
      const bytes = Math.min(this.#sendCredit.available, PAGE_FRAME, chunk.length - at);
      if (bytes === 0) {
        await this.#credit(signal);
        continue;
      }
      this.#sendCredit.spend(bytes);
      this.#socket.send(chunk.subarray(at, at + bytes));
      at += bytes;
    }
  }

  /** Waits for more credit, or for the end. */
  #credit(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#creditArrived = null;
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#creditArrived = go;
      signal.addEventListener('abort', go);
    });
  }

  #grant(taken: number): void {
    const bytes = this.#receiveCredit.consume(taken);
    if (bytes > 0 && !this.#receive.ended) this.#control({ type: 'credit', bytes });
  }

  #control(frame: PageFrame): void {
    if (this.#ended === null) this.#socket.send(JSON.stringify(frame));
  }

  #tellDrain(): void {
    const [deadlineMs, callback] = [this.#drainMs, this.#onDrain];
    if (deadlineMs === null || callback === null) return;
    this.#drainMs = null;
    // What the callback throws is its own affair, not the socket's.
    queueMicrotask(() => callback(deadlineMs));
  }

  #closed(code: number): void {
    const orderly = code === 1000 && (this.#receive.ended || this.#info.exit !== undefined);
    if (orderly) this.#receive.end();
    this.#fail(bridgeFailure({ closeCode: code }, 'relay', `The connection to ${this.#way} ended`));
  }

  #violated(why: string): void {
    const message = `The bridge broke the protocol on the connection to ${this.#way}: ${why}.`;
    this.#fail(new TransportError('protocol', 'relay', message));
  }

  #startTlsError(why: string): TransportError {
    return new TransportError('starttls', 'starttls', `STARTTLS with ${this.#way} was refused: ${why}.`);
  }

  #fail(error: unknown, { lost = false } = {}): void {
    if (!this.#finish(error)) return;
    this.#receive.fail(error);
    const code = error instanceof TransportError ? error.code : null;
    // Only what this side has found out is told to the other in the close code.
    this.#socket.drop(code === 'protocol' || code === 'starttls' ? CLOSE_CODE[code] : 1000, { lost });
  }

  /** Ends everything but the reading. False where that has been done. */
  #finish(error: unknown): boolean {
    if (this.#ended !== null) return false;
    this.#ended = { error };
    this.#heartbeat.stop(error);
    this.#stopWake();
    this.#send.fail(error);
    this.#creditArrived?.();
    this.#upgrade?.failed(error);
    return true;
  }
}

/**
 * The error for what the bridge said, or for the way in which the WebSocket closed without its saying anything.
 *
 * @param during what was being done, as the beginning of the message
 */
export function bridgeFailure(
  failure: ErrorFrame | { readonly closeCode: number },
  stage: TransportStage,
  during: string,
): TransportError {
  if ('closeCode' in failure) {
    const { closeCode } = failure;
    if (closeCode === 1012) {
      return new TransportError('unreachable', stage, `${during}: the bridge restarts. Connect again.`);
    }
    const known = Object.entries(CLOSE_CODE).find(([, value]) => value === closeCode);
    return new TransportError(
      known === undefined ? 'unreachable' : (known[0] as TransportErrorCode),
      stage,
      `${during}: the WebSocket closed with code ${closeCode}.`,
    );
  }
  const { reason, timings, tls } = failure;
  return new TransportError(
    Object.hasOwn(CLOSE_CODE, failure.code) ? failure.code : 'internal',
    failure.stage,
    `${during}: ${failure.message}`,
    {
      ...(reason !== undefined && { reason }),
      ...(timings !== undefined && { timings }),
      ...(tls !== undefined && { tls }),
    },
  );
}
