// What the transports offer to the outside.

export { bridge, type BridgeOptions, type BridgeSettings } from './bridge.ts';
export { webSocket, type WebSocketOptions } from './web-socket.ts';
export type { WebSocketClass, WebSocketLike } from './socket.ts';
export { TransportError } from './byte-stream.ts';
export type {
  ByteStream,
  CertificateInfo,
  Connect,
  ExitInfo,
  Peer,
  Secret,
  StreamInfo,
  Timings,
  TlsInfo,
  TlsOptions,
  TransportErrorCode,
  TransportFailure,
  TransportStage,
} from './byte-stream.ts';
