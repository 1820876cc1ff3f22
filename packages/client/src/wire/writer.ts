// Writes one command, argument by argument, a space between them. Bad input throws a RangeError here, before a byte
// has been sent; secrets are marked where they are written, so that nothing later has to guess.
//
//   command  = tag SP (command-any / command-auth / …) CRLF
//   literal  = "{" number ["+"] "}" CRLF *CHAR8

import type { SequenceSet } from './set.ts';

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

/** Collects a command's arguments. Each method writes one argument and returns the writer. */
export class CommandWriter {
  constructor(options?: Partial<WriterOptions>) {
    void options;
  }

  /** An atom, checked: a command's name, a keyword, a search key. @throws RangeError */
  atom(value: string): this {
    throw new Error(value);
  }
  /** Text as atom, quoted string or literal, whichever fits first. CR and LF need a literal, NUL is refused. */
  astring(value: string): this {
    throw new Error(value);
  }
  /** Text as quoted string or literal. */
  string(value: string): this {
    throw new Error(value);
  }
  /** `string`, or NIL for null. */
  nstring(value: string | null): this {
    throw new Error(String(value));
  }
  /** As {@link astring}, hidden from every log and trace. */
  secret(value: string): this {
    throw new Error(value.length.toString());
  }
  /** A mailbox name in Unicode; INBOX in any case; modified UTF-7 unless `utf8`. Refuses CR, LF and NUL. */
  mailbox(name: string): this {
    throw new Error(name);
  }
  /** A LIST pattern: as {@link mailbox}, with `%` and `*`. */
  pattern(value: string): this {
    throw new Error(value);
  }
  number(value: number | bigint): this {
    throw new Error(String(value));
  }
  set(value: SequenceSet): this {
    throw new Error(String(value));
  }
  /** `(\Seen $Forwarded)`; each flag checked. */
  flags(values: readonly string[]): this {
    throw new Error(String(values));
  }
  /** `"17-Jul-1996 02:44:25 -0700"` */
  dateTime(value: Date): this {
    throw new Error(String(value));
  }
  /** `1-Feb-1994`, the day in UTC. */
  date(value: Date): this {
    throw new Error(String(value));
  }
  /** Opens a parenthesised list, lets `write` fill it, closes it. */
  list(write: (writer: this) => void): this {
    throw new Error(String(write));
  }
  /** A literal, from memory or as a stream. */
  literal(data: Uint8Array | LiteralSource): this {
    throw new Error(String(data));
  }
  /**
   * Text that is grammar already: `BODY.PEEK[HEADER.FIELDS (FROM)]<0.100>`. CR, LF and NUL are refused.
   *
   * @throws RangeError
   */
  raw(text: string): this {
    throw new Error(text);
  }
  /** Raw text without a space before it. */
  glue(text: string): this {
    throw new Error(text);
  }
  /** The finished command without its tag and first space, ending in CRLF. */
  finish(): readonly Piece[] {
    throw new Error('to be written');
  }
}
