// One cursor over the bytes of a response: the tokens of RFC 3501 section 9, read on demand. What a reader does not
// ask for is never turned into a value.

/** A value that could not be read as its grammar says; the bytes are kept. */
export interface Unparsed {
  readonly unparsed: Uint8Array;
  readonly reason: string;
}

/** A value of a response that no reader knows: an atom or quoted string, a literal, NIL, or a list of them. */
export type Value = string | Uint8Array | null | readonly Value[];

/** The bytes are not what the grammar says; `position` is where. */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly position: number;

  constructor(expected: string, position: number, found: string) {
    super(`expected ${expected} at byte ${position}, found ${found}`);
    this.position = position;
  }
}

/** Reads a response from left to right. Lenient where real servers are known to stray. */
export class ResponseReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Nothing is left but white space. */
  get atEnd(): boolean {
    throw new Error('to be written');
  }
  /** The byte at the cursor, or -1 at the end. */
  peek(): number {
    throw new Error('to be written');
  }
  /** Moves over `char` where it stands at the cursor. */
  skip(char: string): boolean {
    throw new Error(char);
  }
  /** Moves over `char`, which must stand there. @throws ParseError */
  expect(char: string): void {
    throw new Error(char);
  }
  /** Moves over one or more spaces; says whether there was one. */
  space(): boolean {
    throw new Error('to be written');
  }
  /** An atom: everything up to a space, parenthesis, bracket or quote. Also accepts what servers put into atoms. */
  atom(): string {
    throw new Error('to be written');
  }
  /** A number of 32 bits; larger ones up to 2^53 are accepted. */
  number(): number {
    throw new Error('to be written');
  }
  /** A number of 63 bits (MODSEQ, 64-bit sizes). */
  bigint(): bigint {
    throw new Error('to be written');
  }
  /** A quoted string or literal (also `~{n}`) as bytes: a view where nothing was escaped. */
  bytesValue(): Uint8Array {
    throw new Error('to be written');
  }
  /** Atom, quoted string or literal as text: UTF-8, else one character a byte. */
  astring(): string {
    throw new Error('to be written');
  }
  /** As {@link bytesValue}, and null for NIL. */
  nbytes(): Uint8Array | null {
    throw new Error('to be written');
  }
  /** Quoted string, literal or atom as text, and null for NIL. */
  nstring(): string | null {
    throw new Error('to be written');
  }
  /** `(` elements separated by spaces `)`; each must be read by `read`. NIL is the empty list. */
  list<T>(read: (reader: this) => T): T[] {
    throw new Error(String(read));
  }
  /** Any value, whatever it is; how unknown items are passed over and kept. */
  value(): Value {
    throw new Error('to be written');
  }
  /** All that is left, as text. */
  rest(): string {
    throw new Error('to be written');
  }
  /** All that is left, as bytes. */
  restBytes(): Uint8Array {
    throw new Error('to be written');
  }
}
