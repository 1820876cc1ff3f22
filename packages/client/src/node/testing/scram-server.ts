// The server's side of SCRAM (RFC 5802 3), computed with Node's own functions, for tests.

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export interface ScramServerOptions {
  readonly hash: 'SHA-1' | 'SHA-256' | 'SHA-512';
  readonly pass: string;
  readonly iterations?: number;
  readonly salt?: Buffer;
  readonly nonce?: string;
}

/** Answers the client's two messages. */
export class ScramServer {
  readonly #options: Required<ScramServerOptions>;
  #transcript = '';

  constructor(options: ScramServerOptions) {
    this.#options = { iterations: 16, salt: Buffer.from('salted'), nonce: 'server', ...options };
  }

  first(clientFirst: string): string {
    const [, bare = '', nonce = ''] = /^n,,(n=.*,r=(.*))$/.exec(clientFirst) ?? [];
    const { salt, iterations } = this.#options;
    const message = `r=${nonce}${this.#options.nonce},s=${salt.toString('base64')},i=${iterations}`;
    this.#transcript = `${bare},${message}`;
    return message;
  }

  /** The server's signature, or null where the client does not know the password. */
  final(clientFinal: string): string | null {
    const { hash, pass, salt, iterations } = this.#options;
    const algorithm = hash.replace('-', '').toLowerCase();
    const hmac = (key: Buffer, text: string): Buffer => createHmac(algorithm, key).update(text).digest();
    const [, start = '', proof = ''] = /^(c=biws,r=.*),p=(.*)$/.exec(clientFinal) ?? [];
    const transcript = `${this.#transcript},${start}`;
    const length = createHash(algorithm).digest().length;
    const salted = pbkdf2Sync(pass, salt, iterations, length, algorithm);
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash(algorithm).update(clientKey).digest(), transcript);
    const expected = Buffer.from(clientKey.map((octet, index) => octet ^ (signature[index] ?? 0)));
    if (expected.toString('base64') !== proof) return null;
    return `v=${hmac(hmac(salted, 'Server Key'), transcript).toString('base64')}`;
  }
}
