// Cuts the byte stream into whole responses: a line, and the literals with the lines that follow them
// (RFC 3501 2.2.2, 4.3). It knows nothing else of IMAP, so nothing that a response holds can make it lose step.

import { BRACE_OPEN, CR, encode, LF, NUL } from './ascii.ts';
import { Gathered } from './gathered.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { endsInsideCode, lineKind, literalAtEnd, type LineKind } from './line.ts';

/** One response as it came: its lines and literals in one piece, without the last CRLF. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Which limit it broke; `bytes` then holds only its beginning, and the rest was dropped. */
  readonly exceeded: 'line' | 'literal' | null;
}

/** Thrown where a response is beyond what may be dropped: the connection cannot go on. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

/**
 * Asked at a literal, whether somebody takes its octets as they come: then they are not held, and the response has
 * `{0}` in their place. `head` gives what has come of the response, up to and with `{n}`.
 */
export type LiteralTaker = (size: number, head: () => Uint8Array) => ((octets: Uint8Array) => void) | null;

/** How much is given of a response that broke a limit. */
const BEGINNING = 4096;
/** How much of a line's end is looked at for `{n}`. */
const MARKER = 40;
/** Literals of one response that are offered, and how much may have come of it: looking at it costs that much. */
const OFFERED = 64;
const SHORT = 64 * 1024;
const nothing = new Uint8Array(0);
const emptyLiteral = encode('{0}\r\n');

/**
 * Takes chunks as they arrive and gives responses.
 *
 * A response that lies whole in one chunk is a view of it, not a copy.
 */
export class Framer {
  readonly #limits: Limits;
  readonly #onLiteral: LiteralTaker | null;
  /** Chunks behind the one that is being read, and which of them is next. */
  readonly #waiting: Uint8Array[] = [];
  #next = 0;
  #waitingBytes = 0;

  /** The chunk that is being read, where in it the response begins or goes on, and how far it has been read. */
  #chunk: Uint8Array = nothing;
  #start = 0;
  #at = 0;
  /** What earlier chunks held of the response; of one that is being dropped, the end of its line. */
  readonly #held = new Gathered();

  /** Octets of the response: of its whole lines, of its literals, of the line that is being read. */
  #lines = 0;
  #literals = 0;
  #line = 0;
  /** Octets of the literal that have not come yet. */
  #missing = 0;
  #offered = 0;
  /** Takes the octets of the literal, where somebody wants them as they come. */
  #taker: ((octets: Uint8Array) => void) | null = null;
  /** Known from the first literal on. */
  #kind: LineKind | null = null;
  #insideCode = false;
  /** Set while the response is being dropped. */
  #exceeded: Frame['exceeded'] = null;
  #beginning: Uint8Array = nothing;
  #failure: FramingError | null = null;

  constructor(limits: Limits = defaultLimits, onLiteral: LiteralTaker | null = null) {
    this.#limits = limits;
    this.#onLiteral = onLiteral;
  }

