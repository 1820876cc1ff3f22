// `@imaplib/client/imaplib`: Python's imaplib, name for name.

export { IMAP4, IMAP4_SSL, IMAP4_stream, type IMAP4SSLOptions } from './imap4.ts';
export { Internaldate2tuple, Time2Internaldate, type DateTime, type ZonedDateTime } from './dates.ts';
export { Int2AP } from './int2ap.ts';
export { ParseFlags } from './flags.ts';
export { AllowedVersions, Commands, CRLF, IMAP4_PORT, IMAP4_SSL_PORT } from './commands.ts';
export type {
  Authenticator,
  Criteria,
  ParamsOption,
  SearchOptions,
  UidArgument,
  UidOption,
} from './command-methods.ts';
export type { IMAP4Limits, IMAP4Options } from './connection.ts';
export type { Datum, Items, MessageSet, Param, Reply, SetMember, State, Text, TimeTuple } from './datum.ts';
export type { IdleEvent, Idler } from './idler.ts';
export type { BridgeChoice, Server, Transport, TransportOptions } from './server.ts';
export {
  Trace,
  type CommandPhase,
  type CommandRecord,
  type ConnectionRecord,
  type TracedLine,
  type TraceEvents,
  type TraceOptions,
} from '../session/trace.ts';
export type { CommandObserver, ConnectionObserver, Observer } from '../session/observer.ts';
export { selftest, type SelftestOptions, type SelftestResult, type SelftestStep } from './selftest.ts';
