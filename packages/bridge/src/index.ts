// `@imaplib/bridge`: moves bytes between a page's WebSocket and TCP, TLS or a command. It knows no IMAP.

export { createBridge } from './bridge.ts';
export type { Bridge } from './bridge.ts';
export type { Busy, Ledger, Visit } from './ledger.ts';
export { DEFAULT_LIMITS } from './limits.ts';
export type { Limits } from './limits.ts';
export { logTo } from './log.ts';
export type { LogEntry, LogLevel, LogSink } from './log.ts';
export { ConfigError } from './options.ts';
export type {
  BridgeOptions,
  ClientCertificate,
  Command,
  ListenTls,
  ResolvedAddress,
  StaticFile,
  Target,
} from './options.ts';