  /** Takes the next chunk. It must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /**
   * The next whole response, or null where more bytes are needed.
   *
   * @throws FramingError where the stream cannot be followed any further
   */
  next(): Frame | null {
    if (this.#failure !== null) throw this.#failure;
    for (;;) {
      if (this.#at === this.#chunk.length && !this.#turn()) return null;
      if (this.#missing > 0) this.#passLiteral();
      else {
        const frame = this.#passLine();
        if (frame !== null) return frame;
      }
    }
  }

  /** Bytes that were taken and not yet given: none may be left behind STARTTLS or COMPRESS. */
  get pending(): number {
    const held = this.#taker === null ? this.#literals - this.#missing : this.#literals;
    const read = this.#lines + this.#line + held;
    return read + (this.#chunk.length - this.#at) + this.#waitingBytes;
  }

  /** Goes on to the next chunk, holding what this one has of the response. */
  #turn(): boolean {
    const chunk = this.#waiting[this.#next];
    if (chunk === undefined) return false;
    // Many small chunks may wait: moving all the others for each that is taken would be quadratic.
    this.#waiting[this.#next++] = nothing;
    if (this.#next * 2 >= this.#waiting.length) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    this.#waitingBytes -= chunk.length;
    this.#hold(this.#chunk.length);
    this.#chunk = chunk;
    this.#start = 0;
    this.#at = 0;
    return true;
  }

  /** Holds the chunk's part of the response, up to `end`. */
  #hold(end: number): void {
    this.#held.push(this.#chunk.subarray(this.#start, end));
    if (this.#exceeded !== null) this.#held.shorten(MARKER);
    this.#start = end;
  }

  #passLiteral(): void {
    const count = Math.min(this.#missing, this.#chunk.length - this.#at);
    const from = this.#at;
    this.#at += count;
    this.#missing -= count;
    const taker = this.#taker;
    if (this.#exceeded !== null || taker !== null) this.#start = this.#at;
    if (this.#missing === 0) this.#taker = null;
    taker?.(this.#chunk.subarray(from, this.#at));
  }

  #passLine(): Frame | null {
    const chunk = this.#chunk;
    if (this.#lines === 0 && this.#line === 0) {
      // quirk: blank-lines, nul-padding. Between responses they say nothing.
      while (isPadding(chunk[this.#at])) this.#at++;
      this.#start = this.#at;
    }
    const newline = chunk.indexOf(LF, this.#at);
    const end = newline < 0 ? chunk.length : newline + 1;
    this.#line += end - this.#at;
    this.#at = end;
    if (this.#lines + this.#line > this.#limits.line) this.#drop('line');
    return newline < 0 ? null : this.#endLine(newline);
  }

  /** A line is whole: either a literal follows it, or the response is. */
  #endLine(newline: number): Frame | null {
    // Once the response does not lie whole in this chunk, all that has come of it is held in one place.
    if (this.#exceeded !== null || this.#held.length > 0) this.#hold(newline + 1);
    const end = this.#lineEnd(MARKER);
    const size = literalAtEnd(end);
    if (size === null || !this.#takesLiteral()) {
      // quirk: literal-short-by-crlf. Behind a literal a FETCH cannot end like this: its parenthesis is missing.
      const empty = end.length === 1 || (end.length === 2 && end[0] === CR);
      if (!empty || this.#kind !== 'fetch') return this.#finish();
      this.#endOfLine();
      return null;
    }
    this.#endOfLine();
    this.#missing = size;
    if (this.#isTaken(size)) return null;
    this.#literals += size;
    if (this.#literals > this.#limits.literal) this.#drop('literal');
    return null;
  }

  /** Whether somebody takes the literal that is about to come. */
  #isTaken(size: number): boolean {
    if (this.#onLiteral === null || size === 0 || this.#exceeded !== null) return false;
    if (this.#offered >= OFFERED || this.#lines + this.#literals > SHORT) return false;
    this.#offered++;
    const head = (): Uint8Array =>
      this.#held.length > 0 ? this.#held.tail(0) : this.#chunk.subarray(this.#start, this.#at);
    this.#taker = this.#onLiteral(size, head);
    if (this.#taker === null) return false;
    const whole = head();
    this.#held.clear();
    this.#held.push(whole.subarray(0, whole.lastIndexOf(BRACE_OPEN)));
    this.#held.push(emptyLiteral);
    this.#start = this.#at;
    return true;
  }

  /** Whether `{n}` at the end of the line announces a literal. */
  #takesLiteral(): boolean {
    const first = this.#kind === null;
    this.#kind ??= lineKind(this.#lineEnd(this.#line));
    if (this.#kind !== 'status') return true;
    // The text of a status response is for people, and may well end in `{5}`. Only its response code holds values,
    // so only inside its brackets can there be a literal.
    if (this.#exceeded !== null) return false;
    this.#insideCode =
      (first || this.#insideCode) && endsInsideCode(this.#lineEnd(this.#line), this.#insideCode);
    return this.#insideCode;
  }

  /** The last octets of the line that has just ended. */
  #lineEnd(count: number): Uint8Array {
    const length = Math.min(count, this.#line);
    if (this.#held.length > 0) return this.#held.tail(this.#held.length - length);
    return this.#chunk.subarray(this.#at - length, this.#at);
  }

  #endOfLine(): void {
    this.#lines += this.#line;
    this.#line = 0;
    if (this.#exceeded !== null) this.#held.clear();
  }

  /** Holds no more of the response than its beginning, and checks that it ends at all. */
  #drop(limit: 'line' | 'literal'): void {
    if (this.#exceeded === null) {
      this.#hold(this.#at);
      // No more than would be here had the octets come one by one: the same, however they were cut.
      const within = limit === 'line' ? this.#limits.line + this.#literals : BEGINNING;
      this.#beginning = this.#held.head(Math.min(BEGINNING, within));
      this.#kind ??= lineKind(this.#beginning);
      const end = this.#lineEnd(MARKER);
      this.#held.clear();
      this.#held.push(end);
      this.#exceeded = limit;
    }
    const size = this.#lines + this.#line + this.#literals;
    if (size <= this.#limits.discard) return;
    this.#failure = new FramingError(
      `The server sends a response of ${size} bytes, and at most ${this.#limits.discard} are passed over. ` +
        'Fetch large messages in parts, or raise the limit "discard".',
    );
    throw this.#failure;
  }

  #finish(): Frame {
    let bytes = this.#beginning;
    if (this.#exceeded === null) {
      bytes = this.#held.length > 0 ? this.#held.tail(0) : this.#chunk.subarray(this.#start, this.#at);
      bytes = bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1);
    }
    const frame: Frame = { bytes, exceeded: this.#exceeded };
    this.#held.clear();
    this.#start = this.#at;
    this.#lines = 0;
    this.#literals = 0;
    this.#line = 0;
    this.#offered = 0;
    this.#kind = null;
    this.#insideCode = false;
    this.#exceeded = null;
    this.#beginning = nothing;
    return frame;
  }
}

function isPadding(octet: number | undefined): boolean {
  return octet === LF || octet === CR || octet === NUL;
}
