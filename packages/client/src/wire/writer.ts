// Writes one command, argument by argument, a space between them. Bad input throws a RangeError here, before a byte
// has been sent; secrets are marked where they are written, so that nothing later has to guess.
//
//   command  = tag SP (command-any / command-auth / …) CRLF
//   literal  = "{" number ["+"] "}" CRLF *CHAR8

import { encode, latin1 } from './ascii.ts';
import { formatDay, formatInternalDate } from './internal-date.ts';
import { isInbox, nameOf, type MailboxName } from './mailbox-name.ts';
import { formatSet, type SequenceSet } from './set.ts';
import { encodeUtf7 } from './utf7.ts';

/** A literal whose bytes come as they are sent. */
export interface LiteralSource {
  /** Exact number of bytes. */
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array>;
}

/** A piece of a command as it goes out. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly secret: boolean }
  /** `{n}` or `{n+}` has been written into the bytes before; where `synchronising`, the data waits for `+`. */
  | {
      readonly kind: 'literal';
      readonly data: Uint8Array | LiteralSource;
      readonly synchronising: boolean;
      readonly secret: boolean;
    };

/** What the server understands, as far as writing depends on it. */
export interface WriterOptions {
  /** LITERAL+ (RFC 7888): any literal need not wait; LITERAL-: those up to 4096 bytes. */
  readonly literals: 'synchronising' | 'LITERAL-' | 'LITERAL+';
  /** UTF8=ACCEPT or IMAP4rev2 is enabled: quoted strings and mailbox names in UTF-8 (RFC 6855). */
  readonly utf8: boolean;
}

/** Beyond this a string goes as a literal: UW and Yahoo refuse lines of 1,000 octets (quirk: long-line). */
const longestQuoted = 512;
/** LITERAL- lets literals up to this size go without waiting (RFC 7888 5). */
const longestUnasked = 4096;

