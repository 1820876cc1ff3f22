// Base64 of SASL exchanges (RFC 4648 4).

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/**
 * Base64, itself in bytes, as bytes. White space around it is passed over.
 *
 * @throws Error where it is no base64
 */
export function fromBase64(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  let text: string;
  try {
    text = atob(new TextDecoder('latin1').decode(encoded).trim());
  } catch {
    throw new Error("the server's challenge is no base64");
  }
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
