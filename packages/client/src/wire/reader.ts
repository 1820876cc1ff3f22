// One cursor over the bytes of a response: the tokens of RFC 3501 section 9, read on demand. What a reader does not
// ask for is never turned into a value.
//
//   astring = 1*ASTRING-CHAR / string
//   string  = quoted / literal
//   quoted  = DQUOTE *QUOTED-CHAR DQUOTE
//   nstring = string / nil

import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  CLOSE,
  CR,
  LF,
  OPEN,
  PLUS,
  QUOTE,
  SP,
  TILDE,
  ZERO,
  isBlank,
  asciiText,
  isDigit,
  text,
} from './ascii.ts';
import { defaultLimits, type Limits } from './limits.ts';

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

/** Octets that end an atom: CTL, SP, and `( ) { " [ ]`. What else the grammar forbids, servers put into atoms. */
const endsAtom = new Uint8Array(256);
/**
 * Octets that end a string without quotes: those but brackets and braces.
 * quirk: digit-led-atom. Digits, colons and commas are letters like any other: `2024:Q1` is one string.
 */
const endsWord = new Uint8Array(256);
for (let octet = 0; octet <= SP; octet++) endsAtom[octet] = endsWord[octet] = 1;
for (const octet of [OPEN, CLOSE, QUOTE, 127]) endsAtom[octet] = endsWord[octet] = 1;
for (const octet of [BRACE_OPEN, BRACKET_OPEN, BRACKET_CLOSE]) endsAtom[octet] = 1;

/** What a reader accepts, and how it understands names. */
export interface ReaderOptions extends Pick<Limits, 'depth' | 'tokens'> {
  /** UTF8=ACCEPT or IMAP4rev2 is enabled: mailbox names come in UTF-8, not in modified UTF-7. */
  readonly utf8?: boolean;
}

/** Reads a response from left to right. Lenient where real servers are known to stray. */
export class ResponseReader {
  readonly bytes: Uint8Array;
  position: number;
  /** See {@link ReaderOptions.utf8}. */
  readonly utf8: boolean;
  readonly #limits: ReaderOptions;
  #depth = 0;
  #tokens = 0;
  /** See {@link #ascii}; undefined before it was looked at. */
  #whole: string | null | undefined;
  /** No `]` stands behind this position; known after it was looked for in vain. */
  #lastBracket = Infinity;

  constructor(bytes: Uint8Array, position = 0, options: ReaderOptions = defaultLimits) {
    this.bytes = bytes;
    this.position = position;
    this.utf8 = options.utf8 === true;
    this.#limits = options;
  }

  /** Nothing is left but white space. */
  get atEnd(): boolean {
    for (let at = this.position; at < this.bytes.length; at++) if (!isBlank(this.bytes[at])) return false;
    return true;
  }

  /** The byte at the cursor, or -1 at the end. */
  peek(): number {
    return this.bytes[this.position] ?? -1;
  }

  /** Moves over `char` where it stands at the cursor. */
  skip(char: string): boolean {
    if (this.bytes[this.position] !== char.charCodeAt(0)) return false;
    this.position++;
    return true;
  }

  /** Moves over `char`, which must stand there. @throws ParseError */
  expect(char: string): void {
    if (!this.skip(char)) throw this.fails(`"${char}"`);
  }

  /** Moves over one or more spaces; says whether there was one. quirk: extra-spaces. There may be more, and none. */
  space(): boolean {
    const from = this.position;
    while (isBlank(this.bytes[this.position])) this.position++;
    return this.position > from;
  }

  /** An atom: everything up to a space, parenthesis, bracket or quote. Also accepts what servers put into atoms. */
  atom(): string {
    return this.#run(endsAtom, 'an atom');
  }

  /** A number of 32 bits; larger ones up to 2^53 are accepted. */
  number(): number {
    const from = this.position;
    this.#spend();
    // quirk: quoted-number
    const quoted = this.skip('"');
    const value = this.#digits() ?? this.#oddNumber();
    if (value === null) throw this.#failsAt('a number', from);
    if (value > Number.MAX_SAFE_INTEGER) throw this.#failsAt('a number below 2^53', from);
    if (quoted) this.expect('"');
    return value;
  }

  /** As {@link number}, and null for NIL. */
  nnumber(): number | null {
    return this.#nil() ? null : this.number();
  }

