// The frames of `imaplib.v1`, the protocol between page and bridge. Binary frames are bytes of the connection,
// text frames are JSON control. Unknown fields are ignored, an unknown type is an error.

import type { ExitInfo, Peer, Timings, TlsInfo, TransportErrorCode, TransportStage } from './byte-stream.ts';

/** The WebSocket subprotocol that both sides speak. */
export const SUBPROTOCOL = 'imaplib.v1';

/** A token travels as a second offered subprotocol, `bearer.<token>`; never in the URL. */
export const BEARER_PREFIX = 'bearer.';

/** Receive windows in bytes. */
export const WINDOW = { min: 64 * 1024, max: 8 * 1024 * 1024, default: 1024 * 1024 } as const;

/** No frame is larger than this, in either direction. */
export const MAX_FRAME = 1024 * 1024;

/** The page sends frames of this size: they fit into one read of the bridge, so nothing is reassembled. */
export const PAGE_FRAME = 16 * 1024;

/** The page asks for a sign of life after this much silence, and waits for the answer so long (milliseconds). */
export const PING = { afterMs: 20_000, answerMs: 10_000 } as const;

/** The WebSocket close code for each way to fail; 1012 announces a restart. */
export const CLOSE_CODE: Readonly<Record<TransportErrorCode, number>> = {
  policy: 4403,
  refused: 4502,
  unreachable: 4503,
  timeout: 4504,
  tls: 4525,
  starttls: 4526,
  limit: 4429,
  protocol: 4400,
  spawn: 4505,
  internal: 4500,
};

/** The first frame: who to connect to. Exactly one of `target`, `host` with `port`, or `command`. */
export interface OpenFrame {
  readonly type: 'open';
  readonly window: number;
  readonly target?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: 'none' | 'implicit';
  readonly command?: string;
  /** Name to verify, where the configuration lets the page choose. */
  readonly servername?: string;
  /** Name of a client certificate that the bridge holds. */
  readonly clientCertificate?: string;
}

/** More bytes may come. */
export interface CreditFrame {
  readonly type: 'credit';
  readonly bytes: number;
}

/** Half close; for a command, closes its standard input. */
export interface EofFrame {
  readonly type: 'eof';
}

/** What the page sends. */
export type PageFrame =
  | OpenFrame
  | CreditFrame
  | EofFrame
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'starttls'; readonly servername?: string };

/** The connection stands; bytes flow from here on. */
export interface OpenedFrame {
  readonly type: 'opened';
  readonly window: number;
  readonly peer: Peer;
  readonly timings: Timings;
  readonly tls: TlsInfo | null;
}

/** It failed; a close with the code's number follows. */
export interface ErrorFrame {
  readonly type: 'error';
  readonly code: TransportErrorCode;
  readonly stage: TransportStage;
  readonly message: string;
  readonly reason?: string;
  readonly timings?: Timings;
  readonly tls?: TlsInfo;
}

/** What the bridge sends. */
export type BridgeFrame =
  | OpenedFrame
  | CreditFrame
  | EofFrame
  | ErrorFrame
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  | ({ readonly type: 'exit' } & ExitInfo)
  | { readonly type: 'drain'; readonly deadlineMs: number };

/** A control frame that does not keep to the protocol. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

type Fields = Readonly<Record<string, unknown>>;
type FieldType = 'string' | 'number' | 'boolean' | 'object' | 'integer' | 'nullable';

/** What each frame must have; a name that ends in `?` may be missing. */
type Shape = Readonly<Record<string, FieldType>>;

const pageShapes: Readonly<Record<PageFrame['type'], Shape>> = {
  open: {
    window: 'integer',
    'target?': 'string',
    'host?': 'string',
    'port?': 'integer',
    'tls?': 'string',
    'command?': 'string',
    'servername?': 'string',
    'clientCertificate?': 'string',
  },
  credit: { bytes: 'integer' },
  eof: {},
  ping: { id: 'integer' },
  starttls: { 'servername?': 'string' },
};

const bridgeShapes: Readonly<Record<BridgeFrame['type'], Shape>> = {
  opened: { window: 'integer', peer: 'object', timings: 'object', tls: 'nullable' },
  credit: { bytes: 'integer' },
  eof: {},
  error: {
    code: 'string',
    stage: 'string',
    message: 'string',
    'reason?': 'string',
    'timings?': 'object',
    'tls?': 'object',
  },
  pong: { id: 'integer' },
  secured: { tls: 'object' },
  exit: { code: 'nullable', signal: 'nullable', stderr: 'string' },
  drain: { deadlineMs: 'integer' },
};

function fits(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case 'object':
      return typeof value === 'object' && value !== null;
    case 'nullable':
      return value !== undefined;
    default:
      return typeof value === type;
  }
}

function parse(text: string, shapes: Readonly<Record<string, Shape>>): Fields {
  let frame: Fields;
  try {
    frame = JSON.parse(text) as Fields;
  } catch {
    throw new FrameError('control frame is not JSON');
  }
  if (typeof frame !== 'object' || frame === null) throw new FrameError('control frame is not an object');
  const type = frame['type'];
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) throw new FrameError('unknown control frame');
  for (const [key, fieldType] of Object.entries(shapes[type]!)) {
    const optional = key.endsWith('?');
    const name = optional ? key.slice(0, -1) : key;
    if (optional && frame[name] === undefined) continue;
    if (!fits(frame[name], fieldType)) throw new FrameError(`control frame ${type} has a bad ${name}`);
  }
  return frame;
}

/**
 * Reads a control frame of the page, checking the fields that the protocol names.
 *
 * @throws FrameError where it is no frame of `imaplib.v1`
 */
export function parsePageFrame(text: string): PageFrame {
  const frame = parse(text, pageShapes) as unknown as PageFrame;
  if (frame.type === 'open') {
    const ways = [frame.target, frame.host, frame.command].filter((way) => way !== undefined).length;
    if (ways !== 1) throw new FrameError('open needs exactly one of target, host and command');
    if (frame.host !== undefined) {
      if (frame.port === undefined || frame.port < 1 || frame.port > 65535)
        throw new FrameError('open has a bad port');
      if (frame.tls !== 'none' && frame.tls !== 'implicit') throw new FrameError('open has a bad tls');
    }
    if (frame.window < WINDOW.min || frame.window > WINDOW.max) throw new FrameError('open has a bad window');
  }
  return frame;
}

/**
 * Reads a control frame of the bridge, checking the fields that the protocol names.
 *
 * @throws FrameError where it is no frame of `imaplib.v1`
 */
export function parseBridgeFrame(text: string): BridgeFrame {
  const frame = parse(text, bridgeShapes) as unknown as BridgeFrame;
  if (frame.type === 'opened' && (frame.window < WINDOW.min || frame.window > WINDOW.max)) {
    throw new FrameError('opened has a bad window');
  }
  return frame;
}
