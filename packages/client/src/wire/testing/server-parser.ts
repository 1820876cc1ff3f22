// Commands as a server reads them, strict and by itself: it shares nothing with what writes them.

/** A part of a command. */
export type Part =
  /** An atom, or anything else that stands without quotes: a set, a flag, `BODY[HEADER]<0>`. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'quoted' | 'literal' | 'literal8'; readonly octets: Uint8Array }
  | { readonly kind: 'list'; readonly parts: readonly Part[] };

/** A command that has come. */
export interface ReceivedCommand {
  readonly tag: string;
  readonly parts: readonly Part[];
  /** How many octets it took. */
  readonly length: number;
}

/** What no server may accept. */
export class Rejected extends Error {}

const CR = 13;
const LF = 10;

/** The first command in what has come; null where its end has not. @throws Rejected */
export function receive(bytes: Uint8Array): ReceivedCommand | null {
  try {
    return new Parser(bytes).command();
  } catch (error) {
    if (error instanceof Incomplete) return null;
    throw error;
  }
}

/** All commands in what has come, which must be whole. @throws Rejected */
export function receiveAll(bytes: Uint8Array): ReceivedCommand[] {
  const commands: ReceivedCommand[] = [];
  for (let at = 0; at < bytes.length;) {
    const command = receive(bytes.subarray(at));
    if (command === null)
      throw new Rejected(`half a command is left: ${JSON.stringify(latin1(bytes.subarray(at)))}`);
    commands.push(command);
    at += command.length;
  }
  return commands;
}

class Incomplete extends Error {}

class Parser {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  command(): ReceivedCommand {
    const tag = this.#word(' ');
    if (!/^[A-Za-z0-9.]+$/.test(tag)) throw new Rejected(`${JSON.stringify(tag)} is no tag`);
    this.#take(' ');
    const parts = this.#parts('\r');
    this.#take('\r');
    this.#take('\n');
    return { tag, parts, length: this.#at };
  }

  /** Parts with one space between any two, up to `end`. */
  #parts(end: string): Part[] {
    const parts: Part[] = [];
    if (this.#next() === end) return parts;
    for (;;) {
      parts.push(this.#part());
      if (this.#next() === end) return parts;
      this.#take(' ');
    }
  }

  #part(): Part {
    switch (this.#next()) {
      case '(': {
        this.#take('(');
        const parts = this.#parts(')');
        this.#take(')');
        return { kind: 'list', parts };
      }
      case '"':
        return { kind: 'quoted', octets: this.#quoted() };
      case '{':
        return { kind: 'literal', octets: this.#literal() };
      case '~':
        if (this.#bytes[this.#at + 1] !== 123) break;
        this.#take('~');
        return { kind: 'literal8', octets: this.#literal() };
      default:
    }
    return { kind: 'word', text: this.#bare() };
  }

  /** Up to a space or the end of what encloses it; a section's brackets may hold spaces and lists. */
  #bare(): string {
    const from = this.#at;
    let depth = 0;
    for (;;) {
      const next = this.#next();
      if (next === '\r' || next === '\n' || next === '\0') break;
      if (depth === 0 && (next === ' ' || next === '(' || next === ')' || next === '"' || next === '{'))
        break;
      if (next === '[' && (depth > 0 || this.#isSection(from))) depth++;
      if (next === ']' && depth > 0) depth--;
      this.#at++;
    }
    if (this.#at === from || depth > 0)
      throw new Rejected(`no word at ${this.#at} in ${JSON.stringify(latin1(this.#bytes))}`);
    return latin1(this.#bytes.subarray(from, this.#at));
  }

  /** `[` is a letter like any other, but behind BODY and BINARY. */
  #isSection(from: number): boolean {
    return /^(BODY|BINARY)(\.PEEK|\.SIZE)?$/i.test(latin1(this.#bytes.subarray(from, this.#at)));
  }

  #word(end: string): string {
    const from = this.#at;
    while (this.#next() !== end && this.#next() !== '\r') this.#at++;
    return latin1(this.#bytes.subarray(from, this.#at));
  }

  #quoted(): Uint8Array {
    const octets: number[] = [];
    this.#take('"');
    for (let next = this.#next(); next !== '"'; next = this.#next()) {
      if (next === '\r' || next === '\n' || next === '\0')
        throw new Rejected('a quoted string holds CR, LF or NUL');
      if (next === '\\') {
        this.#at++;
        if (this.#next() !== '"' && this.#next() !== '\\')
          throw new Rejected('what is escaped needs no escape');
      }
      octets.push(this.#next().charCodeAt(0));
      this.#at++;
    }
    this.#take('"');
    return Uint8Array.from(octets);
  }

  #literal(): Uint8Array {
    this.#take('{');
    const size = this.#word('}').replace(/\+$/, '');
    if (!/^\d+$/.test(size)) throw new Rejected(`${JSON.stringify(size)} is no size`);
    for (const letter of '}\r\n') this.#take(letter);
    const end = this.#at + Number(size);
    if (end > this.#bytes.length) throw new Incomplete();
    const octets = Uint8Array.from(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return octets;
  }

  #next(): string {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw new Incomplete();
    if (octet === LF && this.#bytes[this.#at - 1] !== CR) throw new Rejected('a line feed stands alone');
    return String.fromCharCode(octet);
  }

  #take(letter: string): void {
    if (this.#next() !== letter)
      throw new Rejected(
        `${JSON.stringify(this.#next())} in the place of ${JSON.stringify(letter)} at ${this.#at} in ${JSON.stringify(latin1(this.#bytes))}`,
      );
    this.#at++;
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 10_000));
}