  /** Digits and nothing else, or null. */
  #digits(): number | null {
    const { bytes, position } = this;
    let value = 0;
    let at = position;
    for (; isDigit(bytes[at]); at++) value = value * 10 + ((bytes[at] ?? ZERO) - ZERO);
    if (at === position || endsAtom[bytes[at] ?? SP] === 0) return null;
    this.position = at;
    return value;
  }

  /** quirk: float-number, negative-count. What some servers write where a number must stand. */
  #oddNumber(): number | null {
    let end = this.position;
    while (end < this.bytes.length && endsAtom[this.bytes[end] ?? 0] === 0) end++;
    if (end - this.position > 24) return null;
    const written = text(this.bytes, this.position, end);
    if (!/^(?:-\d+|\d+(?:\.\d+)?(?:[eE]\+?\d{1,2})?)$/.test(written)) return null;
    this.position = end;
    return Math.max(0, Math.round(Number(written)));
  }

  /** A number of 63 bits (MODSEQ, 64-bit sizes). */
  bigint(): bigint {
    const from = this.position;
    this.#spend();
    while (isDigit(this.bytes[this.position])) this.position++;
    // 2^63 has 19 digits: what is much longer is not worth a conversion, whose cost grows with the square.
    if (this.position === from || this.position - from > 20) throw this.#failsAt('a number of 63 bits', from);
    return BigInt(text(this.bytes, from, this.position));
  }

  /** A quoted string or literal (also `~{n}`) as bytes: a view where nothing was escaped. */
  bytesValue(): Uint8Array {
    this.#spend();
    const octet = this.peek();
    if (octet === QUOTE) return this.#quoted();
    if (octet === BRACE_OPEN || octet === TILDE) {
      const literal = this.#literal();
      if (literal !== null) return literal;
    }
    throw this.fails('a string');
  }

  /** Atom, quoted string or literal as text: UTF-8, else one character a byte. */
  astring(): string {
    const string = this.#string();
    return string === null ? this.#run(endsWord, 'a string') : text(string);
  }

  /** As {@link astring}, as octets. */
  astringBytes(): Uint8Array {
    const from = this.position;
    const string = this.#string();
    if (string !== null) return string;
    this.#run(endsWord, 'a string');
    return this.bytes.subarray(from, this.position);
  }

  /** A quoted string or literal; null where something else stands there. */
  #string(): Uint8Array | null {
    const octet = this.peek();
    if (octet !== QUOTE && octet !== BRACE_OPEN && octet !== TILDE) return null;
    this.#spend();
    return octet === QUOTE ? this.#quoted() : this.#literal();
  }

  /** As {@link bytesValue}, and null for NIL. */
  nbytes(): Uint8Array | null {
    return this.#nil() ? null : this.bytesValue();
  }

  /** Quoted string, literal or atom as text, and null for NIL. */
  nstring(): string | null {
    return this.#nil() ? null : this.astring();
  }

  /** `(` elements separated by spaces `)`; each must be read by `read`. NIL is the empty list. */
  list<T>(read: (reader: this) => T): T[] {
    const values: T[] = [];
    if (this.#nil()) return values;
    this.expect('(');
    if (++this.#depth > this.#limits.depth) throw this.fails(`at most ${this.#limits.depth} nested lists`);
    for (this.space(); !this.skip(')'); this.space()) {
      const from = this.position;
      this.#spend();
      values.push(read(this));
      if (this.position === from) throw this.fails('a value or ")"');
    }
    this.#depth--;
    return values;
  }

  /** Any value, whatever it is; how unknown items are passed over and kept. */
  value(): Value {
    // A list counts too: `()` is two octets, and many times as much in memory.
    this.#spend();
    const octet = this.peek();
    if (octet === OPEN) {
      if (++this.#depth > this.#limits.depth) throw this.fails(`at most ${this.#limits.depth} nested lists`);
      this.position++;
      const values: Value[] = [];
      for (this.space(); !this.skip(')'); this.space()) values.push(this.value());
      this.#depth--;
      return values;
    }
    if (octet === QUOTE) return this.#quotedText();
    if (octet === BRACE_OPEN || octet === TILDE) {
      const literal = this.#literal();
      if (literal !== null) return literal;
    }
    return this.#nil() ? null : this.#word();
  }

  /** All that is left, as text. */
  rest(): string {
    return text(this.restBytes());
  }

  /** All that is left, as bytes. */
  restBytes(): Uint8Array {
    const rest = this.bytes.subarray(this.position);
    this.position = this.bytes.length;
    return rest;
  }

  /** A {@link ParseError} that says what stands at the cursor. */
  fails(expected: string): ParseError {
    return this.#failsAt(expected, this.position);
  }

  #failsAt(expected: string, position: number): ParseError {
    const found = text(this.bytes, position, Math.min(position + 20, this.bytes.length));
    return new ParseError(expected, position, found === '' ? 'the end' : JSON.stringify(found));
  }

  /**
   * The response as text, where it is short and nothing but ASCII: its strings are slices of that, which cost next to
   * nothing. Null where each has to be decoded by itself.
   */
  #ascii(): string | null {
    if (this.#whole === undefined) this.#whole = asciiText(this.bytes);
    return this.#whole;
  }

  /** The octets between two positions as text: UTF-8, else one character a byte. */
  text(from: number, to: number): string {
    const whole = this.#ascii();
    return whole === null ? text(this.bytes, from, to) : whole.slice(from, to);
  }

  #spend(): void {
    if (++this.#tokens > this.#limits.tokens) throw this.fails(`at most ${this.#limits.tokens} values`);
  }

  #run(ends: Uint8Array, expected: string): string {
    this.#spend();
    const bytes = this.bytes;
    const from = this.position;
    let at = from;
    while (at < bytes.length && ends[bytes[at] ?? 0] === 0) at++;
    if (at === from) throw this.fails(expected);
    this.position = at;
    return this.text(from, at);
  }

  /** A value without quotes. A bracket in it takes everything up to the one that closes it: `BODY[HEADER.FIELDS (TO)]`. */
  #word(): string {
    const bytes = this.bytes;
    const from = this.position;
    let at = from;
    for (; at < bytes.length; at++) {
      const octet = bytes[at] ?? 0;
      if (octet === BRACKET_CLOSE || endsWord[octet] === 1) break;
      if (octet === BRACKET_OPEN && at < this.#lastBracket) {
        const close = bytes.indexOf(BRACKET_CLOSE, at);
        if (close < 0) this.#lastBracket = at;
        else at = close;
      }
    }
    if (at === from) throw this.fails('a value');
    this.position = at;
    return this.text(from, at);
  }

  /** Moves over NIL in any case, unless more letters follow. */
  #nil(): boolean {
    const bytes = this.bytes;
    const at = this.position;
    if (
      ((bytes[at] ?? 0) | 32) !== 110 ||
      ((bytes[at + 1] ?? 0) | 32) !== 105 ||
      ((bytes[at + 2] ?? 0) | 32) !== 108
    ) {
      return false;
    }
    if (endsAtom[bytes[at + 3] ?? SP] === 0) return false;
    this.position += 3;
    return true;
  }

  #quotedText(): string {
    const whole = this.#ascii();
    if (whole !== null) {
      // Nearly every string is plain: it ends at the next quote, and is a slice.
      const from = this.position + 1;
      const quote = whole.indexOf('"', from);
      const plain = quote < 0 ? '\\' : whole.slice(from, quote);
      if (endsQuoted(this.bytes[quote + 1]) && !plain.includes('\\') && !plain.includes('\n')) {
        this.position = quote + 1;
        return plain;
      }
    }
    return text(this.#quoted());
  }

  #quoted(): Uint8Array {
    const bytes = this.bytes;
    const from = this.position + 1;
    let escapes = 0;
    for (let at = from; at < bytes.length; at++) {
      const octet = bytes[at];
      if (octet === BACKSLASH) {
        // quirk: lone-backslash. Only `\\` and `\"` are escapes; before anything else it stands for itself.
        if (bytes[at + 1] === BACKSLASH || bytes[at + 1] === QUOTE) {
          escapes++;
          at++;
        }
      } else if (octet === QUOTE && endsQuoted(bytes[at + 1])) {
        // quirk: unescaped-quote. Before anything else but the end of the value, a quote belongs to the text.
        this.position = at + 1;
        return escapes === 0 ? bytes.subarray(from, at) : unescape(bytes.subarray(from, at), escapes);
      } else if (octet === LF) break;
    }
    throw this.fails('a quoted string that is closed');
  }

  /** `{n}` or `~{n}` with its octets; null where it is something else that begins like one. */
  #literal(): Uint8Array | null {
    const bytes = this.bytes;
    let at = this.position;
    if (bytes[at] === TILDE) at++;
    if (bytes[at] !== BRACE_OPEN) return null;
    let size = 0;
    const digits = ++at;
    for (; isDigit(bytes[at]); at++) size = size * 10 + ((bytes[at] ?? ZERO) - ZERO);
    if (at === digits) return null;
    if (bytes[at] === PLUS) at++;
    if (bytes[at] !== BRACE_CLOSE) return null;
    at++;
    if (bytes[at] === CR) at++;
    if (bytes[at] !== LF) return null;
    at++;
    if (size > bytes.length - at) throw this.fails(`a literal of ${size} bytes`);
    this.position = at + size;
    return bytes.subarray(at, at + size);
  }
}

/** What may stand behind the quote that ends a string. */
function endsQuoted(octet: number | undefined): boolean {
  return octet === undefined || octet === CLOSE || octet === BRACKET_CLOSE || isBlank(octet);
}

function unescape(bytes: Uint8Array, escapes: number): Uint8Array {
  const out = new Uint8Array(bytes.length - escapes);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH && (bytes[at + 1] === BACKSLASH || bytes[at + 1] === QUOTE)) at++;
    out[to++] = bytes[at] ?? 0;
  }
  return out;
}
