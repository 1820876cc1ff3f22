// Text and octets of SASL messages.

const encoder = new TextEncoder();

/** Text as UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** A server's message as text; what is no UTF-8 becomes a replacement character. */
export function decode(message: Uint8Array): string {
  return new TextDecoder().decode(message);
}

export function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** A name as SCRAM and OAUTHBEARER write it (RFC 5802 5.1, saslname). */
export function saslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
