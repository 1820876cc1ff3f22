// Content-Transfer-Encoding undone, at once or as it arrives (RFC 2045 6.7, 6.8). What is damaged is passed over or
// kept as it stands: the rest of the content is still good.

import { CR, EQUALS, LF, SP, TAB, hexValue } from './ascii.ts';

/** Takes encoded octets in pieces of any size and gives content. */
interface Decoder {
  push(chunk: Uint8Array): Uint8Array;
  /** What was held back, once all has come. */
  end(): Uint8Array;
}

const nothing = new Uint8Array(0);
const OTHER = 255;

const sextets = new Uint8Array(256).fill(OTHER);
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < alphabet.length; value++) sextets[alphabet.charCodeAt(value)] = value;

function base64(): Decoder {
  let held = 0;
  let bits = 0;
  return {
    push(chunk) {
      const out = new Uint8Array(((chunk.length + 3) >> 2) * 3);
      let to = 0;
      for (const octet of chunk) {
        const value = sextets[octet] ?? OTHER;
        if (value === OTHER) {
          // Padding ends a unit; some senders join several encoded pieces, so that more may follow.
          if (octet === EQUALS) bits = 0;
          continue;
        }
        held = ((held << 6) | value) & 0xffff;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[to++] = held >> bits;
      }
      return out.subarray(0, to);
    },
    end: () => nothing,
  };
}

/** Longer runs of white space at the end of a line are not held back to see whether the line ends. */
const longestBlank = 1024;

function quotedPrintable(): Decoder {
  let held = nothing;
  const decode = (bytes: Uint8Array, last: boolean): Uint8Array => {
    const out = new Uint8Array(bytes.length);
    let to = 0;
    let at = 0;
    while (at < bytes.length) {
      const octet = bytes[at] ?? 0;
      if (octet !== EQUALS && octet !== SP && octet !== TAB) {
        out[to++] = octet;
        at++;
        continue;
      }
      let end = octet === EQUALS ? at + 1 : at;
      const high = hexValue(bytes[end]);
      const low = hexValue(bytes[end + 1]);
      if (octet === EQUALS && high >= 0 && low >= 0) {
        out[to++] = (high << 4) | low;
        at += 3;
        continue;
      }
      while (bytes[end] === SP || bytes[end] === TAB) end++;
      // Whether the line ends here, or what follows is a digit, may only show in the next piece.
      const unsure = end === bytes.length || (bytes[end] === CR && end + 1 === bytes.length);
      const half = octet === EQUALS && end === at + 1 && high >= 0 && end + 1 === bytes.length;
      if (!last && (unsure || half) && end - at < longestBlank) break;
      const newline = bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : bytes[end] === LF ? end + 1 : -1;
      if (octet === EQUALS && (newline > 0 || (last && end === bytes.length))) {
        at = newline > 0 ? newline : end;
      } else if (octet !== EQUALS && (newline > 0 || (last && end === bytes.length))) {
        // White space before the end of a line was added on the way.
        at = end;
      } else {
        const stop = octet === EQUALS ? at + 1 : end;
        out.set(bytes.subarray(at, stop), to);
        to += stop - at;
        at = stop;
      }
    }
    held = bytes.slice(at);
    return out.subarray(0, to);
  };
  return {
    push(chunk) {
      if (held.length === 0) return decode(chunk, false);
      const joined = new Uint8Array(held.length + chunk.length);
      joined.set(held);
      joined.set(chunk, held.length);
      return decode(joined, false);
    },
    end: () => decode(held, true),
  };
}

function decoderOf(encoding: string): Decoder | null {
  const name = encoding.trim().toLowerCase();
  if (name === 'base64') return base64();
  if (name === 'quoted-printable') return quotedPrintable();
  return null;
}

/**
 * A stream that undoes a Content-Transfer-Encoding, or null where content is sent as it is (`7bit`, `8bit`, `binary`,
 * and encodings that are not known).
 */
export function decodeTransfer(encoding: string): TransformStream<Uint8Array, Uint8Array> | null {
  const decoder = decoderOf(encoding);
  if (decoder === null) return null;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const content = decoder.push(chunk);
      if (content.length > 0) controller.enqueue(content);
    },
    flush(controller) {
      const content = decoder.end();
      if (content.length > 0) controller.enqueue(content);
    },
  });
}

/** Content of a known size, its Content-Transfer-Encoding undone; other encodings than these two leave it as it is. */
export function decodeTransferred(bytes: Uint8Array, encoding: string): Uint8Array {
  const decoder = decoderOf(encoding);
  if (decoder === null) return bytes;
  const first = decoder.push(bytes);
  const last = decoder.end();
  if (last.length === 0) return first;
  const out = new Uint8Array(first.length + last.length);
  out.set(first);
  out.set(last, first.length);
  return out;
}
