// Content-Transfer-Encoding (RFC 2045 6): base64 and quoted-printable back into octets, as the pieces come. Mail in
// the wild is damaged often enough, so nothing here fails: what is no code is passed over or left as it stands.

/** Decodes pieces of one body; `flush` gives what was still waiting for its other half. */
interface Decoder {
  decode(chunk: Uint8Array): Uint8Array;
  flush(): Uint8Array;
}

const nothing = new Uint8Array(0);

const base64Values = new Int8Array(256).fill(-1);
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries()) {
  base64Values[character.charCodeAt(0)] = value;
}

/** Line breaks and foreign characters are passed over (RFC 2045 6.8); `=` ends a group, not the body. */
function base64(): Decoder {
  let bits = 0;
  let held = 0;
  return {
    decode(chunk) {
      const out = new Uint8Array(Math.ceil(((chunk.length + 3) * 3) / 4));
      let length = 0;
      for (const byte of chunk) {
        if (byte === 61) {
          // Padding: what is left over of a group is less than an octet. Some mail joins two encoded bodies.
          bits = 0;
          held = 0;
          continue;
        }
        const value = base64Values[byte]!;
        if (value < 0) continue;
        held = (held << 6) | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[length++] = (held >> bits) & 255;
        held &= (1 << bits) - 1;
      }
      return out.subarray(0, length);
    },
    flush: () => nothing,
  };
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** `=XX` is an octet, `=` at the end of a line joins it to the next, blanks before a line break go. */
function quotedPrintable(): Decoder {
  let rest: Uint8Array = nothing;

  const decode = (bytes: Uint8Array, isLast: boolean): Uint8Array => {
    const out = new Uint8Array(bytes.length);
    let length = 0;
    let at = 0;
    while (at < bytes.length) {
      const byte = bytes[at]!;
      if (byte === 32 || byte === 9) {
        let end = at;
        while (bytes[end] === 32 || bytes[end] === 9) end += 1;
        // Whether blanks belong to the text shows behind them.
        if (end === bytes.length && !isLast && end - at < 1000) break;
        const next = bytes[end];
        if (next === 13 || next === 10 || (end === bytes.length && isLast)) {
          at = end;
          continue;
        }
        out.set(bytes.subarray(at, end), length);
        length += end - at;
        at = end;
      } else if (byte === 61) {
        if (at + 2 >= bytes.length && !isLast) break;
        const high = hex(bytes[at + 1]);
        const low = hex(bytes[at + 2]);
        if (high >= 0 && low >= 0) {
          out[length++] = high * 16 + low;
          at += 3;
        } else if (bytes[at + 1] === 10) {
          at += 2;
        } else if (bytes[at + 1] === 13 && bytes[at + 2] === 10) {
          at += 3;
        } else if (at + 1 === bytes.length) {
          at += 1;
        } else {
          out[length++] = byte;
          at += 1;
        }
      } else {
        out[length++] = byte;
        at += 1;
      }
    }
    rest = bytes.slice(at);
    return out.subarray(0, length);
  };

  return {
    decode(chunk) {
      const bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
      return decode(bytes, false);
    },
    flush: () => decode(rest, true),
  };
}

function decoderFor(encoding: string): Decoder | null {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return base64();
    case 'quoted-printable':
      return quotedPrintable();
    default:
      return null;
  }
}

/** A stream that undoes an encoding, or null where there is nothing to undo (7bit, 8bit, binary, unknown ones). */
export function decodeTransfer(encoding: string): TransformStream<Uint8Array, Uint8Array> | null {
  const decoder = decoderFor(encoding);
  if (decoder === null) return null;
  const pass = (bytes: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void => {
    if (bytes.length > 0) controller.enqueue(bytes);
  };
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => pass(decoder.decode(chunk), controller),
    flush: (controller) => pass(decoder.flush(), controller),
  });
}

/** A whole body at once. */
export function decodeTransferBytes(bytes: Uint8Array, encoding: string): Uint8Array {
  const decoder = decoderFor(encoding);
  if (decoder === null) return bytes;
  const body = decoder.decode(bytes);
  const rest = decoder.flush();
  if (rest.length === 0) return body;
  const whole = new Uint8Array(body.length + rest.length);
  whole.set(body);
  whole.set(rest, body.length);
  return whole;
}
