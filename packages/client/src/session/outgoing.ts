// The sending half of a session: commands go out in the order in which the queue lets them, one at a time; and the
// lines that answer a `+`.

import type { ByteStream } from '../transport/byte-stream.ts';
import { encode } from '../wire/ascii.ts';
import { CommandWriter, type Piece } from '../wire/writer.ts';
import { ImapStateError } from './errors.ts';
import type { Observation } from './observation.ts';
import type { Pending } from './pending.ts';
import type { CommandQueue } from './queue.ts';
import type { Request, SessionState } from './request.ts';
import { checkSources, concat, send, withTag } from './sender.ts';
import type { SilenceWatch } from './silence-watch.ts';
import { tell } from './tell.ts';

const crlf = Uint8Array.of(13, 10);

/** What the sending half asks of its session. */
export interface Sending {
  /** Nothing may be sent: the connection is over, or its byte layer is being switched. */
  readonly isHeld: () => boolean;
  /** The command as it goes out. @throws where it cannot */
  readonly prepare: (request: Request) => readonly Piece[];
  /** A command could not be sent; its caller knows. */
  readonly unsent: () => void;
  /** There may be more or less to wait for than before. */
  readonly changed: () => void;
  /** The connection cannot go on. */
  readonly failed: (error: unknown) => void;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
}

/** Sends the commands of one queue. */
export class Outgoing {
  readonly #session: Sending;
  readonly #queue: CommandQueue;
  readonly #silence: SilenceWatch;
  readonly #observation: Observation;
  readonly #tagPrefix: string;
  #writer!: WritableStreamDefaultWriter<Uint8Array>;
  #tagNumber = 0;
  #busy = false;
  /** Resolved by `+`, or by the tagged answer of the command whose literal waits. */
  #literalWait: { readonly pending: Pending; readonly resolve: (wanted: boolean) => void } | null = null;

  constructor(
    stream: ByteStream,
    queue: CommandQueue,
    silence: SilenceWatch,
    observation: Observation,
    tagPrefix: string | undefined,
    session: Sending,
  ) {
    this.#session = session;
    this.#queue = queue;
    this.#silence = silence;
    this.#observation = observation;
    this.#tagPrefix = tagPrefix ?? randomTagPrefix();
    this.use(stream);
  }

  /** A command is going out. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Lets go of the stream: a layer is about to be put on it. */
  release(): void {
    this.#writer.releaseLock();
  }

  /** What is sent from here on goes into this stream. */
  use(stream: ByteStream): void {
    this.#writer = stream.writable.getWriter();
    // Failures reach us through write(); this promise would only repeat them to nobody.
    this.#writer.closed.catch(() => {});
  }

