// What must never be shown: the secrets that this connection has sent, in every form in which a server may say them
// back.

import { encode, latin1 } from '../wire/ascii.ts';
import type { Piece } from '../wire/writer.ts';
import type { Request } from './request.ts';

/** Stands in the place of a secret. */
export const HIDDEN = '***';

/** Remembers secrets and takes them out of lines, which are one character an octet. */
export class Secrets {
  /** Longest first, so that no part of one is left where it holds another. */
  #values: string[] = [];

  /** Takes the secret pieces of a command, and the secrets behind them; true where it has some. */
  learn(pieces: readonly Piece[], { secret, secrets = [] }: Request): boolean {
    for (const behind of secrets) this.add(encode(behind));
    const sent = pieces.filter((piece) => piece.secret);
    for (const piece of sent) {
      if (piece.kind === 'bytes') this.add(piece.bytes);
      else if (piece.data instanceof Uint8Array) this.add(piece.data);
    }
    return sent.length > 0 || secret === true;
  }

  /** Takes a secret as it was sent: an atom, a quoted string, what is in a literal, a SASL answer in base64. */
  add(sent: Uint8Array): void {
    for (const line of latin1(sent).split(/\r?\n/)) {
      if (/^~?\{\d+\+?\}$/.test(line)) continue;
      const quoted = /^"(.*)"$/s.exec(line)?.[1];
      this.#keep(quoted === undefined ? line : quoted.replaceAll(/\\(.)/g, '$1'));
      for (const part of inside(line)) this.#keep(part);
    }
  }

  /** Characters of the longest. */
  get longest(): number {
    return this.#values[0]?.length ?? 0;
  }

  /** The line without any of them. */
  mask(line: string): string {
    let masked = line;
    for (const value of this.#values) masked = masked.replaceAll(value, HIDDEN);
    return masked;
  }

  /** Nobody looks: they need not be kept in memory. */
  forget(): void {
    this.#values = [];
  }

  #keep(value: string): void {
    // An empty answer, as it is written (RFC 4959 3), and the one that cancels.
    if (value === '' || value === '=' || value === '*' || this.#values.includes(value)) return;
    // As it is, and as it stands in a quoted string.
    this.#values.push(value, value.replaceAll(/["\\]/g, '\\$&'));
    this.#values.sort((a, b) => b.length - a.length);
  }
}

/** What base64 hides: the password behind `user NUL` (RFC 4616), the token of `auth=Bearer …` (RFC 7628), or all of it. */
function inside(written: string): readonly string[] {
  let decoded: string;
  try {
    decoded = atob(written);
  } catch {
    return [];
  }
  if (decoded.includes('\0')) return [decoded, decoded.slice(decoded.lastIndexOf('\0') + 1)];
  return [decoded, ...[...decoded.matchAll(/auth=\w+ (\P{Cc}+)/gu)].map(([, token = '']) => token)];
}
