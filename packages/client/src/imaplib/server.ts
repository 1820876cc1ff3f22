// Which server, and how the bytes get there: through the bridge of the page, unless told otherwise.

import { bridge, type BridgeSettings } from '../transport/bridge.ts';
import type { Connect } from '../transport/byte-stream.ts';

/** What a connection is to reach. */
export type Server =
  | {
      /** Empty for the local host of the bridge. */
      readonly host: string;
      readonly port: number;
      readonly tls: 'none' | 'implicit';
      /** The name of a client certificate that the bridge holds. */
      readonly clientCertificate?: string;
    }
  | { /** The name of a command in the bridge's configuration. */ readonly command: string };

/** Makes the transport for a server. */
export type Transport = (server: Server) => Connect;

/** A bridge, and perhaps the name it has for the server: then host and port are its business. */
export interface BridgeChoice extends BridgeSettings {
  readonly target?: string;
  /** The name to verify, where it is not the host. */
  readonly servername?: string;
}

/** How the bytes get to the server; the first that is given counts. */
export interface TransportOptions {
  /** Any connection: a plain WebSocket, TCP in Node, a pair in memory. */
  readonly transport?: Connect;
  /** The bridge's address, or that with all it needs. */
  readonly bridge?: string | URL | BridgeChoice;
}

/** The connection that the options, the default or else the page's own `/imap` lead to. */
export function connectTo(
  server: Server,
  options: TransportOptions,
  defaultTransport: Transport | null,
): Connect {
  if (options.transport !== undefined) return options.transport;
  if (options.bridge === undefined && defaultTransport !== null) return defaultTransport(server);
  const chosen = options.bridge ?? '/imap';
  const settings = typeof chosen === 'string' || chosen instanceof URL ? { url: chosen } : chosen;
  return bridge('target' in settings ? settings : { ...server, ...settings });
}
