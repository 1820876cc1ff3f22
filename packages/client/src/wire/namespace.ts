// NAMESPACE responses: where one's own, other users' and shared mailboxes are (RFC 2342, RFC 9051 7.3.4).
//
//   namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace
//   namespace          = nil / "(" 1*namespace-descr ")"
//   namespace-descr    = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil) [namespace-response-extensions] ")"
//   namespace-response-extension = SP string SP "(" string *(SP string) ")"

import { readMailboxName } from './mailbox-name.ts';
import type { ResponseReader } from './reader.ts';
import { emptyRecord, record } from './record.ts';

/** A part of the hierarchy. */
export interface Namespace {
  /** What the names of its mailboxes begin with, in Unicode; mostly with the delimiter at its end. */
  readonly prefix: string;
  /** Null where it has no levels. */
  readonly delimiter: string | null;
  /** What extensions say of it, by name in capitals. */
  readonly extensions: Readonly<Record<string, readonly string[]>>;
}

/** All that there is to be seen, by whose it is. */
export interface Namespaces {
  readonly personal: readonly Namespace[];
  readonly other: readonly Namespace[];
  readonly shared: readonly Namespace[];
}

/** Reads what stands behind `* NAMESPACE`. Classes that are left out have no namespaces. */
export function readNamespaces(reader: ResponseReader): Namespaces {
  const readClass = (): Namespace[] => {
    reader.space();
    return reader.atEnd ? [] : reader.list(readNamespace);
  };
  return { personal: readClass(), other: readClass(), shared: readClass() };
}

function readNamespace(reader: ResponseReader): Namespace {
  reader.expect('(');
  reader.space();
  const prefix = readMailboxName(reader);
  reader.space();
  const delimiter = reader.nstring();
  let extensions: Record<string, readonly string[]> | null = null;
  for (reader.space(); !reader.skip(')'); reader.space()) {
    const name = reader.astring().toUpperCase();
    reader.space();
    extensions ??= record<readonly string[]>();
    extensions[name] = reader.list(() => reader.astring());
  }
  return { prefix, delimiter: delimiter === '' ? null : delimiter, extensions: extensions ?? emptyRecord };
}
