// ACL, LISTRIGHTS and MYRIGHTS responses (RFC 4314, RFC 2086).
//
//   acl-data        = "ACL" SP mailbox *(SP identifier SP rights)
//   listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)
//   myrights-data   = "MYRIGHTS" SP mailbox SP rights

import { readMailbox, type NamedMailbox } from './mailbox-name.ts';
import type { ResponseReader } from './reader.ts';

/** What one identifier may do. */
export interface AccessRights {
  /** A user, `anyone`, or with a `-` before it what is taken from him. */
  readonly identifier: string;
  /** A letter for each: `lrswipkxtea` (RFC 4314 2.1). */
  readonly rights: string;
}

/** Who may do what with a mailbox. */
export interface AccessList extends NamedMailbox {
  readonly entries: readonly AccessRights[];
}

/** What can be granted to one identifier. */
export interface GrantableRights extends NamedMailbox {
  readonly identifier: string;
  /** What he always has. */
  readonly required: string;
  /** What he can be given; the rights of one group only together. */
  readonly optional: readonly string[];
}

/** What the user himself may do. */
export interface MyRights extends NamedMailbox {
  readonly rights: string;
}

/** Reads what stands behind `* ACL`. */
export function readAccessList(reader: ResponseReader): AccessList {
  const mailbox = readMailbox(reader);
  const entries: AccessRights[] = [];
  for (reader.space(); !reader.atEnd; reader.space()) {
    const identifier = reader.astring();
    reader.space();
    entries.push({ identifier, rights: reader.astring() });
  }
  return { ...mailbox, entries };
}

/** Reads what stands behind `* LISTRIGHTS`. */
export function readGrantableRights(reader: ResponseReader): GrantableRights {
  const mailbox = readMailbox(reader);
  reader.space();
  const identifier = reader.astring();
  reader.space();
  const required = reader.astring();
  const optional: string[] = [];
  for (reader.space(); !reader.atEnd; reader.space()) optional.push(reader.astring());
  return { ...mailbox, identifier, required, optional };
}

/** Reads what stands behind `* MYRIGHTS`. */
export function readMyRights(reader: ResponseReader): MyRights {
  const mailbox = readMailbox(reader);
  reader.space();
  return { ...mailbox, rights: reader.atEnd ? '' : reader.astring() };
}
