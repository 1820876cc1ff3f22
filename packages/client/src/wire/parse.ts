// A whole response as one value: for tests, traces and those who look at a server's lines. The session does not use
// it: there each response is read by the command that waits for it.

import {
  readAccessList,
  readGrantableRights,
  readMyRights,
  type AccessList,
  type GrantableRights,
  type MyRights,
} from './acl.ts';
import { LF } from './ascii.ts';
import { readCapabilities, readFlags } from './capability.ts';
import { Framer, FramingError } from './framer.ts';
import { readFetched, type FetchedMessage } from './fetch.ts';
import { readIdentity, type Identity } from './id.ts';
import { readJmapAccess } from './jmap-access.ts';
import { readList, type ListedMailbox } from './list.ts';
import { readMetadata, type Metadata } from './metadata.ts';
import { readNamespaces, type Namespaces } from './namespace.ts';
import { readQuota, readQuotaRoots, type Quota, type QuotaRoots } from './quota.ts';
import { ParseError, type Unparsed, type Value } from './reader.ts';
import { isStatus, readHead, readStatusText, type Response } from './response.ts';
import type { ResponseCode } from './response-code.ts';
import { readExtendedSearch, readFoundNumbers, type ExtendedSearch } from './search.ts';
import { readStatus, type MailboxStatus } from './status.ts';
import { readThreads, type Thread } from './thread.ts';
import { readVanished, type Vanished } from './vanished.ts';

/** A response, read as far as its name is known. */
export type ParsedResponse =
  | {
      readonly kind: 'status';
      /** `*`, or the tag of a command. */
      readonly tag: string;
      /** `OK`, `NO`, `BAD`, `BYE` or `PREAUTH`. */
      readonly name: string;
      readonly code: ResponseCode | null;
      readonly text: string;
    }
  | { readonly kind: 'continuation'; readonly code: ResponseCode | null; readonly text: string }
  /** EXISTS, RECENT, EXPUNGE. */
  | { readonly kind: 'number'; readonly name: string; readonly number: number }
  /** CAPABILITY, ENABLED. */
  | { readonly kind: 'capabilities'; readonly name: string; readonly capabilities: readonly string[] }
  | { readonly kind: 'flags'; readonly name: string; readonly flags: readonly string[] }
  /** LIST, LSUB, XLIST. */
  | { readonly kind: 'list'; readonly name: string; readonly mailbox: ListedMailbox }
  | { readonly kind: 'mailbox status'; readonly name: string; readonly status: MailboxStatus }
  /** SEARCH, SORT. */
  | {
      readonly kind: 'numbers';
      readonly name: string;
      readonly numbers: readonly number[];
      readonly modSeq: bigint | null;
    }
  | { readonly kind: 'extended search'; readonly name: string; readonly found: ExtendedSearch }
  | { readonly kind: 'threads'; readonly name: string; readonly threads: readonly Thread[] }
  | { readonly kind: 'vanished'; readonly name: string; readonly vanished: Vanished }
  /** FETCH, UIDFETCH. */
  | { readonly kind: 'fetch'; readonly name: string; readonly message: FetchedMessage }
  | { readonly kind: 'namespaces'; readonly name: string; readonly namespaces: Namespaces }
  | { readonly kind: 'identity'; readonly name: string; readonly identity: Identity | null }
  | { readonly kind: 'quota'; readonly name: string; readonly quota: Quota }
  | { readonly kind: 'quota roots'; readonly name: string; readonly quotaRoots: QuotaRoots }
  | { readonly kind: 'access list'; readonly name: string; readonly accessList: AccessList }
  | { readonly kind: 'grantable rights'; readonly name: string; readonly grantable: GrantableRights }
  | { readonly kind: 'my rights'; readonly name: string; readonly myRights: MyRights }
  | { readonly kind: 'metadata'; readonly name: string; readonly metadata: Metadata }
  | { readonly kind: 'jmap access'; readonly name: string; readonly url: string }
  /** A response that has no reader: its values as they came. */
  | {
      readonly kind: 'other';
      readonly name: string;
      readonly number: number | null;
      readonly values: readonly Value[];
    }
  /** A line that is no response, or breaks the grammar of its name. */
  | ({ readonly kind: 'unparsed'; readonly name: string; readonly number: number | null } & Unparsed);

