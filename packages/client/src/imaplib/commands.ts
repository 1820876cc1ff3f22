// The table of commands: in which states each is legal. It can be changed, as in Python; xatom() adds to it.

import type { State } from './datum.ts';

const authenticated: readonly State[] = ['AUTH', 'SELECTED'];
const selected: readonly State[] = ['SELECTED'];
const always: readonly State[] = ['NONAUTH', 'AUTH', 'SELECTED', 'LOGOUT'];

/** Which states each command is legal in, for all connections. */
export const Commands: Record<string, readonly State[]> = {
  APPEND: authenticated,
  AUTHENTICATE: ['NONAUTH'],
  CAPABILITY: always,
  CHECK: selected,
  CLOSE: selected,
  COPY: selected,
  CREATE: authenticated,
  DELETE: authenticated,
  DELETEACL: authenticated,
  ENABLE: ['AUTH'],
  EXAMINE: authenticated,
  EXPUNGE: selected,
  FETCH: selected,
  GETACL: authenticated,
  GETANNOTATION: authenticated,
  GETQUOTA: authenticated,
  GETQUOTAROOT: authenticated,
  ID: always,
  IDLE: authenticated,
  LIST: authenticated,
  LOGIN: ['NONAUTH'],
  LOGOUT: always,
  LSUB: authenticated,
  MOVE: selected,
  MYRIGHTS: authenticated,
  NAMESPACE: authenticated,
  NOOP: always,
  PARTIAL: selected,
  PROXYAUTH: ['AUTH'],
  RENAME: authenticated,
  SEARCH: selected,
  SELECT: authenticated,
  SETACL: authenticated,
  SETANNOTATION: authenticated,
  SETQUOTA: authenticated,
  SORT: selected,
  STARTTLS: ['NONAUTH'],
  STATUS: authenticated,
  STORE: selected,
  SUBSCRIBE: authenticated,
  THREAD: selected,
  UID: selected,
  UNSELECT: selected,
  UNSUBSCRIBE: authenticated,
};

/** The protocol versions, in the order in which they are looked for. */
export const AllowedVersions = ['IMAP4REV1', 'IMAP4', 'IMAP4REV2'] as const;

export const CRLF = '\r\n';
/** The port of IMAP4. */
export const IMAP4_PORT = 143;
/** The port of IMAP4 over TLS. */
export const IMAP4_SSL_PORT = 993;
