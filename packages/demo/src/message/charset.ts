// Bytes and the charset that a message claims -> text. The browser's TextDecoder does the work; here are the names
// that mail uses for its encodings, the few encodings it does not know, and a guess where nothing is claimed.
import { CP437, CP850 } from './codepages.ts';

/** Text, and how it was read. */
export interface Decoded {
  readonly text: string;
  /** The encoding that was used, in the name of the Encoding standard where it has one. */
  readonly charset: string;
  /** Whether the message named no encoding, or one that is unknown; the page then offers others. */
  readonly guessed: boolean;
}

/** Names in mail -> labels that TextDecoder knows. */
const ALIASES: Readonly<Record<string, string>> = {
  '8859_1': 'iso-8859-1',
  ansi: 'windows-1252',
  big5hkscs: 'big5',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp51932: 'euc-jp',
  cp50220: 'iso-2022-jp',
  eucjp: 'euc-jp',
  'euc-jp-ms': 'euc-jp',
  euckr: 'euc-kr',
  'gb18030-2022': 'gb18030',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  'iso-8859-1-windows-1252': 'windows-1252',
  iso8859_1: 'iso-8859-1',
  iso8859_15: 'iso-8859-15',
  ks_c_5601: 'euc-kr',
  'latin-1': 'iso-8859-1',
  'latin-2': 'iso-8859-2',
  'latin-9': 'iso-8859-15',
  latin9: 'iso-8859-15',
  macroman: 'macintosh',
  ms874: 'windows-874',
  ms932: 'shift_jis',
  ms936: 'gbk',
  ms949: 'euc-kr',
  ms950: 'big5',
  'shift_jis-2004': 'shift_jis',
  uhc: 'euc-kr',
  utf_8: 'utf-8',
  'utf-8-sig': 'utf-8',
  utf_16: 'utf-16',
  'x-ms-cp932': 'shift_jis',
  'x-windows-949': 'euc-kr',
};

/** Labels that say nothing about what the bytes are. */
const SILENT =
  /^(?:|unknown|unknown-8bit|x-unknown|8bit|7bit|binary|default|none|iso-8859|us-ascii|ascii|ansi_x3\.4-1968|ansi_x3\.110-1983)$/;

const single =
  (high: string) =>
  (bytes: Uint8Array): string => {
    let text = '';
    for (const byte of bytes)
      text += byte < 0x80 ? String.fromCharCode(byte) : (high[byte - 0x80] ?? '\ufffd');
    return text;
  };

/** UTF-7 (RFC 2152): base64 of UTF-16 between `+` and whatever is not base64. */
function utf7(bytes: Uint8Array): string {
  const source = single('')(bytes);
  return source.replaceAll(/\+([A-Za-z0-9+/]*)-?/g, (_, run: string) => {
    if (run === '') return '+';
    const units = atob(run.slice(0, run.length % 4 === 1 ? -1 : undefined));
    let text = '';
    for (let at = 0; at + 1 < units.length; at += 2) {
      text += String.fromCharCode((units.charCodeAt(at) << 8) | units.charCodeAt(at + 1));
    }
    return text.isWellFormed() ? text : text.toWellFormed();
  });
}

/** Encodings that no browser knows, but that occur. */
const OWN: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  'utf-7': utf7,
  'unicode-1-1-utf-7': utf7,
  cp437: single(CP437),
  cp850: single(CP850),
};

const isValidUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** What bytes without a name most likely are. */
function guess(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes.every((byte) => byte < 0x80)) {
    // ESC $ @ or ESC $ B switches to Japanese in seven bits.
    const isJapanese = bytes.some(
      (byte, at) =>
        byte === 0x1b && bytes[at + 1] === 0x24 && /[@B]/.test(String.fromCharCode(bytes[at + 2] ?? 0)),
    );
    return isJapanese ? 'iso-2022-jp' : 'utf-8';
  }
  return isValidUtf8(bytes) ? 'utf-8' : 'windows-1252';
}

function decoder(label: string): TextDecoder | null {
  try {
    return new TextDecoder(label);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Decodes the content of a text part.
 *
 * @param label the charset parameter as it stands in the message; null where there is none
 */
export function decodeCharset(bytes: Uint8Array, label: string | null): Decoded {
  const asked = (label ?? '')
    .trim()
    .toLowerCase()
    .replaceAll(/^["']+|["']+$/g, '')
    // RFC 2231: a language may follow the name.
    .replace(/\*.*$/, '');
  // cp1251, win-1251, windows1251, ibm437: all written in many ways.
  const name = asked
    .replace(/^(?:cp|ibm|dos|oem)[-_]?(?=\d)/, 'cp')
    .replace(/^(?:win|windows)[-_]?(?=\d)/, 'windows-');
  const own = OWN[name] ?? (name === 'cp858' ? OWN['cp850'] : undefined);
  if (own !== undefined) return { text: own(bytes), charset: name, guessed: false };
  const known = SILENT.test(name) ? null : (decoder(ALIASES[name] ?? name) ?? decoder(asked));
  if (known !== null) return { text: known.decode(bytes), charset: known.encoding, guessed: false };
  const charset = guess(bytes);
  const isPlainAscii = /^(?:us-)?ascii$|^ansi_x3/.test(name) && bytes.every((byte) => byte < 0x80);
  return { text: new TextDecoder(charset).decode(bytes), charset, guessed: !isPlainAscii };
}