const atomText = /^[!#$&'+-[^-z|}~]+$/;
const astringText = /^[!#$&'+-[\]^-z|}~]+$/;
const listText = /^[!#$%&'*+-[\]^-z|}~]+$/;
const flagText = /^\\?[!#$&'+-[^-z|}~]+$/;
const forbidden = /[\r\n\0]/;
const literalMarker = /\{\d+\+?\}$/;

/** Shows what was refused, as far as it may be shown. */
const shown = (value: string): string => JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);

/** Collects a command's arguments. Each method writes one argument and returns the writer. */
export class CommandWriter {
  readonly #options: WriterOptions;
  readonly #pieces: Piece[] = [];
  /** Written, not yet a piece. */
  #text = '';
  #secret = false;
  /** Whether the next argument needs a space before it. */
  #spaced = false;

  constructor(options?: Partial<WriterOptions>) {
    this.#options = { literals: 'synchronising', utf8: false, ...options };
  }

  /** An atom, checked: a command's name, a keyword, a search key. @throws RangeError */
  atom(value: string): this {
    if (!atomText.test(value)) throw new RangeError(`${shown(value)} cannot be sent as an atom`);
    return this.#argument(value);
  }

  /** Text as atom, quoted string or literal, whichever fits first. CR and LF need a literal, NUL is refused. */
  astring(value: string): this {
    return this.#astring(value, 'Text');
  }

  /** Text as quoted string or literal. */
  string(value: string): this {
    return this.#string(value, 'Text');
  }

  /** `string`, or NIL for null. */
  nstring(value: string | null): this {
    return value === null ? this.#argument('NIL') : this.string(value);
  }

  /** As {@link astring}, hidden from every log and trace. */
  secret(value: string): this {
    this.#space();
    this.#spaced = false;
    this.#cut();
    this.#secret = true;
    this.#astring(value, 'A secret');
    this.#cut();
    this.#secret = false;
    return this;
  }

  /** As {@link atom}, hidden: the first word of a SASL exchange, however long (RFC 4959). */
  secretAtom(value: string): this {
    if (!atomText.test(value)) throw new RangeError('A secret cannot be sent as an atom');
    this.#space();
    this.#cut();
    this.#secret = true;
    this.#text = value;
    this.#cut();
    this.#secret = false;
    return this;
  }

  /** A finished piece as it is: for callers that have written their arguments themselves. */
  piece(piece: Piece): this {
    this.#cut();
    this.#pieces.push(piece);
    this.#spaced = true;
    return this;
  }

  /**
   * A mailbox: a name in Unicode, INBOX in any case, in modified UTF-7 unless `utf8`; what has octets of its own is
   * sent as it came. Refuses CR, LF and NUL.
   */
  mailbox(mailbox: MailboxName): this {
    if (typeof mailbox === 'string' || mailbox.raw === undefined) {
      return this.#astring(this.#mailbox(nameOf(mailbox)), 'A mailbox name');
    }
    const { raw } = mailbox;
    if (raw.some((octet) => octet === 0)) throw new RangeError('A mailbox name cannot hold NUL');
    if (raw.every((octet) => octet >= 32 && octet < 127)) return this.#astring(latin1(raw), 'A mailbox name');
    return this.#literal(raw, raw.length);
  }

  /** A LIST pattern: as {@link mailbox}, with `%` and `*`. */
  pattern(value: string): this {
    const written = this.#mailbox(value);
    return isBare(listText, written) ? this.#argument(written) : this.#string(written, 'A pattern');
  }

  number(value: number | bigint): this {
    const whole = typeof value === 'bigint' ? value <= 9223372036854775807n : Number.isSafeInteger(value);
    if (!whole || value < 0) throw new RangeError(`${String(value)} cannot be sent as a number`);
    return this.#argument(String(value));
  }

  set(value: SequenceSet): this {
    return this.#argument(formatSet(value));
  }

  /** `(\Seen $Forwarded)`; each flag checked. */
  flags(values: readonly string[]): this {
    for (const value of values) {
      if (!flagText.test(value)) throw new RangeError(`${shown(value)} cannot be sent as a flag`);
    }
    return this.#argument(`(${values.join(' ')})`);
  }

  /** `"17-Jul-1996 02:44:25 -0700"`; the zone in minutes east of Greenwich. */
  dateTime(value: Date, zone = 0): this {
    return this.#argument(`"${formatInternalDate(value, zone)}"`);
  }

  /** `1-Feb-1994`, the day in UTC. */
  date(value: Date): this {
    return this.#argument(formatDay(value));
  }

  /** Opens a parenthesised list, lets `write` fill it, closes it. */
  list(write: (writer: this) => void): this {
    this.#argument('(');
    this.#spaced = false;
    write(this);
    this.#text += ')';
    this.#spaced = true;
    return this;
  }

  /** A literal, from memory or as a stream. */
  literal(data: Uint8Array | LiteralSource): this {
    return this.#literal(data, sizeOf(data));
  }

  /** A literal that may hold any octet, NUL too (RFC 3516, RFC 6855). */
  literal8(data: Uint8Array | LiteralSource): this {
    return this.#literal(data, sizeOf(data), '~');
  }

  /**
   * Text that is grammar already: `BODY.PEEK[HEADER.FIELDS (FROM)]<0.100>`. CR, LF and NUL are refused.
   *
   * @throws RangeError
   */
  raw(text: string): this {
    return this.#argument(checkedLine(text, 'Part of a command'));
  }

  /** Raw text without a space before it. */
  glue(text: string): this {
    this.#text += checkedLine(text, 'Part of a command');
    this.#spaced = true;
    return this;
  }

  /** The finished command without its tag and first space, ending in CRLF. */
  finish(): readonly Piece[] {
    // The server would take the CRLF for the beginning of a literal, and the next command for what is in it.
    if (literalMarker.test(this.#text)) {
      throw new RangeError(
        `A command cannot end in ${literalMarker.exec(this.#text)?.[0] ?? ''}: it announces a literal.`,
      );
    }
    this.#text += '\r\n';
    this.#cut();
    return this.#pieces;
  }

  #mailbox(name: string): string {
    checkedLine(name, 'A mailbox name');
    if (isInbox(name)) return 'INBOX';
    return this.#options.utf8 ? name : encodeUtf7(name);
  }

  #astring(value: string, what: string): this {
    return isBare(astringText, value) ? this.#argument(value) : this.#string(value, what);
  }

  #string(value: string, what: string): this {
    if (value.includes('\0'))
      throw new RangeError(`${what} cannot hold a NUL character: IMAP has no way to send it.`);
    if (/\p{Surrogate}/u.test(value)) throw new RangeError(`${what} cannot hold half of a surrogate pair.`);
    const ascii = !/[^\p{ASCII}]/u.test(value);
    const fits =
      value.length <= longestQuoted &&
      (ascii || (this.#options.utf8 && encode(value).length <= longestQuoted));
    if (fits && !/[\r\n]/.test(value)) return this.#argument(`"${value.replaceAll(/["\\]/g, '\\$&')}"`);
    const bytes = encode(value);
    return this.#literal(bytes, bytes.length);
  }

  #literal(data: Uint8Array | LiteralSource, size: number, kind: '' | '~' = ''): this {
    const { literals } = this.#options;
    const asks = literals === 'synchronising' || (literals === 'LITERAL-' && size > longestUnasked);
    this.#argument(`${kind}{${size}${asks ? '' : '+'}}\r\n`);
    this.#cut();
    this.#pieces.push({ kind: 'literal', data, synchronising: asks, secret: this.#secret });
    return this;
  }

  #argument(text: string): this {
    this.#space();
    this.#text += text;
    return this;
  }

  /** Writes the space that the next argument needs. */
  #space(): void {
    if (this.#spaced) this.#text += ' ';
    this.#spaced = true;
  }

  /** Makes a piece of what was written. */
  #cut(): void {
    if (this.#text !== '')
      this.#pieces.push({ kind: 'bytes', bytes: encode(this.#text), secret: this.#secret });
    this.#text = '';
  }
}

function sizeOf(data: Uint8Array | LiteralSource): number {
  const size = data instanceof Uint8Array ? data.length : data.size;
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RangeError(`${String(size)} is no size of a literal`);
  return size;
}

/** Whether text can stand without quotes; NIL would be taken for nothing. */
function isBare(allowed: RegExp, value: string): boolean {
  return value.length <= longestQuoted && allowed.test(value) && value.toUpperCase() !== 'NIL';
}

function checkedLine(value: string, what: string): string {
  if (forbidden.test(value)) throw new RangeError(`${what} cannot hold CR, LF or NUL: ${shown(value)}`);
  return value;
}
