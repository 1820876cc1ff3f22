// Bytes and the charset that a message claims -> text: a thin layer over the client's decoder, with the encodings
// that no browser knows but that occur in mail, and with a word on whether it was a guess.
import { decodeText } from '@imaplib/client/wire';
import { CP437, CP850 } from './codepages.ts';

/** Text, and how it was read. */
export interface Decoded {
  readonly text: string;
  /** The encoding that was used, in lower case. */
  readonly charset: string;
  /** Whether nothing that the message says led to this encoding; a page then offers others. */
  readonly guessed: boolean;
}

const single =
  (high: string) =>
  (bytes: Uint8Array): string => {
    let text = '';
    for (const byte of bytes) {
      text += byte < 0x80 ? String.fromCharCode(byte) : (high[byte - 0x80] ?? '\ufffd');
    }
    return text;
  };

/** UTF-7 (RFC 2152): base64 of UTF-16 between `+` and whatever is not base64. */
function utf7(bytes: Uint8Array): string {
  return single('')(bytes).replaceAll(/\+([A-Za-z0-9+/]*)-?/g, (_, run: string) => {
    if (run === '') return '+';
    const octets = atob(run.slice(0, run.length - (run.length % 4 === 1 ? 1 : 0)));
    let text = '';
    for (let at = 0; at + 1 < octets.length; at += 2) {
      text += String.fromCharCode((octets.charCodeAt(at) << 8) | octets.charCodeAt(at + 1));
    }
    return text;
  });
}

const OWN: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  'utf-7': utf7,
  'unicode-1-1-utf-7': utf7,
  cp437: single(CP437),
  cp850: single(CP850),
  // The same but for the euro sign.
  cp858: (bytes) => single(CP850.replace('ı', '€'))(bytes),
};

/** Names that the client does not have. */
const ALIASES: Readonly<Record<string, string>> = {
  ks_c_5601: 'euc-kr',
  'x-windows-949': 'euc-kr',
  'latin-1': 'windows-1252',
  'latin-9': 'iso-8859-15',
  latin9: 'iso-8859-15',
  ansi: 'windows-1252',
  ms874: 'windows-874',
  macroman: 'macintosh',
  'gb18030-2022': 'gb18030',
};

const SAYS_NOTHING =
  /^(?:|us-ascii|ascii|ansi_x3\.4-1968|x?-?unknown.*|unknown-8bit|default|none|binary|[78]bit)$/;
const IS_LATIN1 = /1252|8859[-_]?1(?!\d)|latin-?1|^l1$|819/;

/** ESC $ @ and ESC $ B switch to Japanese, in seven bits: unlabelled, they would pass as ASCII. */
const isJapanese = (bytes: Uint8Array): boolean =>
  bytes.some(
    (byte, at) =>
      byte === 0x1b && bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x40 || bytes[at + 2] === 0x42),
  );

/**
 * Decodes the content of a text part.
 *
 * @param label the charset parameter as it stands in the message; null where there is none
 */
export function decodeCharset(bytes: Uint8Array, label: string | null): Decoded {
  const name = (label ?? '')
    .trim()
    .toLowerCase()
    .replaceAll(/["']/g, '')
    // RFC 2231: a language may follow the name.
    .replace(/\*.*$/, '');
  // Written in many ways: ibm437, cp-437, dos437.
  const codePage = name.replace(/^(?:cp|ibm|dos|oem)[-_]?(?=\d)/, 'cp');
  const own = OWN[codePage];
  if (own !== undefined) return { text: own(bytes), charset: codePage, guessed: false };
  const says = !SAYS_NOTHING.test(name);
  if (!says && isJapanese(bytes)) return { ...decodeText(bytes, 'iso-2022-jp'), guessed: true };
  const decoded = decodeText(bytes, ALIASES[name] ?? name);
  // Bytes that are valid UTF-8 are UTF-8; windows-1252 without being asked for is what fits anything.
  const isFallback = decoded.charset === 'windows-1252' && !(says && IS_LATIN1.test(ALIASES[name] ?? name));
  return { ...decoded, guessed: isFallback };
}
