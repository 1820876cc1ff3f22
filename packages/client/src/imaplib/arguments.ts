// The arguments of a command. Most are functions, asked when the command's turn has come: only then is it known
// whether UTF-8 is enabled. What they give is checked here, before a byte is sent.

import { encodeUtf7, readUtf7 } from '../wire/utf7.ts';
import type { Piece } from '../wire/writer.ts';
import { fromByteString, isAscii, toByteString } from './byte-string.ts';
import { encoderFor } from './charset.ts';
import type { Items, MessageSet, Param, Text } from './datum.ts';
import { Placeholders } from './placeholders.ts';
import * as quoting from './quoting.ts';
import * as sequence from './sequence-set.ts';

/** Text goes out as it is, null is left out; a function gives a byte string, finished pieces, or null. */
export type Argument = Text | null | undefined | ((utf8: boolean) => string | readonly Piece[] | null);

/** @throws RangeError for what would end the line */
function checked(value: string): string {
  // oxlint-disable-next-line no-control-regex -- these three are what no line may hold
  if (/[\0\r\n]/.test(value)) throw new RangeError('NUL, CR and LF not allowed in commands');
  return value;
}

/** A command's name and arguments as they go out, without tag and CRLF. */
export function compose(name: string, args: readonly Argument[], utf8: boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  let text = checked(name);
  const cut = (): void => {
    if (text !== '') pieces.push({ kind: 'bytes', bytes: fromByteString(text), secret: false });
    text = '';
  };
  for (const argument of args) {
    if (argument === null || argument === undefined) continue;
    const value = typeof argument === 'function' ? argument(utf8) : toByteString(argument, utf8);
    if (value === null) continue;
    text += ' ';
    if (typeof value === 'string') {
      text += checked(value);
    } else {
      cut();
      pieces.push(...value);
    }
  }
  // The server would take the end of the line for the beginning of a literal.
  const announced = /\{\d+\+?\}$/.exec(text);
  if (announced !== null)
    throw new RangeError(`a command cannot end in ${announced[0]}: it announces a literal`);
  cut();
  return pieces;
}

/** Text, quoted where it has to be. */
export function astring(value: Text): Argument {
  return (utf8) => quoting.astring(toByteString(value, utf8));
}

/** A mailbox name: Unicode in modified UTF-7 until UTF-8 is enabled, quoted where it has to be. */
export function mailbox(name: Text): Argument {
  return (utf8) => quoting.astring(mailboxName(name, utf8));
}

/** A mailbox name with the wildcards `%` and `*`. */
export function listMailbox(pattern: Text): Argument {
  return (utf8) => quoting.listMailbox(mailboxName(pattern, utf8));
}

function mailboxName(name: Text, utf8: boolean): string {
  if (utf8 || typeof name !== 'string') return toByteString(name, utf8);
  checked(name);
  return readUtf7(name) === null ? encodeUtf7(name) : name;
}

/** A password: quoted in any case, and hidden from every log. */
export function password(value: Text): Argument {
  return (utf8) => {
    // Said here, because the general sentence would show the text.
    if (typeof value === 'string' && !utf8 && !isAscii(value)) {
      throw new RangeError('LOGIN cannot carry a password beyond ASCII: use login_plain()');
    }
    const text = checked(quoting.quote(toByteString(value, utf8)));
    return [{ kind: 'bytes', bytes: fromByteString(text), secret: true }];
  };
}

/** Items in parentheses. */
export function parenthesised(items: Items): Argument {
  return (utf8) => quoting.setQuote(joined(items, (item) => toByteString(item, utf8)));
}

/** FETCH parts in parentheses, but for the macros ALL, FULL and FAST. */
export function fetchParts(parts: Items, params?: readonly Param[]): Argument {
  return (utf8) => {
    const encode = encoderFor(null, utf8);
    const placeholders = new Placeholders(params, encode);
    const text = placeholders.fill(joined(parts, encode));
    placeholders.finish();
    return /^(?:ALL|FULL|FAST)$/i.test(text) ? text : quoting.setQuote(text);
  };
}

/** `1:5,8` */
export function messageSet(value: MessageSet): Argument {
  return (utf8) => sequence.sequenceSet(value, (text) => toByteString(text, utf8));
}

/** Search criteria in the charset that is named before them. */
export function criteria(
  charset: Text | null,
  words: readonly (Text | null)[],
  params?: readonly Param[],
): Argument {
  return (utf8) => {
    const encode = encoderFor(charset, utf8);
    const placeholders = new Placeholders(params, encode);
    const text = words.filter((word) => word !== null).map((word) => placeholders.fill(encode(word)));
    placeholders.finish();
    return text.length === 0 ? null : text.join(' ');
  };
}

/** Names and values in parentheses, always quoted; NIL for no value, and for no pairs at all. */
export function pairs(fields: Readonly<Record<string, Text | null>> | null): Argument {
  const words = Object.entries(fields ?? {}).flat();
  return (utf8) => {
    const list = words.map((word) => (word === null ? 'NIL' : quoting.quote(toByteString(word, utf8))));
    return list.length === 0 ? 'NIL' : `(${list.join(' ')})`;
  };
}

/** A literal that waits for the server's `+`; once UTF-8 is enabled as RFC 6855 4 wants it, `UTF8 (~{n}…)`. */
export function literal(data: () => Uint8Array): Argument {
  return (utf8) => {
    const octets = data();
    const head = utf8 ? `UTF8 (~{${octets.length}}\r\n` : `{${octets.length}}\r\n`;
    const pieces: Piece[] = [
      { kind: 'bytes', bytes: fromByteString(head), secret: false },
      { kind: 'literal', data: octets, synchronising: true, secret: false },
    ];
    return utf8 ? [...pieces, { kind: 'bytes', bytes: fromByteString(')'), secret: false }] : pieces;
  };
}

function joined(items: Items, encode: (item: Text) => string): string {
  return typeof items === 'string' || items instanceof Uint8Array
    ? encode(items)
    : items.map(encode).join(' ');
}
