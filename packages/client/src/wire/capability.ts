// CAPABILITY and FLAGS: lists of atoms (RFC 3501 7.2.1, 7.2.6).
//
//   capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev1" *(SP capability)
//   flag-list       = "(" [flag *(SP flag)] ")"

import { BACKSLASH, BRACKET_CLOSE, CLOSE, QUOTE, isBlank } from './ascii.ts';
import type { ResponseReader } from './reader.ts';

/** Reads capabilities up to the end of the line or `]`, in capitals. quirk: lone-plus. `LITERAL +` is two of them. */
export function readCapabilities(reader: ResponseReader): string[] {
  const capabilities: string[] = [];
  for (reader.space(); !reader.atEnd && reader.peek() !== BRACKET_CLOSE; reader.space()) {
    capabilities.push(reader.atom().toUpperCase());
  }
  return capabilities;
}

/**
 * What capabilities of one family say: `capabilityValues(capabilities, 'QUOTA=RES-')` gives `['STORAGE', 'MESSAGE']`,
 * `'APPENDLIMIT='` the most octets of a message to append, `'RIGHTS='` the rights beyond those of RFC 2086.
 */
export function capabilityValues(capabilities: Iterable<string>, prefix: string): string[] {
  return [...capabilities].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

/** Reads a flag list, parentheses and all; flags keep their spelling. */
export function readFlags(reader: ResponseReader): string[] {
  const flags: string[] = [];
  for (const run of reader.list(readFlag)) {
    // quirk: glued-flags. home.pl writes `\Sent\HasNoChildren`.
    const next = run.charCodeAt(0) === BACKSLASH ? run.indexOf('\\', 1) : -1;
    // One by one: as arguments of one call a hostile million of them would break the stack.
    if (next > 0) for (const flag of run.split(/(?=\\)/)) flags.push(flag);
    else flags.push(run);
  }
  return flags;
}

/** A flag, quoted or not. quirk: flag-specials. Gmail has brackets in its flags, GreenMail `\*`. */
function readFlag(reader: ResponseReader): string {
  const { bytes } = reader;
  const from = reader.position;
  if (bytes[from] === QUOTE) return reader.astring();
  let at = from;
  while (at < bytes.length && bytes[at] !== CLOSE && !isBlank(bytes[at])) at++;
  reader.position = at;
  return reader.text(from, at);
}
