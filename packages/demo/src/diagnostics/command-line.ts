// A command as it is typed into the console: its name, the places of its literals, what of it is a secret, and
// whether it destroys something.
import { Commands } from '@imaplib/client/imaplib';
import { MASK } from './redact.ts';

export interface TypedCommand {
  /** In capitals. */
  readonly name: string;
  /** The name with that of the command behind UID: `UID EXPUNGE`. */
  readonly verb: string;
  /** The arguments as they stand between the literals: one more than there are literals. */
  readonly texts: readonly string[];
}

/** What goes between two literals, or a literal: the shape that the engine takes. */
type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly secret: false }
  | {
      readonly kind: 'literal';
      readonly data: Uint8Array;
      readonly synchronising: true;
      readonly secret: false;
    };

/** The line without the tag that people type who are used to it: `a1 LOGIN …`. */
function untagged(line: string): string {
  const [, first = '', rest = '', second = ''] = /^\s*(\S+)\s+((\S+).*)$/s.exec(line) ?? [];
  const isCommand = (word: string): boolean => Object.hasOwn(Commands, word.toUpperCase());
  return !isCommand(first) && isCommand(second) ? rest : line;
}

/** Reads a line; null where there is no command. A `{n}` outside of quotes is the place of a literal. */
export function readCommand(line: string): TypedCommand | null {
  const [, first = '', rest = ''] = /^\s*(\S+)(?:\s+(.*?))?\s*$/s.exec(untagged(line)) ?? [];
  if (first === '') return null;
  const name = first.toUpperCase();
  const second = /^\S+/.exec(rest)?.[0]?.toUpperCase();
  return {
    name,
    verb: name === 'UID' && second !== undefined ? `UID ${second}` : name,
    texts: cutAtLiterals(rest),
  };
}

function cutAtLiterals(rest: string): string[] {
  const texts = [''];
  for (const [word] of rest.matchAll(/"(?:[^"\\]|\\.)*"|\{\d*\+?\}|[^"{]+|./gs)) {
    if (/^\{\d*\+?\}$/.test(word)) texts.push('');
    else texts[texts.length - 1] += word;
  }
  return texts;
}

/** The arguments as they go out: each literal announced by its true size. @throws RangeError for a missing one */
export function piecesOf({ texts }: TypedCommand, literals: readonly Uint8Array[]): readonly Piece[] {
  const encoder = new TextEncoder();
  return texts.flatMap((text, at): Piece[] => {
    if (at === texts.length - 1)
      return text === '' ? [] : [{ kind: 'bytes', bytes: encoder.encode(text), secret: false }];
    const data = literals[at];
    if (data === undefined) throw new RangeError('A literal is missing.');
    return [
      { kind: 'bytes', bytes: encoder.encode(`${text}{${data.length}}\r\n`), secret: false },
      { kind: 'literal', data, synchronising: true, secret: false },
    ];
  });
}

/** The text of a literal as it goes out: every line ends in CRLF. */
export function literalOctets(text: string): Uint8Array {
  return new TextEncoder().encode(text.replaceAll(/\r?\n/g, '\r\n'));
}

/** What a command would destroy, in words for the one who has typed it; null where nothing is lost. */
export function lossOf({ verb, texts }: TypedCommand, mailbox: string | null): string | null {
  const here = mailbox === null ? 'the selected mailbox' : mailbox;
  switch (verb) {
    case 'EXPUNGE':
      return `This removes every message marked \\Deleted from ${here}, for good.`;
    case 'UID EXPUNGE':
      return `This removes those of the named messages that are marked \\Deleted from ${here}, for good.`;
    case 'CLOSE':
      return `This leaves ${here} and removes every message marked \\Deleted from it, for good. UNSELECT leaves it and removes nothing.`;
    case 'DELETE':
      return `This removes the mailbox ${texts.join('') || '…'} with all messages in it, for good.`;
    default:
      return null;
  }
}

export interface TypedLogin {
  readonly user: string;
  /** Null where it has not been begun. */
  readonly password: string | null;
}

/** The user and the password behind LOGIN; null for any other command, or where the user is not complete. */
export function readLogin(line: string): TypedLogin | null {
  const found = /^\s*LOGIN\s+("(?:[^"\\]|\\.)*"|[^\s"{]+)(?:\s(.*))?$/is.exec(untagged(line));
  if (found === null) return null;
  const [, user = '', password] = found;
  return { user: unquoted(user), password: password === undefined ? null : unquoted(password) };
}

function unquoted(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
  return quoted === null ? text : quoted[1]!.replaceAll(/\\(.)/gs, '$1');
}

/** The line as the console and its history show it. */
export function maskedCommand(typed: string): string {
  const line = untagged(typed);
  const login = /^(\s*LOGIN\s+(?:"(?:[^"\\]|\\.)*"|\S+))\s.*$/is.exec(line);
  if (login !== null) return `${login[1]} ${MASK}`;
  const exchange = /^(\s*AUTHENTICATE\s+\S+)\s+\S.*$/is.exec(line);
  return exchange === null ? line : `${exchange[1]} ${MASK}`;
}
