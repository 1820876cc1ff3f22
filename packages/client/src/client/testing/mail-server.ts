// A small server with mailboxes that outlive its connections, for tests of what happens when those are lost. It counts
// what it carries out, and dies where a test says.

import type { Connect } from '../../transport/byte-stream.ts';
import { memoryPair, type MemoryPairOptions, type MemoryServer } from '../../transport/pair.ts';

/** A message as the server keeps it. */
export interface StoredMessage {
  readonly uid: number;
  flags: Set<string>;
  modSeq: number;
  readonly body: string;
}

/** Where a connection dies: before a command is carried out, behind it without an answer, in the middle of its answer. */
export type Death = 'before' | 'after' | 'inAnswer';

/** One connection. */
export interface ServedConnection {
  /** Counted from 1. */
  readonly number: number;
  readonly server: MemoryServer;
  /** Commands as they came, without tags. */
  readonly heard: string[];
  mailbox: string | null;
  enabled: boolean;
}

/** What a test decides for each command, or null. */
export type Fate = (
  command: string,
  connection: ServedConnection,
) => Death | readonly string[] | null | undefined;

/** A mailbox. */
export class StoredMailbox {
  uidValidity = 7;
  uidNext = 1;
  modSeq = 1;
  messages: StoredMessage[] = [];
  /** What is gone, and since when. */
  readonly gone: { readonly uid: number; readonly modSeq: number }[] = [];

  add(count = 1, body = 'hello'): void {
    for (let i = 0; i < count; i++)
      this.messages.push({ uid: this.uidNext++, flags: new Set(), modSeq: ++this.modSeq, body });
  }

  expunge(uid: number): void {
    this.messages = this.messages.filter((message) => message.uid !== uid);
    this.gone.push({ uid, modSeq: ++this.modSeq });
  }

  flag(uid: number, ...flags: string[]): void {
    const message = this.messages.find((one) => one.uid === uid)!;
    message.flags = new Set(flags);
    message.modSeq = ++this.modSeq;
  }

  recreate(): void {
    this.uidValidity += 1;
    this.messages = [];
    this.uidNext = 1;
  }
}

/** The server. */
export class MailServer {
  capabilities = 'IMAP4rev1 UIDPLUS UNSELECT IDLE LITERAL+ ENABLE';
  greeting = '* OK ready';
  /** Courier does not. */
  namesUidNext = true;
  /** What LOGIN is answered with. */
  login = 'OK in';
  readonly passwords: string[] = [];
  /** A connection is refused with this. */
  refuse: Error | null = null;
  pair: MemoryPairOptions = { local: true };
  fate: Fate = () => null;
  readonly mailboxes = new Map<string, StoredMailbox>([['INBOX', new StoredMailbox()]]);
  readonly connections: ServedConnection[] = [];
  /** How often each command has been carried out, by its name. */
  readonly carriedOut = new Map<string, number>();
  attempts = 0;

  readonly transport: Connect = async () => {
    this.attempts += 1;
    if (this.refuse !== null) throw this.refuse;
    const { client, server } = memoryPair(this.pair);
    const connection = {
      number: this.connections.length + 1,
      server,
      heard: [],
      mailbox: null,
      enabled: false,
    } satisfies ServedConnection;
    this.connections.push(connection);
    void this.#serve(connection);
    return client;
  };

  get inbox(): StoredMailbox {
    return this.mailboxes.get('INBOX')!;
  }

  get last(): ServedConnection {
    return this.connections.at(-1)!;
  }

  /** How often a command has been carried out. */
  count(name: string): number {
    return this.carriedOut.get(name) ?? 0;
  }

  /** The connection breaks. */
  cut(): void {
    this.last.server.cut();
  }

