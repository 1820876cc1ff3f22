// `@imaplib/client/protocol`: what the bridge and the page must agree on, and nothing else.

export * from './frames.ts';
export { ReceiveCredit, SendCredit } from './credit.ts';
export { TransportError } from './byte-stream.ts';
export type {
  CertificateInfo,
  ExitInfo,
  Peer,
  Timings,
  TlsInfo,
  TransportErrorCode,
  TransportFailure,
  TransportStage,
} from './byte-stream.ts';