  /** Sends what may be sent. */
  async pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let pending = this.#next(); pending !== null; pending = this.#next()) {
        const pieces = this.#prepare(pending);
        if (pieces === null) this.#session.unsent();
        else await this.#transmit(pending, pieces);
      }
    } finally {
      this.#busy = false;
      this.#session.changed();
    }
    if (this.#queue.waiting.length > 0) for (const before of this.#queue.inFlight) before.interrupt();
  }

  /** A `+` has come; true where a literal was waiting for it, which goes on its way. */
  goOn(): boolean {
    const wait = this.#literalWait;
    if (wait === null) return false;
    this.#literalWait = null;
    wait.pending.observer?.continued();
    wait.resolve(true);
    return true;
  }

  /** The command has been answered, or all is over: a literal of it that waits is not sent any more. */
  giveUp(pending: Pending | null): void {
    const wait = this.#literalWait;
    if (wait === null || (pending !== null && wait.pending !== pending)) return;
    this.#literalWait = null;
    wait.resolve(false);
  }

  /** Sends what the command answers to a `+`. */
  async answer(pending: Pending, answer: () => Uint8Array | Promise<Uint8Array>): Promise<void> {
    let line: Uint8Array;
    pending.isAnswering = true;
    try {
      line = await answer();
    } catch (error) {
      // `*` cancels a SASL exchange (RFC 3501 6.2.2); whatever comes then, the caller gets his own error.
      line = encode('*');
      if (!pending.abandoned) pending.fail(error);
    }
    if (pending.phase !== 'sent' || this.#session.signal.aborted) return;
    pending.quiet = false;
    this.#session.changed();
    this.#observation.answers(pending, line);
    // The next `+` may be here before write() has returned; DONE is the last word of an IDLE.
    pending.isAnswering = pending.request.quiet === true;
    pending.unwritten += 1;
    await this.#write(pending, concat(line, crlf));
    pending.unwritten -= 1;
  }

  #next(): Pending | null {
    return this.#session.isHeld() ? null : this.#queue.next();
  }

  /** Writes the command into memory; null where it cannot be sent, and its caller knows. */
  #prepare(pending: Pending): readonly Piece[] | null {
    try {
      return this.#session.prepare(pending.request);
    } catch (error) {
      pending.fail(error);
      return null;
    }
  }

  async #transmit(pending: Pending, pieces: readonly Piece[]): Promise<void> {
    pending.tag = `${this.#tagPrefix}${this.#tagNumber++}`;
    pending.phase = 'sending';
    this.#queue.inFlight.push(pending);
    this.#session.changed();
    this.#observation.sent(pending, pieces);
    const tagged = withTag(pending.tag, pieces);
    const last = tagged.at(-1);
    const { signal } = this.#session;
    try {
      await send(tagged, {
        write: async (bytes) => {
          // Before the last bytes leave: the answer may be read before write() has returned.
          if (last?.kind === 'bytes' && bytes === last.bytes && pending.phase === 'sending') {
            pending.phase = 'sent';
            if (pending.request.continuation !== undefined) pending.observer?.waits();
          }
          await this.#write(pending, bytes);
          signal.throwIfAborted();
          this.#silence.heard();
        },
        // Refused inside an earlier literal, it will not be asked for this one.
        mayContinue: () =>
          new Promise((resolve) => {
            if (pending.phase === 'answered') resolve(false);
            else {
              this.#literalWait = { pending, resolve };
              pending.observer?.waits();
            }
          }),
        ours: (promise) => this.#silence.except(promise),
        progress: (sent, total) => tell(pending.request.onProgress, sent, total),
        signal,
      });
    } catch (error) {
      this.#session.failed(error);
    }
  }

  async #write(pending: Pending, bytes: Uint8Array): Promise<void> {
    pending.observer?.wrote(bytes.length);
    try {
      await this.#writer.write(bytes);
    } catch (error) {
      this.#session.failed(error);
    }
  }
}

/** What a command depends on when its turn comes. */
interface Standing {
  readonly state: SessionState;
  readonly utf8: boolean;
  supports(capability: string): boolean;
}

/** The command as it goes out. @throws where it is not legal now, or its arguments are not */
export function piecesOf(request: Request, session: Standing): readonly Piece[] {
  if (request.states !== undefined && !request.states.includes(session.state)) {
    throw new ImapStateError(
      `${request.name} is not possible in state ${session.state}, only in ${request.states.join(', ')}`,
    );
  }
  request.check?.();
  const weak = session.supports('LITERAL-') ? 'LITERAL-' : 'synchronising';
  const literals = session.supports('LITERAL+') ? 'LITERAL+' : weak;
  const writer = new CommandWriter({ literals, utf8: session.utf8 });
  request.write(writer);
  const pieces = writer.finish();
  checkSources(request.name, pieces);
  return pieces;
}

/** Four letters, as imaplib does it: tags of two connections are told apart in a log. */
function randomTagPrefix(): string {
  const letters = 'ABCDEFGHIJKLMNOP';
  const [number = 0] = crypto.getRandomValues(new Uint16Array(1));
  return [12, 8, 4, 0].map((shift) => letters[(number >> shift) & 15]).join('');
}
