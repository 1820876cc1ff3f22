// `@imaplib/client/commands`: the commands as values, for `client.run(command, args)` and `client.rows(command, args)`.
// Those that every mail client needs are methods of ImapClient too; the others are only here, so that a page carries
// no more of them than it uses.

export type { Command } from './command.ts';
export { append, type AppendArgs, type Appended, type AppendMessage, type MessageSource } from './append.ts';
export { cancelUpdate } from './cancel-update.ts';
export { catenate, imapUrl, type CatenateArgs, type CatenatePart, type ImapUrl } from './catenate.ts';
export { capability } from './capability.ts';
export { check } from './check.ts';
export { compress, deflate, type CompressOptions } from './compress.ts';
export { copy, type CopyArgs } from './copy.ts';
export { create, type CreateArgs, type Created } from './create.ts';
export { deleteAcl } from './delete-acl.ts';
export { deleteMailbox } from './delete.ts';
export { enable, type EnableArgs } from './enable.ts';
export { expunge } from './expunge.ts';
export { fetch, type FetchArgs, type FetchItems, type SectionRequest } from './fetch.ts';
export { fetchAnnotations, type FetchAnnotationsArgs } from './fetch-annotations.ts';
export { getAcl } from './get-acl.ts';
export { getJmapAccess } from './get-jmap-access.ts';
export { getMetadata, type GetMetadataArgs, type MetadataFound } from './get-metadata.ts';
export { getQuota } from './get-quota.ts';
export { getQuotaRoot, type MailboxQuota } from './get-quota-root.ts';
export { id } from './id.ts';
export { list, type ListArgs } from './list.ts';
export {
  listExtended,
  type DescribedMailbox,
  type ListExtendedArgs,
  type ListReturn,
  type ListSelection,
} from './list-extended.ts';
export { listRights } from './list-rights.ts';
export { lsub } from './lsub.ts';
export { move } from './move.ts';
export { multiSearch, type MultiSearchArgs, type SearchSource } from './multi-search.ts';
export { multiAppend, type MultiAppendArgs } from './multi-append.ts';
export { myRights } from './my-rights.ts';
export { namespace } from './namespace.ts';
export { noop } from './noop.ts';
export { notify, type EventGroup, type MessageEvent, type NotifyArgs, type ServerEvent } from './notify.ts';
export { rename } from './rename.ts';
export { replace, type ReplaceArgs } from './replace.ts';
export { search, type ModSeqOfFlag, type SearchArgs, type SearchQuery } from './search.ts';
export { searchExtended, type SearchExtendedArgs } from './search-extended.ts';
export type { SearchResult, SearchReturn } from './search-return.ts';
export { setAcl, type SetAclArgs } from './set-acl.ts';
export { setMetadata, type SetMetadataArgs } from './set-metadata.ts';
export { setQuota, type SetQuotaArgs } from './set-quota.ts';
export { sort, type SortArgs, type SortCriterion, type SortKey } from './sort.ts';
export { sortExtended, type SortExtendedArgs } from './sort-extended.ts';
export { status, type StatusItem } from './status.ts';
export { storeLabels } from './store-labels.ts';
export { store, type FlagChange, type StoreArgs } from './store.ts';
export { storeAnnotations, type StoreAnnotationsArgs } from './store-annotations.ts';
export { subscribe } from './subscribe.ts';
export { thread, type ThreadAlgorithm, type ThreadArgs } from './thread.ts';
export { unauthenticate } from './unauthenticate.ts';
export { unsubscribe } from './unsubscribe.ts';
export { xlist } from './xlist.ts';
