// Modified UTF-7: mailbox names in ASCII (RFC 3501 5.1.3).
//
//   utf7 = *(%x20-25 / %x27-7E / "&-" / "&" 1*mbase64 "-")

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,';
const values = new Map(Array.from(alphabet, (letter, value) => [letter, value]));

/**
 * The name as modified UTF-7.
 *
 * @throws RangeError where it holds half a surrogate pair
 */
export function encodeUtf7(name: string): string {
  if (/^[ -%'-~]*$/.test(name)) return name;
  if (/\p{Surrogate}/u.test(name))
    throw new RangeError('A mailbox name cannot hold half of a surrogate pair.');
  return name.replaceAll(/&|[^ -~]+/g, (run) => (run === '&' ? '&-' : `&${encodeRun(run)}-`));
}

function encodeRun(run: string): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < run.length; at++) {
    held = (held << 16) | run.charCodeAt(at);
    for (bits += 16; bits >= 6;) {
      bits -= 6;
      out += alphabet[(held >> bits) & 63];
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out += alphabet[(held << (6 - bits)) & 63];
  return out;
}

/**
 * The name in Unicode, or null where it is not well-formed: where the text that it gives would be written differently.
 */
export function readUtf7(written: string): string | null {
  if (!/^[ -~]*$/.test(written)) return null;
  let wellFormed = true;
  const name = decode(written, () => {
    wellFormed = false;
    return '';
  });
  if (!wellFormed || /\p{Surrogate}/u.test(name)) return null;
  return encodeUtf7(name) === written ? name : null;
}

/** The name in Unicode; what is not well-formed stays as it was written, as servers hold such names too. */
export function decodeUtf7(written: string): string {
  return written.includes('&') ? decode(written, (run) => run) : written;
}

function decode(written: string, otherwise: (run: string) => string): string {
  return written.replaceAll(/&([^-&]*)(-?)/g, (run, encoded: string, end: string) => {
    if (end === '') return otherwise(run);
    return encoded === '' ? '&' : (decodeRun(encoded) ?? otherwise(run));
  });
}

function decodeRun(encoded: string): string | null {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const letter of encoded) {
    const value = values.get(letter);
    if (value === undefined) return null;
    held = ((held << 6) | value) & 0x3fffff;
    bits += 6;
    if (bits < 16) continue;
    bits -= 16;
    out += String.fromCharCode((held >> bits) & 0xffff);
  }
  // What is left over is padding: fewer than six bits, all of them zero.
  if (out === '' || bits >= 6 || (held & ((1 << bits) - 1)) !== 0) return null;
  return out;
}
