// SCRAM (RFC 5802, SHA-256: RFC 7677, SHA-512 likewise): each side shows that it knows the password, or what was made
// of it, and nobody who listens learns it. Without channel binding, which a page cannot have.
//
//   client-first-message = "n,," "n=" saslname ",r=" c-nonce
//   server-first-message = "r=" c-nonce s-nonce ",s=" salt ",i=" iteration-count
//   client-final-message = "c=biws,r=" nonce ",p=" proof
//   server-final-message = "e=" server-error-value / "v=" verifier

import { fromBase64, toBase64 } from './base64.ts';
import { nothingMore, type Mechanism } from './mechanism.ts';
import { decode, encode, saslName } from './octets.ts';

/** The hash functions of SCRAM, strongest first. */
export const scramHashes = ['SHA-512', 'SHA-256', 'SHA-1'] as const;
export type ScramHash = (typeof scramHashes)[number];

/** Each iteration costs this side time: a hostile server could ask for hours. */
export const MOST_ITERATIONS = 600_000;

export interface ScramOptions {
  /** Refused beyond this; 600,000 where absent. */
  readonly maxIterations?: number | undefined;
  /** For tests: the random part of the first message. */
  readonly nonce?: string;
}

const serverFirst = /^r=([!-+\--~]+),s=([A-Za-z\d+/]+={0,2}),i=(\d+)(?:,|$)/;

/** Whether this page can do it: `crypto.subtle` is for https and the machine itself only. */
export function hasScram(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

/**
 * Its steps take `crypto.subtle`: see {@link hasScram}.
 *
 * @throws RangeError where user or password holds characters that no password may have (RFC 4013 2.3)
 */
export async function scram(
  hash: ScramHash,
  user: string,
  pass: string,
  options: ScramOptions = {},
): Promise<Mechanism> {
  const { maxIterations = MOST_ITERATIONS, nonce = randomNonce() } = options;
  const name = `SCRAM-${hash}`;
  const password = await prepare(pass);
  const first = `n=${saslName(await prepare(user))},r=${nonce}`;
  let verifier: string | null = null;
  let isVerified = false;
  let complaint = '';

  const prove = async (message: string): Promise<Uint8Array> => {
    if (message.startsWith('m='))
      throw new Error(`${name}: the server wants an extension that we do not have`);
    const [, both = '', salt = '', count = ''] = serverFirst.exec(message) ?? [];
    if (both === '') throw new Error(`${name}: the server's first message makes no sense`);
    if (!both.startsWith(nonce) || both === nonce) {
      throw new Error(`${name}: the server answers somebody else's first message (nonce)`);
    }
    const iterations = Number(count);
    if (iterations < 1 || iterations > maxIterations) {
      throw new Error(
        `${name}: the server wants ${count.slice(0, 20)} iterations; 1 to ${maxIterations} are allowed (maxIterations)`,
      );
    }
    const final = `c=biws,r=${both}`;
    const transcript = encode(`${first},${message},${final}`);
    const salted = await saltedPassword(hash, encode(password), fromBase64(encode(salt)), iterations);
    const clientKey = await hmac(hash, salted, encode('Client Key'));
    const storedKey = new Uint8Array(await crypto.subtle.digest(hash, clientKey));
    const signature = await hmac(hash, storedKey, transcript);
    const proof = clientKey.map((octet, index) => octet ^ signature[index]!);
    verifier = toBase64(await hmac(hash, await hmac(hash, salted, encode('Server Key')), transcript));
    return encode(`${final},p=${toBase64(proof)}`);
  };

  return {
    name,
    initial: encode(`n,,${first}`),
    secrets: [pass],
    respond: (challenge) => {
      const message = decode(challenge);
      if (message.startsWith('e=') && complaint === '') {
        complaint = message.slice(2, 100);
        return nothing; // and NO follows
      }
      if (complaint !== '' || (isVerified && message !== '')) return nothingMore(name)(challenge);
      if (isVerified) return nothing;
      if (verifier === null) return prove(message);
      const [, signature] = /^v=([^,]+)/.exec(message) ?? [];
      if (signature === undefined) throw new Error(`${name}: the server's last message makes no sense`);
      if (signature !== verifier) throw new Error(`${name}: ${impostor}`);
      isVerified = true;
      return nothing;
    },
    succeeded: () => {
      if (!isVerified) throw new Error(`${name}: ${impostor}`);
    },
    refused: () => complaint,
  };
}

const nothing = new Uint8Array(0);
const impostor =
  'the server has not shown that it knows the password; it may not be the one that it seems to be';

function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(18)));
}

async function saltedPassword(
  hash: ScramHash,
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const bits = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-512': 512 }[hash];
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations }, key, bits),
  );
}

async function hmac(
  hash: ScramHash,
  key: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
}

/** The tables of RFC 4013 are for those who need them. */
async function prepare(text: string): Promise<string> {
  return /^[ -~]*$/.test(text) ? text : (await import('./saslprep.ts')).saslPrep(text);
}
