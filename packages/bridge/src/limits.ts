// Every limit of the bridge in one table: how long each stage may take, how many may come, how much may wait.

import { WINDOW } from '@imaplib/client/protocol';

/** What the bridge tolerates. Times are milliseconds, sizes are bytes. */
export interface Limits {
  /** From the first byte of a request to the end of its headers. */
  readonly headersMs: number;
  /** From the WebSocket's opening to its `open` frame. */
  readonly openMs: number;
  /** Resolving the name and connecting, together. */
  readonly connectMs: number;
  /** A TLS handshake; for STARTTLS, with the writes that have to leave before it. */
  readonly handshakeMs: number;
  /** Without a byte in either direction; longer than the 30 minutes that IDLE may be silent. */
  readonly idleMs: number;
  /** Between two looks at the files of the bridge's own certificate. */
  readonly certificateMs: number;
  /** Between two WebSocket pings. */
  readonly pingMs: number;
  /** Pings without an answer before the page counts as gone. */
  readonly missedPongs: number;
  /** For the closing handshake of a WebSocket, and for bytes that wait for a server when the page is gone. */
  readonly closeMs: number;
  /** For the page to take the last bytes of a far end that is gone. */
  readonly lingerMs: number;
  /** Between the steps of ending a command: its stdin closed, TERM, KILL. */
  readonly killMs: number;
  /** For pages to reconnect elsewhere, when the bridge is asked to end. */
  readonly drainMs: number;

  /** WebSockets in all. */
  readonly connections: number;
  /** WebSockets of one address (for IPv6, of one /64 network). */
  readonly connectionsPerAddress: number;
  /** WebSockets of one token, or of one `sub` of signed tokens. */
  readonly connectionsPerToken: number;
  /** Attempts that one address may make at once … */
  readonly burstPerAddress: number;
  /** … and how many it gains back in a second. */
  readonly ratePerAddress: number;
  /** How far ahead a signed token may end. */
  readonly tokenMs: number;
  /** Used tokens that are remembered until they end; beyond it no signed token is accepted. */
  readonly usedTokens: number;
  /** Commands that run at the same time. */
  readonly processes: number;

  /** The receive window that the bridge opens to a page. */
  readonly window: number;
  /** Bytes that wait for the page in the WebSocket before reading of the server stops. */
  readonly queuedBytes: number;
  /** The same, counted in frames. */
  readonly queuedFrames: number;
  /**
   * Bytes that wait in the whole process. Beyond it a server is read only while nothing waits for its page, and a
   * page that has sent more than the smallest window ahead of its server is given up.
   */
  readonly processBytes: number;
  /** Bytes that wait for the page before it is given up: it asks and does not read the answers. */
  readonly backlogBytes: number;
  /** A control frame of the page. */
  readonly controlBytes: number;
  /** Fragments of one message. */
  readonly fragments: number;
  /** What is kept of the end of a command's stderr. */
  readonly stderrBytes: number;
}

/** The limits that hold unless told otherwise: they carry 2,000 connections from a hundred addresses. */
export const DEFAULT_LIMITS: Limits = {
  headersMs: 10_000,
  openMs: 5_000,
  connectMs: 10_000,
  handshakeMs: 10_000,
  idleMs: 35 * 60_000,
  certificateMs: 5_000,
  pingMs: 20_000,
  missedPongs: 2,
  closeMs: 5_000,
  lingerMs: 30_000,
  killMs: 2_000,
  drainMs: 30_000,

  connections: 4_000,
  connectionsPerAddress: 200,
  connectionsPerToken: 2_000,
  burstPerAddress: 200,
  ratePerAddress: 10,
  tokenMs: 5 * 60_000,
  usedTokens: 100_000,
  processes: 100,

  window: WINDOW.default,
  queuedBytes: 256 * 1024,
  queuedFrames: 64,
  processBytes: 256 * 1024 * 1024,
  backlogBytes: 1024 * 1024,
  controlBytes: 16 * 1024,
  fragments: 64,
  stderrBytes: 4 * 1024,
};
