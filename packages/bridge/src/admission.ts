// Who may open a WebSocket at all, decided before the upgrade and answered in HTTP.

import type { IncomingMessage } from 'node:http';
import { BEARER_PREFIX, SUBPROTOCOL } from '@imaplib/client/protocol';
import type { Busy, Ledger } from './ledger.ts';
import { TokenRefused } from './tokens.ts';
import type { Grant, Tokens } from './tokens.ts';

/** A request that is not let in: what the asker learns, and what the log learns. */
export interface Rejection {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reason: string;
}

/** What is asked of everybody. */
export interface EntryRules {
  readonly origins: ReadonlySet<string>;
  readonly tokens: Tokens;
  readonly allowNoOrigin: boolean;
  readonly ledger: Ledger;
}

/** Somebody who is let in, and is counted until he leaves. */
export interface Entry {
  readonly grant: Grant | null;
  readonly leave: () => void;
}

/** websockify's subprotocol: binary frames are bytes, and there is nothing else. */
export const RAW_SUBPROTOCOL = 'binary';

/** The subprotocols that a request offers. */
function offered(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
}

function busy(reason: Busy): Rejection {
  if (reason === 'the token was used before') return unauthorized(reason);
  return {
    status: 429,
    message: 'Too many connections; try again in a moment.',
    headers: { 'Retry-After': '5' },
    reason,
  };
}

const unauthorized = (reason: string): Rejection => ({
  status: 401,
  message: 'This bridge asks for a token, offered as the subprotocol bearer.<token>.',
  headers: { 'WWW-Authenticate': 'Bearer' },
  reason,
});

function checkOrigin(origin: string | undefined, rules: EntryRules): Rejection | null {
  const message = 'This bridge does not serve this origin; its operator decides which pages may connect.';
  if (origin === undefined) return rules.allowNoOrigin ? null : { status: 403, message, reason: 'no origin' };
  return rules.origins.has(origin)
    ? null
    : { status: 403, message, reason: `origin ${origin} is not allowed` };
}

function checkProtocol(protocols: readonly string[], isRaw: boolean): Rejection | null {
  const spoken = protocols.filter((protocol) => !protocol.startsWith(BEARER_PREFIX));
  const wanted = isRaw ? RAW_SUBPROTOCOL : SUBPROTOCOL;
  // A plain client that offers nothing gets bytes all the same; `imaplib.v1` has to be asked for.
  if (spoken.includes(wanted) || (isRaw && spoken.length === 0)) return null;
  return {
    status: 400,
    message: `This bridge speaks the subprotocol ${wanted}.`,
    reason: 'no common subprotocol',
  };
}

/**
 * Checks rate, origin, subprotocol, token and counts, in this order: what costs least comes first.
 *
 * @param address of the client
 */
export async function checkEntry(
  request: IncomingMessage,
  { address, isRaw }: { readonly address: string; readonly isRaw: boolean },
  rules: EntryRules,
): Promise<Entry | Rejection> {
  const { tokens, ledger } = rules;
  const tooFast = await ledger.attempt(address);
  if (tooFast !== null) return busy(tooFast);
  const { origin } = request.headers;
  const protocols = offered(request);
  const wrong = checkOrigin(origin, rules) ?? (tokens.areNeeded ? null : checkProtocol(protocols, isRaw));
  if (wrong !== null) return wrong;
  let grant: Grant | null = null;
  if (tokens.areNeeded) {
    const bearer = protocols.find((protocol) => protocol.startsWith(BEARER_PREFIX));
    if (bearer === undefined) return unauthorized('no token');
    try {
      grant = await tokens.accept(bearer.slice(BEARER_PREFIX.length), origin ?? null);
    } catch (error) {
      if (error instanceof TokenRefused) return unauthorized(`token refused: ${error.message}`);
      throw error;
    }
    const foreign = checkProtocol(protocols, isRaw);
    if (foreign !== null) return foreign;
  }
  const entered = await ledger.enter({ address, bearer: grant?.bearer ?? null, use: grant?.use ?? null });
  return typeof entered === 'string' ? busy(entered) : { grant, leave: entered };
}
