// `@imaplib/client/wire`: bytes to values and values to bytes, without any I/O.

export { defaultLimits, type Limits } from './limits.ts';
export { Framer, FramingError, type Frame, type LiteralTaker } from './framer.ts';
export { ParseError, ResponseReader, type ReaderOptions, type Unparsed, type Value } from './reader.ts';
export { isStatus, readHead, readStatusText, type Response, type StatusText } from './response.ts';
export { codeName, readResponseCode, type CopyUid, type ResponseCode } from './response-code.ts';
export { parseResponse, type ParsedResponse } from './parse.ts';
export { CommandWriter, type LiteralSource, type Piece, type WriterOptions } from './writer.ts';
export {
  countNumbers,
  expandSet,
  formatSet,
  parseSet,
  readSet,
  setContains,
  type NumberRange,
  type SequenceSet,
  type SetMember,
} from './set.ts';
export {
  readEnvelope,
  type Address,
  type AddressGroup,
  type Envelope,
  type EnvelopeAddress,
} from './envelope.ts';
export { partName, readBodyStructure, walkParts, type BodyPart, type Disposition } from './bodystructure.ts';
export { readFetch, readFetched, type FetchedMessage, type InternalDate, type Section } from './fetch.ts';
export { hasAttribute, readList, type ListedMailbox } from './list.ts';
export { readStatus, type MailboxStatus } from './status.ts';
export {
  readExtendedSearch,
  readFoundNumbers,
  readSearch,
  type ExtendedSearch,
  type FoundNumbers,
  type PartialResult,
  type ResultChange,
} from './search.ts';
export { readThreads, type Thread } from './thread.ts';
export { readVanished, type Vanished } from './vanished.ts';
export { capabilityValues, readCapabilities, readFlags } from './capability.ts';
export { mailboxKey, nameOf, readMailbox, type MailboxName, type NamedMailbox } from './mailbox-name.ts';
export { readIdentity, type Identity } from './id.ts';
export { readNamespaces, type Namespace, type Namespaces } from './namespace.ts';
export { readQuota, readQuotaRoots, type Quota, type QuotaResource, type QuotaRoots } from './quota.ts';
export {
  readAccessList,
  readGrantableRights,
  readMyRights,
  type AccessList,
  type AccessRights,
  type GrantableRights,
  type MyRights,
} from './acl.ts';
export { readMetadata, type Metadata, type MetadataValue } from './metadata.ts';
export { readAnnotations, type AnnotatedMessage } from './annotation.ts';
export { readJmapAccess } from './jmap-access.ts';
export { formatInternalDate, parseInternalDate } from './internal-date.ts';
export { parseMessageDate } from './message-date.ts';
export { decodeUtf7, encodeUtf7, readUtf7 } from './utf7.ts';
export { decodeWords } from './encoded-word.ts';
export { decodeText, type DecodedText } from './charset.ts';
export { decodeTransfer, decodeTransferred } from './transfer-encoding.ts';
