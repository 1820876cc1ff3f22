// Tokens that open the bridge: static ones, compared in constant time, and short-lived ones that somebody else
// signs (JWT, RFC 7519), which name the origin, the target and the end of their life, and are good for one use.

import { createHash, createPublicKey, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { OpenFrame } from '@imaplib/client/protocol';
import { ConfigError } from './options.ts';

/** What a token lets its bearer do. */
export interface Grant {
  /** Whose connections are counted together; never the token itself. */
  readonly bearer: string;
  /** The number by which a signed token is known again, and when it ends (milliseconds since 1970). */
  readonly use: { readonly id: string; readonly until: number } | null;
  /** The only thing that a signed token opens, in the words of the open frame; null for everything allowed. */
  readonly only: Only | null;
}

/** A target, a command, or a host with its port. */
export type Only = Pick<OpenFrame, 'target' | 'command' | 'host' | 'port'>;

/** A token that is not accepted. The reason is for the log, and holds nothing of the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

// RFC 9110 5.6.2: what fits into Sec-WebSocket-Protocol.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

// RFC 7518 3.2: a key no shorter than the hash.
const MIN_SECRET = 32;
/** How far the clocks of issuer and bridge may differ, in seconds. */
const CLOCK_SKEW = 5;
// What is kept of each used token until it ends; more would be an issuer's mistake, or an attack.
const MAX_ID = 128;

interface Key {
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function algorithmsOf(key: KeyObject): string[] {
  if (key.type === 'secret') return ['HS256', 'HS384', 'HS512'];
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    case 'ec': {
      const curve = key.asymmetricKeyDetails?.namedCurve;
      if (curve === 'prime256v1') return ['ES256'];
      return curve === 'secp384r1' ? ['ES384'] : [];
    }
    case 'rsa':
      return (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048
        ? []
        : ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
    default:
      return [];
  }
}

/** One key of the configuration: a public key (PEM), or a text that both sides keep secret. */
function readKey(text: string, which: string): Key {
  const wrong = (why: string): ConfigError =>
    new ConfigError(
      `${which}: ${why}; give a public key (PEM: RSA of 2048 bits, P-256, P-384 or Ed25519) or a secret of ${MIN_SECRET} characters`,
      ['token-key'],
    );
  if (!text.includes('-----BEGIN')) {
    const secret = text.trim();
    if (secret.length < MIN_SECRET) throw wrong('the secret is too short');
    const key = createSecretKey(Buffer.from(secret));
    return { key, algorithms: algorithmsOf(key) };
  }
  if (text.includes('PRIVATE KEY')) throw wrong('a private key belongs to the issuer, not to the bridge');
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    throw wrong('not a key');
  }
  const algorithms = algorithmsOf(key);
  if (algorithms.length === 0) throw wrong('a key of this kind or size is not accepted');
  return { key, algorithms };
}

/** The one thing that the claims name. */
function readOnly(claims: JWTPayload): Only {
  const { target, command, host, port } = claims;
  const ways = [target, command, host].filter((way) => way !== undefined);
  if (ways.length !== 1 || typeof ways[0] !== 'string') {
    throw new TokenRefused('it names no target; one of the claims target, command and host must be a text');
  }
  if (typeof target === 'string') return { target };
  if (typeof command === 'string') return { command };
  if (typeof host === 'string' && typeof port === 'number') return { host, port };
  throw new TokenRefused('it names a host without a port');
}

/** What a bridge knows of tokens. */
export interface TokenSettings {
  readonly tokens?: readonly string[] | undefined;
  readonly tokenKeys?: readonly string[] | undefined;
  /** How far ahead a signed token may end, in milliseconds. */
  readonly lifeMs: number;
}

/** The tokens that open the bridge. */
export class Tokens {
  readonly #digests: readonly Buffer[];
  readonly #keys: readonly Key[];
  readonly #lifeMs: number;

  /** @throws ConfigError where a token or a key cannot be used; the message does not repeat it */
  constructor({ tokens = [], tokenKeys = [], lifeMs }: TokenSettings) {
    if (!tokens.every((token) => TOKEN.test(token))) {
      throw new ConfigError("token: only letters, digits and !#$%&'*+.^_`|~- can be sent by a browser", [
        'token',
      ]);
    }
    this.#digests = tokens.map(digest);
    this.#keys = tokenKeys.map((text, index) => readKey(text, `token key ${index + 1}`));
    this.#lifeMs = lifeMs;
  }

  /** Whether a token is asked for at all. */
  get areNeeded(): boolean {
    return this.#digests.length > 0 || this.#keys.length > 0;
  }

  /**
   * What the token grants.
   *
   * @param origin of the page that brings it; null where there is none
   * @throws TokenRefused with the reason for the log
   */
  async accept(token: string, origin: string | null): Promise<Grant> {
    const known = this.#findStatic(token);
    if (known !== null) return known;
    if (this.#keys.length === 0) throw new TokenRefused('wrong token');
    const claims = await this.#verify(token);
    const { jti, exp = 0 } = claims;
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID) {
      throw new TokenRefused(`its jti is no text of 1 to ${MAX_ID} characters`);
    }
    if (exp * 1000 - Date.now() > this.#lifeMs + CLOCK_SKEW * 1000) {
      throw new TokenRefused(`it ends later than the ${this.#lifeMs} ms from now that are allowed`);
    }
    if ((claims['origin'] ?? null) !== origin) throw new TokenRefused('it was made for another origin');
    return {
      // A user of the issuer, where it tells; counted together with his other connections.
      bearer: typeof claims.sub === 'string' ? `sub ${digest(claims.sub).toString('hex')}` : `jti ${jti}`,
      use: { id: jti, until: (exp + CLOCK_SKEW) * 1000 },
      only: readOnly(claims),
    };
  }

  /** Takes the same time whichever it is, and whether it is one. */
  #findStatic(token: string): Grant | null {
    const asked = digest(token);
    let found = -1;
    for (const [index, one] of this.#digests.entries()) if (timingSafeEqual(one, asked)) found = index;
    return found === -1 ? null : { bearer: `static ${found + 1}`, use: null, only: null };
  }

  async #verify(token: string): Promise<JWTPayload> {
    for (const { key, algorithms } of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [...algorithms],
          requiredClaims: ['exp', 'jti'],
          clockTolerance: CLOCK_SKEW,
        });
        return payload;
      } catch (error) {
        // Another key may fit: two are known while the issuer changes from one to the next.
        const isOtherKey =
          error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed;
        if (!isOtherKey) throw new TokenRefused(reasonOfJose(error), { cause: error });
      }
    }
    throw new TokenRefused('no key of the bridge has signed it');
  }
}

function reasonOfJose(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is missing or wrong`;
  return 'it cannot be read';
}

/** Whether what a page asks for is what its token grants. */
export function isGranted(only: Only | null, frame: Only): boolean {
  if (only === null) return true;
  return (
    only.target === frame.target &&
    only.command === frame.command &&
    only.host?.toLowerCase() === frame.host?.toLowerCase() &&
    (only.host === undefined || only.port === frame.port)
  );
}
