// `@imaplib/client`: the typed client, the transports, and the values they give.

export { ImapClient } from './client/client.ts';
export { reconnecting, type ReconnectOptions } from './client/reconnecting.ts';
export type { Reconnect } from './client/keeper.ts';
export {
  conversations,
  type Conversation,
  type Conversations,
  type ConversationsOptions,
  type ConversationSource,
  type MailboxChanges,
} from './client/conversations.ts';
export { ImapPool, type PoolEvents, type PoolOptions, type UseOptions } from './client/pool.ts';
export type { PoolDownloadOptions } from './client/pool-download.ts';
export type { MailboxRefusal, SearchRow, StatusRow } from './client/pool-rows.ts';
export type * from './client/types.ts';
export { appendAll, ImapAppendAllError, type AppendOutcome } from './client/append-all.ts';
export { replaceMessage, type ReplaceMessage } from './client/replace-message.ts';
export { ImapAnswerError } from './commands/answer-error.ts';
export { compress, deflate, type CompressOptions } from './commands/compress.ts';
export { mailboxes, type MailboxesOptions } from './client/mailboxes.ts';
export { specialUse, type SpecialUse } from './client/special-use.ts';
export type { DescribedMailbox } from './commands/list-extended.ts';
export type { Appended, AppendMessage, MessageSource } from './commands/append.ts';
export type { Created } from './commands/create.ts';
export type { FetchItems, SectionRequest } from './commands/fetch.ts';
export type { ModSeqOfFlag, SearchQuery } from './commands/search.ts';
export type { QResync } from './commands/select.ts';
export type { SortCriterion, SortKey } from './commands/sort.ts';
export type { StatusItem } from './commands/status.ts';
export type { FlagChange } from './commands/store.ts';
export {
  ImapCapabilityError,
  ImapCommandError,
  ImapConnectionError,
  ImapLimitError,
  ImapPartialError,
  ImapStateError,
} from './session/errors.ts';
export type { Mechanism } from './sasl/mechanism.ts';
export {
  Trace,
  type CommandPhase,
  type CommandRecord,
  type ConnectionRecord,
  type TracedLine,
  type TraceEvents,
  type TraceOptions,
} from './session/trace.ts';
export type { CommandObserver, ConnectionObserver, Observer } from './session/observer.ts';
export type { Session, SessionLimits } from './session/session.ts';
export type { SessionState } from './session/request.ts';
export * from './transport/index.ts';
export type { Limits } from './wire/limits.ts';
export type { Unparsed, Value } from './wire/reader.ts';
export type { Response } from './wire/response.ts';
export type { MetadataValue } from './wire/metadata.ts';
export { hasAttribute, type ListedMailbox } from './wire/list.ts';
export type { MailboxName, NamedMailbox } from './wire/mailbox-name.ts';
export { partName, walkParts, type BodyPart, type Disposition } from './wire/bodystructure.ts';
export { codeName, type CopyUid, type ResponseCode } from './wire/response-code.ts';
export type { Address, AddressGroup, Envelope, EnvelopeAddress } from './wire/envelope.ts';
export type { FetchedMessage, InternalDate, Section } from './wire/fetch.ts';
export type { MailboxStatus } from './wire/status.ts';
export type { ExtendedSearch, PartialResult, ResultChange } from './wire/search.ts';
export type { NumberRange, SequenceSet, SetMember } from './wire/set.ts';
export type { Thread } from './wire/thread.ts';
export type { Vanished } from './wire/vanished.ts';
export type { LiteralSource } from './wire/writer.ts';
export { decodeTransfer, decodeTransferred } from './wire/transfer-encoding.ts';
export { decodeText, type DecodedText } from './wire/charset.ts';
export { decodeWords } from './wire/encoded-word.ts';
