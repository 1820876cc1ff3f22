// Who may ask, and for what: exact origins, the Host header on loopback, host patterns and ports.
// Everything here is a question with the answer yes or no; who refuses, and with which words, is decided elsewhere.

import { isLoopback, readHost } from './address.ts';
import { ConfigError } from './options.ts';

/** What a page learns when a target is refused, whatever the reason; the reason goes to the log. */
export const POLICY_MESSAGE =
  'the bridge does not allow this connection: its operator decides which servers can be reached, and finds the reason in its log';

// Mail submission: a bridge that reaches these by pattern would be a relay for spam.
const SUBMISSION_PORTS = new Set([25, 465, 587]);

/** Hosts and ports that a page may name itself. */
export interface HostPattern {
  /** `*`, `*.example.com` or a host. */
  readonly host: string;
  /** Null for any port but those of mail submission. */
  readonly port: number | null;
}

/**
 * Reads `HOST:PORT`; the host may be `*` (any) or `*.example.com` (the names below it), the port `*`.
 *
 * @throws ConfigError where it is not that
 */
export function readHostPattern(text: string, option: string): HostPattern {
  const [, host = '', port = ''] = /^(.*):(\d{1,5}|\*)$/.exec(text) ?? [];
  const at = [option, text];
  const example = 'write HOST:PORT, as in imap.example.com:993, *.example.com:993 or *:993';
  const name = host === '*' ? '*' : host.startsWith('*.') ? readHost(host.slice(2)) : readHost(host);
  if (host === '' || name === null) throw new ConfigError(`${option} ${text}: no host; ${example}`, at);
  if (port !== '*' && (Number(port) < 1 || Number(port) > 65535)) {
    throw new ConfigError(`${option} ${text}: no port; ${example}`, at);
  }
  if (SUBMISSION_PORTS.has(Number(port))) {
    throw new ConfigError(
      `${option} ${text}: port ${port} is for sending mail; where that is meant, name the server as a target`,
      at,
    );
  }
  return { host: host.startsWith('*.') ? `*.${name}` : name, port: port === '*' ? null : Number(port) };
}

/** Whether one of the patterns names the host (as {@link readHost} spells it) and the port. */
export function isHostAllowed(patterns: readonly HostPattern[], host: string, port: number): boolean {
  if (SUBMISSION_PORTS.has(port)) return false;
  return patterns.some(
    (pattern) =>
      (pattern.port === null || pattern.port === port) &&
      (pattern.host === '*' ||
        (pattern.host.startsWith('*.') ? host.endsWith(pattern.host.slice(1)) : host === pattern.host)),
  );
}

/**
 * An origin exactly as browsers send it.
 *
 * @throws ConfigError where browsers would never send it so
 */
export function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const exact = url === null ? 'null' : url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
  if (url === null || url.host === '' || exact !== text) {
    const hint = exact === 'null' || url?.host === '' ? 'https://mail.example.com' : exact;
    throw new ConfigError(
      `origin ${text}: browsers send origins without path and default port; write ${hint}`,
      ['origin', text],
    );
  }
  return exact;
}

/** The origins of a page that the bridge itself serves on this machine. */
export function ownOrigins(port: number, scheme: 'http' | 'https'): string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((host) => new URL(`${scheme}://${host}:${port}`).origin);
}

/**
 * Whether a Host header may be meant for a bridge that listens on loopback: a page whose own name was made to
 * resolve to 127.0.0.1 sends that name. The hosts of allowed origins are known too, for a proxy in front.
 */
export function isHostKnown(header: string | undefined, origins: Iterable<string>): boolean {
  const host = readHost((header ?? '').replace(/:\d*$/, ''));
  if (header === undefined || header === '' || host === null) return false;
  if (isLoopback(host)) return true;
  for (const origin of origins) if (readHost(new URL(origin).hostname) === host) return true;
  return false;
}
