// Bytes of one direction, cut where a person reads a line: at each CRLF, with literals set apart and only counted
// beyond their beginning. It keeps in step with any bytes and holds no more than it shows.

/** A literal: its size, and its beginning. */
export interface Literal {
  readonly size: number;
  readonly head: Uint8Array;
}

/** The text up to a CRLF, and the literal that came before it. */
export interface Segment {
  readonly literal: Literal | null;
  readonly text: string;
  /** Octets of the text that are not kept. */
  readonly cut: number;
  /** All octets, those of the literal and the CRLF too. */
  readonly octets: number;
  /** Set where the text ends in `{n}`: so many octets follow. */
  readonly announces: number | null;
  /** The announced literal waits for the server's `+`. */
  readonly waits: boolean;
}

const MOST_TEXT = 16 * 1024;
const MOST_LITERAL = 16 * 1024;
const LF = 10;

const decoder = new TextDecoder();

/** A growing run of bytes of which only the beginning is kept. */
class Run {
  size = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #most: number;
  #kept = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(bytes: Uint8Array): void {
    this.size += bytes.length;
    const room = Math.min(bytes.length, this.#most - this.#kept);
    if (room <= 0) return;
    this.#chunks.push(bytes.slice(0, room));
    this.#kept += room;
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#kept);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }
}

export class Segments {
  #text = new Run(MOST_TEXT);
  /** The end of the line, which says whether a literal follows, even where the line is too long to keep. */
  #tail = new Uint8Array(0);
  #literal: Run | null = null;
  /** Octets of the literal that are still to come. */
  #missing = 0;
  #mayBeRefused = false;

  /** The segments that these bytes complete. */
  push(bytes: Uint8Array): Segment[] {
    const segments: Segment[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.#missing > 0) {
        const part = bytes.subarray(at, at + this.#missing);
        this.#literal?.add(part);
        this.#missing -= part.length;
        this.#mayBeRefused = false;
        at += part.length;
        continue;
      }
      const end = bytes.indexOf(LF, at);
      const part = bytes.subarray(at, end === -1 ? bytes.length : end + 1);
      this.#text.add(part);
      this.#tail = joinTail(this.#tail, part);
      at += part.length;
      if (end !== -1) segments.push(this.#finish());
    }
    return segments;
  }

  /** The server has answered without wanting the literal: what comes next is a new line. */
  literalRefused(): void {
    if (!this.#mayBeRefused) return;
    this.#missing = 0;
    this.#literal = null;
    this.#mayBeRefused = false;
  }

  #finish(): Segment {
    const announced = /\{(\d{1,15})(\+?)\}\r?\n$/.exec(decoder.decode(this.#tail));
    const size = this.#text.size;
    const kept = this.#text.bytes();
    const literal = this.#literal;
    const segment: Segment = {
      literal: literal === null ? null : { size: literal.size, head: literal.bytes() },
      text: decoder.decode(kept).replace(/\r?\n$/, ''),
      cut: size - kept.length,
      octets: size + (literal?.size ?? 0),
      announces: announced === null ? null : Number(announced[1]),
      waits: announced !== null && announced[2] === '',
    };
    this.#text = new Run(MOST_TEXT);
    this.#tail = new Uint8Array(0);
    this.#missing = segment.announces ?? 0;
    this.#literal = announced === null ? null : new Run(MOST_LITERAL);
    this.#mayBeRefused = segment.waits;
    return segment;
  }
}

/** The last octets of a line that arrives in parts. */
function joinTail(tail: Uint8Array, part: Uint8Array): Uint8Array<ArrayBuffer> {
  const most = 24;
  const joined = new Uint8Array(Math.min(tail.length, most) + Math.min(part.length, most));
  joined.set(tail.subarray(-most));
  joined.set(part.subarray(-most), Math.min(tail.length, most));
  return joined.slice(-most);
}
