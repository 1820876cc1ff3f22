// A small server for tests that open several connections: each command is answered by a function, literals included.

import { memoryPair, type MemoryServer } from '../../transport/pair.ts';
import type { Connect } from '../../transport/byte-stream.ts';

/** One connection, as its server sees it. */
export interface Answering {
  /** Counted from 1. */
  readonly number: number;
  readonly server: MemoryServer;
  /** Commands as they came, without tags. */
  readonly heard: string[];
  /** Of the last command. */
  tag: string;
  /** The mailbox that is selected. */
  mailbox: string | null;
}

/** Lines without CRLF; `$` at the beginning of one stands for the tag. Null is no answer at all. */
export type Answer = readonly string[] | null | Promise<readonly string[] | null>;

/** What the server does; both may break the connection themselves. */
export interface AnsweringOptions {
  /** The greeting of a connection. */
  readonly greet?: (connection: Answering) => string;
  /** The answer to a command, or undefined for that of a plain server with empty mailboxes. */
  readonly answer?: (command: string, connection: Answering) => Answer | undefined;
}

/** A server to connect to, and all its connections so far. */
export function answering({ greet, answer }: AnsweringOptions = {}): {
  readonly transport: Connect;
  readonly connections: Answering[];
} {
  const connections: Answering[] = [];
  const transport: Connect = async () => {
    const { client, server } = memoryPair({ local: true });
    const connection: Answering = {
      number: connections.length + 1,
      server,
      heard: [],
      tag: '',
      mailbox: null,
    };
    connections.push(connection);
    void serve(connection, greet?.(connection) ?? '* PREAUTH [CAPABILITY IMAP4rev1 UNSELECT] ready', answer);
    return client;
  };
  return { transport, connections };
}

async function serve(
  connection: Answering,
  greeting: string,
  answer: AnsweringOptions['answer'],
): Promise<void> {
  const { server } = connection;
  try {
    await server.send(`${greeting}\r\n`);
    for (let line = await server.receiveLine(); line !== null; line = await server.receiveLine()) {
      const [, tag = '', command = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      connection.heard.push(command);
      connection.tag = tag;
      const given = answer?.(command, connection);
      const lines = given === undefined ? plain(command, connection) : await given;
      if (lines === null) continue;
      const said = lines.map((one) => `${one.startsWith('$') ? tag + one.slice(1) : one}\r\n`);
      await server.send(said.join(''));
      if (command === 'LOGOUT') server.close();
    }
  } catch {
    // The connection was broken by the test, or closed by the client.
  }
}

function plain(command: string, connection: Answering): readonly string[] {
  const [, name = '', mailbox = ''] = /^(?:UID )?(\S+) ?"?([^" ]*)/.exec(command) ?? [];
  switch (name) {
    case 'SELECT':
    case 'EXAMINE':
      connection.mailbox = mailbox;
      return [
        '* 0 EXISTS',
        '* OK [UIDVALIDITY 7] x',
        `$ OK [READ-${name === 'SELECT' ? 'WRITE' : 'ONLY'}] done`,
      ];
    case 'STATUS':
      return [`* STATUS ${mailbox} (MESSAGES ${mailbox.length})`, '$ OK done'];
    case 'SEARCH':
      return ['* SEARCH', '$ OK done'];
    case 'LOGOUT':
      return ['* BYE bye', '$ OK done'];
    default:
      return ['$ OK done'];
  }
}
