// How bytes reach a server: the one shape that every transport has and that the session is built on.
// It follows the platform's own byte streams (WebSocketStream, Direct Sockets, Workers' connect()).

/** A certificate as the transport saw it, the fields in the form of Node's `X509Certificate`. */
export interface CertificateInfo {
  /** Distinguished name, one attribute a line: `CN=imap.example.com`. */
  readonly subject: string;
  readonly issuer: string;
  /** `DNS:imap.example.com, IP Address:192.0.2.1`, or null where the certificate has none. */
  readonly subjectAltName: string | null;
  /** ISO 8601 instants. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly serialNumber: string;
  /** SHA-256 of the DER form, hexadecimal with colons. */
  readonly fingerprint256: string;
  readonly pem: string;
}

/** What is known of the TLS layer, also when it failed. */
export interface TlsInfo {
  /** `TLSv1.3`; null where the handshake did not get that far. */
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly alpn: string | null;
  /** The name that was asked for and verified against. */
  readonly sni: string | null;
  /** Leaf first, as the server sent it. */
  readonly chain: readonly CertificateInfo[];
  /** False only where a configuration switched verification off. */
  readonly verified: boolean;
  /** Why verification failed: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  readonly authorizationError?: string;
}

/** How long each step of connecting took, in milliseconds; a step that did not happen is absent. */
export interface Timings {
  readonly dnsMs?: number;
  readonly tcpMs?: number;
  readonly tlsMs?: number;
}

/** Who is at the other end. */
export interface Peer {
  /** A host and port, a command's name, or a URL: for people to read. */
  readonly name: string;
  /** The IP address that was connected to, where there is one. */
  readonly address?: string;
  readonly port?: number;
  /** The bytes never leave the machine that made the connection: a loopback address, a pipe. */
  readonly local: boolean;
}

/** How a spawned command ended. */
export interface ExitInfo {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it wrote to stderr. */
  readonly stderr: string;
}

/** What a transport tells of its connection. */
export interface StreamInfo {
  readonly peer: Peer;
  readonly timings: Timings;
  /** Null while the bytes to the server are not encrypted. */
  readonly tls: TlsInfo | null;
  /** Set when the command behind the stream has ended. */
  readonly exit?: ExitInfo;
}

/** How {@link ByteStream.startTls} verifies the server. */
export interface TlsOptions {
  /** The name to ask for and to verify; by default the host that was connected to. */
  readonly servername?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A connection that carries bytes both ways.
 *
 * `readable` has a high-water mark of 0: taking a chunk is what lets more come. Both streams error with a
 * {@link TransportError} when the connection breaks; `readable` closes when the other side has ended in order.
 */
export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** A snapshot; it changes with TLS and when a command ends. */
  readonly info: StreamInfo;
  /**
   * Upgrades the connection to TLS; `readable` and `writable` stay the same objects. Waits until everything
   * accepted for writing has left, and fails where bytes of the plain connection are still unread.
   */
  startTls?(options?: TlsOptions): Promise<TlsInfo>;
  /** Asks whether the other side still answers; rejects, and the stream ends, where it does not. */
  probe?(): Promise<void>;
  /** Calls back once when the other side wants to end the connection within `deadlineMs`. */
  onDrain?: ((deadlineMs: number) => void) | null;
  /** Ends the connection at once. Calling it again does nothing. */
  close(reason?: unknown): void;
}

/** Makes a connection; called anew for each one. */
export type Connect = (options: { readonly signal?: AbortSignal | undefined }) => Promise<ByteStream>;

/** A value, or a function that is asked for it anew for each connection. */
export type Secret = string | (() => string | Promise<string>);

/** What went wrong with a connection, in one word. */
export type TransportErrorCode =
  | 'policy'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'starttls'
  | 'limit'
  | 'protocol'
  | 'spawn'
  | 'internal';

/** How far a connection had come when it failed. */
export type TransportStage = 'policy' | 'resolve' | 'connect' | 'tls' | 'starttls' | 'relay';

/** More about a failure, where the transport knows it. */
export interface TransportFailure {
  readonly reason?: string;
  readonly timings?: Timings;
  readonly tls?: TlsInfo;
  readonly cause?: unknown;
}

/** A connection that could not be made, or that broke. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly stage: TransportStage;
  /** The system's own word for it: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
  readonly reason: string | null;
  readonly timings: Timings;
  /** The certificates and the reason why they were refused, where TLS failed. */
  readonly tls: TlsInfo | null;

  constructor(
    code: TransportErrorCode,
    stage: TransportStage,
    message: string,
    failure: TransportFailure = {},
  ) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.code = code;
    this.stage = stage;
    this.reason = failure.reason ?? null;
    this.timings = failure.timings ?? {};
    this.tls = failure.tls ?? null;
  }
}