  async #serve(connection: ServedConnection): Promise<void> {
    const { server } = connection;
    try {
      await server.send(`${this.greeting}\r\n`);
      for (let line = await server.receiveLine(); line !== null; line = await server.receiveLine()) {
        const [, tag = '', text = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
        let command = text;
        const literal = /\{(\d+)\+?\}$/.exec(text);
        if (literal !== null) {
          const data = await server.receive(Number(literal[1]));
          command = `${text}${new TextDecoder().decode(data)}`;
          await server.receiveLine();
        }
        connection.heard.push(command);
        if (!(await this.#answer(connection, tag, command))) return;
      }
    } catch {
      // Broken by the test, or closed by the client.
    }
  }

  async #answer(connection: ServedConnection, tag: string, command: string): Promise<boolean> {
    const { server } = connection;
    const fate = this.fate(command, connection);
    if (fate === 'before') {
      server.cut();
      return false;
    }
    if (command === 'IDLE') {
      await server.send('+ idling\r\n');
      const done = await server.receiveLine();
      await server.send(`${tag} OK ${done}\r\n`);
      return done !== null;
    }
    const lines = Array.isArray(fate) ? (fate as readonly string[]) : this.#carryOut(connection, command);
    if (fate === 'after') {
      server.cut();
      return false;
    }
    const answer = lines.map((line) => `${line.startsWith('$') ? tag + line.slice(1) : line}\r\n`).join('');
    if (fate === 'inAnswer') {
      const half = Math.floor(answer.length / 2);
      server.cut({ received: half });
    }
    await server.send(answer);
    if (command === 'LOGOUT') server.close();
    return true;
  }

  #carryOut(connection: ServedConnection, command: string): string[] {
    const words = command.split(' ');
    const [first = '', second = '', third = ''] = words;
    const name = first === 'UID' ? `UID ${second}` : first;
    this.carriedOut.set(name, this.count(name) + 1);
    const box = this.mailboxes.get(connection.mailbox ?? '') ?? null;
    switch (name) {
      case 'CAPABILITY':
        return [`* CAPABILITY ${this.capabilities}`, '$ OK done'];
      case 'LOGIN':
        this.passwords.push(third);
        return [`$ ${this.login}`];
      case 'ENABLE':
        connection.enabled = true;
        return [`* ENABLED ${words.slice(1).join(' ')}`, '$ OK done'];
      case 'SELECT':
      case 'EXAMINE':
        return this.#select(connection, command, words);
      case 'CLOSE':
      case 'UNSELECT':
        connection.mailbox = null;
        return ['$ OK done'];
      case 'LIST':
        return [...[...this.mailboxes.keys()].map((one) => `* LIST () "/" ${one}`), '$ OK done'];
      case 'UID SEARCH': {
        const uids = box!.messages.map(({ uid }) => uid);
        if (command.includes('RETURN'))
          return [`* ESEARCH (TAG "x") UID${uids.length ? ` ALL ${uids.join(',')}` : ''}`, '$ OK done'];
        return [`* SEARCH ${uids.join(' ')}`, '$ OK done'];
      }
      case 'UID FETCH':
        return [...this.#fetch(box!, third, command), '$ OK done'];
      case 'UID STORE': {
        const [, flags = ''] = /\((.*)\)/.exec(command) ?? [];
        const stored = inSet(box!, third);
        for (const { uid } of stored) box!.flag(uid, ...flags.split(' '));
        return [...stored.map((message) => fetchLine(box!, message, false)), '$ OK done'];
      }
      case 'APPEND':
        this.mailboxes.get(second)!.add(1);
        return ['$ OK done'];
      case 'LOGOUT':
        return ['* BYE bye', '$ OK done'];
      default:
        return ['$ OK done'];
    }
  }

  #select(connection: ServedConnection, command: string, words: readonly string[]): string[] {
    connection.mailbox = null;
    const [verb, name = ''] = words;
    const box = this.mailboxes.get(name);
    if (box === undefined) return ['$ NO [NONEXISTENT] no such mailbox'];
    connection.mailbox = name!;
    const [, validity, modSeq] = /QRESYNC \((\d+) (\d+)\)/.exec(command) ?? [];
    const hasModSeq = this.capabilities.includes('CONDSTORE');
    return [
      `* ${box.messages.length} EXISTS`,
      '* 0 RECENT',
      `* OK [UIDVALIDITY ${box.uidValidity}] x`,
      ...(this.namesUidNext ? [`* OK [UIDNEXT ${box.uidNext}] x`] : []),
      ...(hasModSeq ? [`* OK [HIGHESTMODSEQ ${box.modSeq}] x`] : []),
      ...(Number(validity) === box.uidValidity ? changes(box, Number(modSeq)) : []),
      `$ OK [READ-${verb === 'SELECT' ? 'WRITE' : 'ONLY'}] done`,
    ];
  }

  #fetch(box: StoredMailbox, set: string, command: string): string[] {
    const since = Number(/CHANGEDSINCE (\d+)/.exec(command)?.[1] ?? 0);
    const [, offset, length] = /<(\d+)\.(\d+)>/.exec(command) ?? [];
    return inSet(box, set)
      .filter(({ modSeq }) => modSeq > since)
      .map((message) => {
        if (offset === undefined) return fetchLine(box, message, since > 0);
        const octets = message.body.slice(Number(offset), Number(offset) + Number(length));
        const sequence = box.messages.indexOf(message) + 1;
        const size = command.includes('RFC822.SIZE') ? ` RFC822.SIZE ${message.body.length}` : '';
        return `* ${sequence} FETCH (UID ${message.uid}${size} BODY[]<${offset}> {${octets.length}}\r\n${octets})`;
      });
  }
}

function changes(box: StoredMailbox, modSeq: number): string[] {
  const gone = box.gone.filter((one) => one.modSeq > modSeq).map(({ uid }) => uid);
  return [
    ...(gone.length > 0 ? [`* VANISHED (EARLIER) ${gone.join(',')}`] : []),
    ...box.messages.filter((one) => one.modSeq > modSeq).map((one) => fetchLine(box, one, true)),
  ];
}

function fetchLine(box: StoredMailbox, message: StoredMessage, withModSeq: boolean): string {
  const { uid, flags, modSeq } = message;
  const sequence = box.messages.indexOf(message) + 1;
  return `* ${sequence} FETCH (UID ${uid} FLAGS (${[...flags].join(' ')})${withModSeq ? ` MODSEQ (${modSeq})` : ''})`;
}

function inSet(box: StoredMailbox, set: string): StoredMessage[] {
  const highest = box.messages.at(-1)?.uid ?? 0;
  const end = (text: string): number => (text === '*' ? highest : Number(text));
  const ranges = set.split(',').map((part) => {
    const [first = '', last = first] = part.split(':');
    return [end(first), end(last)].toSorted((a, b) => a - b);
  });
  return box.messages.filter(({ uid }) =>
    ranges.some(([first = 0, last = 0]) => uid >= first && uid <= last),
  );
}
