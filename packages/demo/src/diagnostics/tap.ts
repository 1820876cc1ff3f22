// A connection that is listened to: every byte passes through here on its way, with nothing added or held back.
import type { ByteStream, Connect, StreamInfo, TlsInfo, TlsOptions } from '@imaplib/client';

/** Hears what happens on a connection. */
export interface Listener {
  opened(info: StreamInfo): void;
  sent(bytes: Uint8Array): void;
  received(bytes: Uint8Array): void;
  /** TLS has begun in mid-stream. */
  secured(tls: TlsInfo): void;
}

class TappedStream implements ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly probe?: () => Promise<void>;
  readonly startTls?: (options?: TlsOptions) => Promise<TlsInfo>;
  readonly #stream: ByteStream;

  constructor(stream: ByteStream, listener: Listener) {
    this.#stream = stream;
    const reader = stream.readable.getReader();
    const writer = stream.writable.getWriter();
    // Failures come through write() and read().
    writer.closed.catch(() => undefined);
    reader.closed.catch(() => undefined);
    this.readable = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { value, done } = await reader.read();
          if (done) return controller.close();
          listener.received(value);
          controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      // Taking a chunk is what grants the other side more.
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      write(chunk) {
        listener.sent(chunk);
        return writer.write(chunk);
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    });
    if (stream.probe !== undefined) this.probe = () => stream.probe!();
    if (stream.startTls !== undefined) {
      this.startTls = async (options) => {
        const tls = await stream.startTls!(options);
        listener.secured(tls);
        return tls;
      };
    }
  }

  get info(): StreamInfo {
    return this.#stream.info;
  }

  get onDrain(): ((deadlineMs: number) => void) | null {
    return this.#stream.onDrain ?? null;
  }

  set onDrain(callback: ((deadlineMs: number) => void) | null) {
    this.#stream.onDrain = callback;
  }

  close(reason?: unknown): void {
    this.#stream.close(reason);
  }
}

/** The same connection, listened to; `giveUp` ends it, and before that the attempt to make it. */
export function tap(connect: Connect, listener: Listener, giveUp?: AbortSignal): Connect {
  return async ({ signal }) => {
    const signals = [signal, giveUp].filter((one) => one !== undefined);
    const stream = await connect({ signal: AbortSignal.any(signals) });
    giveUp?.addEventListener('abort', () => stream.close(giveUp.reason), { once: true });
    listener.opened(stream.info);
    return new TappedStream(stream, listener);
  };
}
