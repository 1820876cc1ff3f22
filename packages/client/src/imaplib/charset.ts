// Text in the charset that a SEARCH names. The platform encodes UTF-8 only; for others its decoder is turned round.

import { isAscii, toByteString } from './byte-string.ts';
import type { Text } from './datum.ts';

/** Text as a byte string; bytes stay as they are. */
export type Encode = (value: Text) => string;

/**
 * How text is encoded for a charset; without one as for any other argument.
 *
 * @throws RangeError, when text is encoded, for a charset that is not known and for characters that it does not have
 */
export function encoderFor(charset: Text | null, isUtf8: boolean): Encode {
  if (charset === null) return (value) => toByteString(value, isUtf8);
  const name = toByteString(charset, true).replaceAll('"', '').toLowerCase();
  return (value) => (typeof value === 'string' ? encodeText(value, name) : toByteString(value, false));
}

function encodeText(value: string, charset: string): string {
  if (charset === 'utf-8' || charset === 'utf8') return toByteString(value, true);
  if (charset === 'us-ascii' || charset === 'ascii') return toByteString(value, false);
  if (charset === 'iso-8859-1' || charset === 'latin1')
    return each(value, charset, (character) => (character <= '\xff' ? character : undefined));
  const table = tableOf(charset);
  return each(value, charset, (character) => (isAscii(character) ? character : table.get(character)));
}

function each(value: string, charset: string, encode: (character: string) => string | undefined): string {
  return Array.from(value, (character) => {
    const bytes = encode(character);
    if (bytes === undefined)
      throw new RangeError(`${JSON.stringify(character)} cannot be written in ${charset}`);
    return bytes;
  }).join('');
}

const tables = new Map<string, ReadonlyMap<string, string>>();

/** From characters to bytes, for charsets that write a character with one or two bytes. */
function tableOf(charset: string): ReadonlyMap<string, string> {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    throw new RangeError(`unknown encoding: ${charset}; give the criteria as bytes`);
  }
  if (decoder.decode(Uint8Array.of(0x41, 0x42)) !== 'AB') {
    throw new RangeError(`${charset} does not hold ASCII; give the criteria as bytes`);
  }
  const table = new Map<string, string>();
  const learn = (...bytes: number[]): void => {
    const character = decoder.decode(Uint8Array.from(bytes));
    if (Array.from(character).length === 1 && character !== '\ufffd' && !table.has(character)) {
      table.set(character, String.fromCharCode(...bytes));
    }
  };
  for (let lead = 0x80; lead <= 0xff; lead++) learn(lead);
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) learn(lead, trail);
  tables.set(charset, table);
  return table;
}
