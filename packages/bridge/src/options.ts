// What a bridge is told: its options, in one place, as programs and the command line give them.

import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { SecureVersion } from 'node:tls';
import type { Registry } from 'prom-client';
import type { Ledger } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { LogSink } from './log.ts';

/** A server that pages may reach by name, without knowing where it is. */
export interface Target {
  /** A name or an address. A name must resolve outside the special ranges unless `allowPrivate` is set. */
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte. `none`: plain, until the page asks for STARTTLS. */
  readonly tls: 'none' | 'implicit';
  /** The name to ask for and to verify; by default the host. */
  readonly servername?: string | undefined;
  /** Whether a page may name another server to verify; default false. */
  readonly servernameFromPage?: boolean | undefined;
  /** Certificates (PEM) to trust for this target, in place of the system's and the bridge's. */
  readonly ca?: string | readonly string[] | undefined;
  /** Whether the server's certificate is verified; default true. No page can turn it off. */
  readonly verify?: boolean | undefined;
  /** Name of an entry of `clientCertificates` to present. */
  readonly clientCertificate?: string | undefined;
  /** The oldest version of TLS to speak; by default `TLSv1.2`. */
  readonly minVersion?: SecureVersion | undefined;
}

/** A program that pages may start by name. Its arguments stand here; a page can add none. */
export interface Command {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Where it runs; by default `/`. */
  readonly cwd?: string | undefined;
  /** Its environment, beside PATH, HOME, USER, LOGNAME, LANG, LC_ALL and TZ of the bridge. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** User and group to run as; needs a bridge that runs as root. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** A client certificate that the bridge holds for its pages. */
export interface ClientCertificate {
  /** Certificate chain and private key, PEM. */
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
  /** Where a page may present it, as in `allow`; a target that names it needs no entry. */
  readonly for?: readonly string[] | undefined;
}

/** Something to serve beside the files of `staticDir`, from memory. */
export interface StaticFile {
  /** The media type, `application/json`. */
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** The bridge's own certificate, by its files: they are read again when they change. */
export interface ListenTls {
  /** Certificate chain, PEM. */
  readonly certFile: string;
  /** Private key, PEM. */
  readonly keyFile: string;
}

/** An address that a name resolved to. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/**
 * Everything a bridge can be told. All is refused that is not named here: without `targets`, `allow` or
 * `commands` nothing can be reached, without `origins` (or a page of its own) nobody can ask.
 */
export interface BridgeOptions {
  /** Where to listen; by default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** By default 0: the system picks a free port, see {@link Bridge.port}. */
  readonly port?: number | undefined;
  /** The path of the socket; by default `/imap`. */
  readonly path?: string | undefined;
  /** Speaks TLS (`wss`, `https`) where given. */
  readonly tls?: ListenTls | undefined;
  /** Somebody else's server to attach to: the bridge then answers upgrades for its path and nothing else. */
  readonly server?: HttpServer | HttpsServer | undefined;

  /** Servers by name; `imaps://HOST:PORT` and `imap://HOST:PORT` are short for the plain cases. */
  readonly targets?: Readonly<Record<string, Target | string>> | undefined;
  /**
   * Names of targets that plain WebSocket clients reach too, each at `PATH/NAME`, as websockify serves them
   * (subprotocol `binary`): without credit, half close, STARTTLS and details of failures.
   */
  readonly raw?: readonly string[] | undefined;
  /** Hosts that a page may name itself: `HOST:PORT`, with `*` for any host, `*.example.com` for the names below it. */
  readonly allow?: readonly string[] | undefined;
  /** Lets names and allowed hosts lead to loopback, private and other special addresses; default false. */
  readonly allowPrivate?: boolean | undefined;
  /** Commands by name; an array is short for its `argv`. */
  readonly commands?: Readonly<Record<string, Command | readonly string[]>> | undefined;
  /** Certificates (PEM) to trust beside the system's. */
  readonly ca?: string | readonly string[] | undefined;
  readonly clientCertificates?: Readonly<Record<string, ClientCertificate>> | undefined;

  /** Origins whose pages may connect, exactly as browsers send them: `https://mail.example.com`. */
  readonly origins?: readonly string[] | undefined;
  /** Where given, each connection must bring one of them as the subprotocol `bearer.<token>`. */
  readonly tokens?: readonly string[] | undefined;
  /**
   * Keys of whoever signs short-lived tokens (JWT): public keys (PEM), or secrets of 32 characters and more. Such a
   * token names `origin`, one of `target`, `command` and `host` with `port`, `exp` and `jti`, and opens one connection.
   */
  readonly tokenKeys?: readonly string[] | undefined;
  /** Lets programs that send no Origin connect; needs `tokens` or `tokenKeys`. */
  readonly allowNoOrigin?: boolean | undefined;

  /** Addresses and networks of proxies in front (`10.0.0.0/8`): their X-Forwarded-For tells who the client is. */
  readonly trustedProxies?: readonly string[] | undefined;

  /** Who may ask for `/metrics`: addresses and networks; by default this machine alone. */
  readonly metricsFrom?: readonly string[] | undefined;

  /** A built page to serve on the same port. On loopback its own origins are allowed. */
  readonly staticDir?: string | undefined;
  /** Files from memory by path (`/config.json`), served before those of `staticDir`. */
  readonly staticFiles?: Readonly<Record<string, StaticFile>> | undefined;

  /** A registry of prom-client to add the bridge's metrics to; by default it has its own. */
  readonly registry?: Registry | undefined;
  /** Where connections are counted; by default in this process. */
  readonly ledger?: Ledger | undefined;
  /** Changes to {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<Limits> | undefined;
  /** Where events go; by default warnings and errors go to stderr, one JSON object a line. */
  readonly log?: LogSink | undefined;
  /** How a name becomes addresses; by default the system's way. Each one is checked. */
  readonly resolve?: ((host: string) => Promise<readonly ResolvedAddress[]>) | undefined;
}

/** An option that cannot be used. The message names it, says why, and what to write in its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Where it stands in a configuration file: the key, then a name or a value. */
  readonly at: readonly string[];

  constructor(message: string, at: readonly string[] = []) {
    super(message);
    this.at = at;
  }
}
