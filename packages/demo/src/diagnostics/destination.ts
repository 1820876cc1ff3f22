// Where to connect to, as the form says it, and the way there through the bridge.
import { bridge, type Connect } from '@imaplib/client';
import type { PageConfig, Target } from '../mail/config.ts';
import type { Security } from '../mail/security.ts';

export type Destination =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'host'; readonly host: string; readonly port: number; readonly security: Security };

/** What a person reads. */
export const labelOf = (to: Destination): string =>
  to.kind === 'target' ? to.target.label : `${to.host}:${to.port}`;

/** The way there. @throws RangeError for a port that does not exist */
export function wayTo(to: Destination, config: PageConfig): Connect {
  const url = new URL(config.bridge, location.href);
  if (to.kind === 'target') {
    const { name, isCommand } = to.target;
    return bridge(isCommand ? { url, command: name } : { url, target: name });
  }
  return bridge({ url, host: to.host, port: to.port, tls: to.security === 'tls' ? 'implicit' : 'none' });
}

/** Whether STARTTLS is wanted whatever the server says of itself. */
export const wantsStartTls = (to: Destination): boolean =>
  to.kind === 'target' ? to.target.startTls : to.security === 'starttls';

/** Whether a password may go over a plain line to another machine, because somebody has said so. */
export const allowsPlain = (to: Destination): boolean => to.kind === 'host' && to.security === 'none';