/** Reads a whole response, with or without its last CRLF. Never throws: what cannot be read is `unparsed`. */
export function parseResponse(bytes: Uint8Array): ParsedResponse {
  const head = readHead(withoutLineEnd(bytes));
  try {
    return parse(head);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return {
      kind: 'unparsed',
      name: head.name,
      number: head.number,
      unparsed: head.bytes,
      reason: error.message,
    };
  }
}

/** The last CRLF may be that of the response, or the end of a literal: whoever frames it knows. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== LF) return bytes;
  const framer = new Framer();
  framer.push(bytes);
  try {
    const frame = framer.next();
    return frame === null || frame.exceeded !== null || framer.pending > 0 ? bytes : frame.bytes;
  } catch (error) {
    if (!(error instanceof FramingError)) throw error;
    return bytes;
  }
}

function parse(head: Response): ParsedResponse {
  const { tag, name, number } = head;
  const reader = head.reader();
  if (tag === '+') return { kind: 'continuation', ...readStatusText(reader) };
  if (isStatus(name)) return { kind: 'status', tag, name, ...readStatusText(reader) };
  if (tag === '' || name === '') throw reader.fails('a response');
  switch (name) {
    case 'EXISTS':
    case 'RECENT':
    case 'EXPUNGE':
      if (number === null) break;
      return { kind: 'number', name, number };
    case 'FETCH':
    case 'UIDFETCH':
      if (number === null) break;
      return { kind: 'fetch', name, message: readFetched(reader, head) };
    case 'CAPABILITY':
    case 'ENABLED':
      return { kind: 'capabilities', name, capabilities: readCapabilities(reader) };
    case 'FLAGS':
      return { kind: 'flags', name, flags: readFlags(reader) };
    case 'LIST':
    case 'LSUB':
    case 'XLIST':
      return { kind: 'list', name, mailbox: readList(reader) };
    case 'STATUS':
      return { kind: 'mailbox status', name, status: readStatus(reader) };
    case 'SEARCH':
    case 'SORT':
      return { kind: 'numbers', name, ...readFoundNumbers(reader) };
    case 'ESEARCH':
      return { kind: 'extended search', name, found: readExtendedSearch(reader) };
    case 'THREAD':
      return { kind: 'threads', name, threads: readThreads(reader) };
    case 'VANISHED':
      return { kind: 'vanished', name, vanished: readVanished(reader) };
    case 'NAMESPACE':
      return { kind: 'namespaces', name, namespaces: readNamespaces(reader) };
    case 'ID':
      return { kind: 'identity', name, identity: readIdentity(reader) };
    case 'QUOTA':
      return { kind: 'quota', name, quota: readQuota(reader) };
    case 'QUOTAROOT':
      return { kind: 'quota roots', name, quotaRoots: readQuotaRoots(reader) };
    case 'ACL':
      return { kind: 'access list', name, accessList: readAccessList(reader) };
    case 'LISTRIGHTS':
      return { kind: 'grantable rights', name, grantable: readGrantableRights(reader) };
    case 'MYRIGHTS':
      return { kind: 'my rights', name, myRights: readMyRights(reader) };
    case 'METADATA':
      return { kind: 'metadata', name, metadata: readMetadata(reader) };
    case 'JMAPACCESS':
      return { kind: 'jmap access', name, url: readJmapAccess(reader) };
  }
  const values: Value[] = [];
  for (reader.space(); reader.peek() !== -1; reader.space()) values.push(reader.value());
  return { kind: 'other', name, number, values };
}
