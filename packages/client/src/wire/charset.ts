// Text in the character sets that mail is written in, under the names that mail gives them.

/** Text, and the encoding that it was read in. */
export interface DecodedText {
  readonly text: string;
  /** The WHATWG name: `utf-8`, `windows-1252`, `shift_jis`. */
  readonly charset: string;
}

/** Names that mail uses and the Encoding Standard does not know. */
const aliases: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  'x-ms-cp932': 'shift_jis',
  ms932: 'shift_jis',
  cp936: 'gbk',
  ms936: 'gbk',
  'euc-cn': 'gbk',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  cp950: 'big5',
  ms950: 'big5',
  'big5-eten': 'big5',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
  euckr: 'euc-kr',
  jis: 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp874: 'windows-874',
  cp878: 'koi8-r',
  'x-mac-latin1': 'macintosh',
  mac: 'macintosh',
  'mac-roman': 'macintosh',
  cp65001: 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  'utf-8-mac': 'utf-8',
};

const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('windows-1252');
const decoders = new Map<string, TextDecoder | null>();

/** Labels are the sender's to choose: no more of them are remembered than there are encodings. */
const mostLabels = 256;

function decoderOf(label: string): TextDecoder | null {
  const known = decoders.get(label);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null = null;
  for (const name of namesOf(label)) {
    try {
      decoder = new TextDecoder(name);
      break;
    } catch {
      // Not a name of the Encoding Standard: the next one may be.
    }
  }
  if (decoders.size < mostLabels) decoders.set(label, decoder);
  return decoder;
}

/** The label itself, and what it may be meant for: `utf_8`, `cp-1252`, `win-1251`, `iso8859_1`. */
function namesOf(label: string): string[] {
  const name = label.replaceAll('_', '-');
  const windows = /^(?:cp|win|windows|ansi|ms|ibm|x-cp|x-windows)-?(12[45]\d)$/.exec(name);
  const iso = /^(?:x-)?iso-?8859-?(\d{1,2})(?:-|$)/.exec(name);
  const utf16 = /^(?:utf|ucs|unicode)-?(?:16|2)-?(le|be)?$/.exec(name);
  const guesses = [label, aliases[name] ?? name];
  if (/^utf-?8/.test(name)) guesses.push('utf-8');
  if (windows !== null) guesses.push(`windows-${windows[1]}`);
  if (iso !== null) guesses.push(`iso-8859-${iso[1]}`);
  if (utf16 !== null) guesses.push(`utf-16${utf16[1] ?? ''}`);
  return guesses;
}

/** 0x80 to 0x9f of windows-1252. Node 20 reads them as if it were Latin-1. */
const windows1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function read(decoder: TextDecoder, bytes: Uint8Array): DecodedText {
  const text = decoder.decode(bytes);
  const charset = decoder.encoding;
  if (charset !== 'windows-1252') return { text, charset };
  return {
    text: text.replaceAll(/[\u0080-\u009f]/g, (letter) => windows1252.charAt(letter.charCodeAt(0) - 128)),
    charset,
  };
}

/** Labels that say nothing: senders write them over UTF-8 and over anything else. */
const saysNothing =
  /^(?:|us-ascii|ascii|ansi-?x3\.4-?1968|iso-?646.*|x?-?unknown.*|unknown-8bit|default|none|null|binary|8bit|7bit)$/;

/**
 * Bytes as text.
 *
 * A label that is missing, says nothing or is not known is taken for UTF-8 where the bytes are valid UTF-8, else for
 * windows-1252.
 */
export function decodeText(bytes: Uint8Array, label: string | null = null): DecodedText {
  const name = (label ?? '')
    .trim()
    .replace(/^(?:charset=)?["']?/i, '')
    .replace(/["';\s].*$/, '')
    .toLowerCase();
  const decoder = saysNothing.test(name) || name.length > 40 ? null : decoderOf(name);
  if (decoder !== null) return read(decoder, bytes);
  try {
    return { text: utf8.decode(bytes), charset: 'utf-8' };
  } catch {
    return read(latin, bytes);
  }
}
