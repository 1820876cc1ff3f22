// What is used of hoodiecrow-imap, which brings no types.
declare module 'hoodiecrow-imap' {
  import type { Server } from 'node:net';

  /** What its compiler writes: NIL, a quoted string, a number, a list, or a node that says how. */
  export type Value = null | string | number | ValueNode | readonly Value[];

  export interface ValueNode {
    readonly type: 'ATOM' | 'LITERAL' | 'STRING' | 'TEXT' | 'SEQUENCE' | 'SECTION';
    readonly value: string;
    readonly section?: readonly Value[];
    readonly partial?: readonly number[];
  }

  /** A message as it is stored; `raw` holds one character per byte. */
  export interface StoredMessage {
    readonly raw: string;
    readonly uid: number;
    flags: string[];
    readonly internaldate: string;
  }

  export interface Mailbox {
    readonly path: string;
    readonly flags: string[];
    readonly messages: StoredMessage[];
  }

  export interface Connection {
    selectedMailbox?: Mailbox | false;
    directNotifications: boolean;
    /** Takes a command as it came, literals and all. */
    scheduleCommand(line: string): void;
  }

  export interface ParsedCommand {
    readonly tag: string;
    readonly command: string;
    attributes?: Value[];
  }

  export interface Response {
    readonly tag: string;
    readonly command?: string;
    attributes?: Value[];
  }

  export type Handler = (
    connection: Connection,
    parsed: ParsedCommand,
    data: string,
    done: () => void,
  ) => void;
  export type FetchHandler = (connection: Connection, message: StoredMessage, query: ValueNode) => Value;
  // The number of parameters tells how many values a key takes: three are always given, then they follow.
  export type SearchHandler = (
    connection: Connection,
    message: StoredMessage,
    index: number,
    value: string,
  ) => boolean;

  export interface Hoodiecrow {
    readonly server: Server;
    readonly connectionHandlers: ((connection: Connection) => void)[];
    readonly fetchHandlers: Record<string, FetchHandler>;
    readonly searchHandlers: Record<string, SearchHandler>;
    readonly outputHandlers: ((
      connection: Connection,
      response: Response,
      description: string,
      parsed: ParsedCommand | undefined,
    ) => void)[];
    getMailbox(path: string): Mailbox | undefined;
    getCommandHandler(name: string): Handler | false;
    setCommandHandler(name: string, handler: Handler): void;
    formatInternalDate(date: Date): string;
    appendMessage(
      mailbox: Mailbox | string,
      flags: readonly string[],
      date: string | undefined,
      raw: string,
      except?: Connection,
    ): { mailbox: Mailbox; message: StoredMessage };
    listen(port: number, host: string, done: () => void): void;
  }

  export interface StorageFolder {
    flags?: string[];
    'special-use'?: string;
    uidvalidity?: number;
    subscribed?: boolean;
    messages?: { raw: string; flags: string[]; internaldate: string }[];
    folders?: Record<string, StorageFolder>;
    separator?: string;
  }

  export interface Options {
    readonly plugins: readonly (string | ((server: Hoodiecrow) => void))[];
    readonly users: Readonly<Record<string, { readonly password: string }>>;
    readonly storage: Readonly<Record<string, StorageFolder>>;
    readonly id?: Readonly<Record<string, string>>;
  }

  export default function hoodiecrow(options: Options): Hoodiecrow;
}

declare module 'hoodiecrow-imap/lib/mimeparser.js' {
  /** Parses a message; of the result only the header is used here. */
  export default function mimeparser(raw: string): { readonly parsedHeader: object };
}

declare module 'hoodiecrow-imap/lib/envelope.js' {
  import type { Value } from 'hoodiecrow-imap';
  export default function envelope(header: object): Value[];
}
