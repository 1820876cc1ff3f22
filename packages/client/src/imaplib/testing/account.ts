// A mail account in memory with a server that is just good enough for the self-test, and that fails when it is told to.

import { memoryPair } from '../../transport/pair.ts';
import type { Connect } from '../../transport/byte-stream.ts';

/** What happens at a command instead of its answer; `cut behind` does what was asked before it hangs up. */
export type Fault = 'NO' | 'BAD' | 'BYE' | 'cut' | 'cut behind' | 'stall';

export interface AccountOptions {
  readonly capabilities?: string;
  /** What LIST and NAMESPACE say of the hierarchy. */
  readonly prefix?: string;
  readonly delimiter?: string | null;
  readonly greeting?: string;
  /** Subscribes what is created, as some servers do. */
  readonly subscribes?: boolean;
  /** Asked before each command. */
  readonly fault?: (line: string) => Fault | undefined;
}

interface Message {
  readonly uid: number;
  readonly raw: string;
  flags: string[];
}

/** The mailboxes of one user, and a server for them. */
export class Account {
  readonly mailboxes = new Map<string, Message[]>([['INBOX', []]]);
  readonly subscribed = new Set<string>();
  /** Names that are no mailboxes, but have some below them, or had. */
  readonly levels = new Set<string>();
  /** Every command that came, without its tag; a password as it came. */
  readonly heard: string[] = [];
  readonly options: AccountOptions;
  #uids = 0;

  constructor(options: AccountOptions = {}) {
    this.options = options;
  }

  get delimiter(): string | null {
    return this.options.delimiter === undefined ? '/' : this.options.delimiter;
  }

  add(mailbox: string, raw: string, flags: readonly string[] = []): Message {
    const message = { uid: ++this.#uids, raw, flags: [...flags] };
    this.mailboxes.get(mailbox)!.push(message);
    return message;
  }

  /** Everything that a user would see. */
  snapshot(): unknown {
    const mailboxes = [...this.mailboxes].map(([name, messages]) => [
      name,
      messages.map(({ raw, flags }) => [raw, flags.toSorted()]),
    ]);
    return { mailboxes, subscribed: [...this.subscribed], levels: [...this.levels] };
  }

  session(): Session {
    return new Session(this);
  }

  /** A connection in memory. */
  readonly connect: Connect = async () => {
    const { client, server } = memoryPair();
    const session = this.session();
    void (async () => {
      await server.send(session.greeting);
      for await (const chunk of server.readable) {
        for (const reply of session.receive(new TextDecoder().decode(chunk))) {
          if (reply === null) server.close();
          else await server.send(reply);
        }
      }
    })().catch(() => {}); // the client has hung up
    return client;
  };
}

/** One connection: takes what the client sends and gives what is to be sent back; null to hang up behind it. */
export class Session {
  readonly greeting: string;
  readonly #account: Account;
  #unread = '';
  #selected: string | null = null;
  #stalled = false;
  #expectsLiteral: { readonly command: string; readonly size: number } | null = null;

  constructor(account: Account) {
    this.#account = account;
    this.greeting = `${account.options.greeting ?? '* OK ready'}\r\n`;
  }

  receive(text: string): readonly (string | null)[] {
    this.#unread += text;
    const replies: (string | null)[] = [];
    for (let reply = this.#next(); reply !== undefined; reply = this.#next()) replies.push(...reply);
    return this.#stalled ? [] : replies;
  }

  #next(): readonly (string | null)[] | undefined {
    if (this.#expectsLiteral !== null) {
      const { command, size } = this.#expectsLiteral;
      if (this.#unread.length < size + 2) return undefined;
      const literal = this.#unread.slice(0, size);
      this.#unread = this.#unread.slice(size + 2);
      this.#expectsLiteral = null;
      return this.#answer(command, literal);
    }
    const end = this.#unread.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 2);
    const announced = /\{(\d+)\}$/.exec(line);
    if (announced === null) return this.#answer(line, '');
    this.#expectsLiteral = { command: line, size: Number(announced[1]) };
    return ['+ go on\r\n'];
  }

  #answer(line: string, literal: string): readonly (string | null)[] {
    const [, tag = '', command = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    this.#account.heard.push(command);
    const fault = this.#account.options.fault?.(command);
    if (fault === 'stall') this.#stalled = true;
    if (fault === 'stall' || fault === 'cut') return [null];
    if (fault === 'BYE') return ['* BYE going down\r\n', null];
    if (fault === 'NO' || fault === 'BAD') return [`${tag} ${fault} as the test wants it: ${command}\r\n`];
    const untagged = this.#do(command, literal);
    if (fault === 'cut behind') return [null];
    const status = untagged === null ? 'NO there is none' : 'OK done';
    const lines = (untagged ?? []).map((item) => `* ${item}\r\n`).join('');
    return [`${lines}${tag} ${status}\r\n`, ...(command === 'LOGOUT' ? [null] : [])];
  }

  /** Does what was asked; the untagged answers, or null for NO. */
  #do(command: string, literal: string): string[] | null {
    const { mailboxes, subscribed, levels, options, delimiter } = this.#account;
    const [name = '', ...args] = command.match(/"(?:\\.|[^"\\])*"|\([^)]*\)|\S+/g) ?? [];
    const [first = '', second = ''] = args.map((arg) =>
      arg.startsWith('"') ? arg.slice(1, -1).replaceAll(/\\(.)/g, '$1') : arg,
    );
    const selected = mailboxes.get(this.#selected ?? '') ?? [];
    const inFront = options.prefix ?? '';
    switch (name) {
      case 'CAPABILITY':
        return [`CAPABILITY ${options.capabilities ?? 'IMAP4rev1 NAMESPACE UIDPLUS'}`];
      case 'NAMESPACE':
        return [`NAMESPACE (("${inFront}" ${quoted(delimiter)})) NIL NIL`];
      case 'LIST':
        if (second === '') return [`LIST (\\Noselect) ${quoted(delimiter)} ""`];
        return matching([...mailboxes.keys(), ...levels], first + second).map(
          (box) => `LIST () ${quoted(delimiter)} "${box}"`,
        );
      case 'LSUB':
        return matching(subscribed, first + second).map((box) => `LSUB () ${quoted(delimiter)} "${box}"`);
      case 'CREATE':
        if (mailboxes.has(first) || !first.startsWith(inFront)) return null;
        mailboxes.set(first, []);
        for (const [at, letter] of Array.from(first.slice(inFront.length)).entries()) {
          if (letter === delimiter) levels.add(first.slice(0, inFront.length + at));
        }
        if (options.subscribes === true) subscribed.add(first);
        return [];
      case 'RENAME': {
        const renamed = mailboxes.get(first);
        if (renamed === undefined || mailboxes.has(second)) return null;
        mailboxes.delete(first);
        mailboxes.set(second, renamed);
        return [];
      }
      case 'DELETE':
        return mailboxes.delete(first) || levels.delete(first) ? [] : null;
      case 'UNSUBSCRIBE':
        return subscribed.delete(first) ? [] : null;
      case 'APPEND':
        if (!mailboxes.has(first)) return null;
        this.#account.add(first, literal);
        return [];
      case 'SELECT':
        if (!mailboxes.has(first)) return null;
        this.#selected = first;
        return [`${mailboxes.get(first)!.length} EXISTS`, '0 RECENT', 'OK [UIDVALIDITY 7] valid'];
      case 'CLOSE':
        expunge(selected, () => true);
        this.#selected = null;
        return [];
      case 'SEARCH':
        return [`SEARCH ${found(selected, args, (_, at) => at + 1)}`.trimEnd()];
      case 'FETCH':
        return selected.slice(0, 1).map(({ raw }) => `1 FETCH (FLAGS () RFC822 {${raw.length}}\r\n${raw})`);
      case 'STORE':
        for (const message of selected) message.flags = ['\\Deleted'];
        return ['1 FETCH (FLAGS (\\Deleted))'];
      case 'EXPUNGE':
        return expunge(selected, () => true);
      case 'UID':
        return this.#byUid(selected, args);
      default:
        return [];
    }
  }

  #byUid(selected: Message[], [name = '', ...args]: readonly string[]): string[] | null {
    const uids = new Set((args[0] ?? '').split(',').map(Number));
    switch (name) {
      case 'SEARCH':
        return [`SEARCH ${found(selected, args, ({ uid }) => uid)}`.trimEnd()];
      case 'STORE':
        for (const message of selected.filter(({ uid }) => uids.has(uid))) {
          message.flags = message.flags.filter((flag) => flag !== '\\Deleted');
          if (args[1]?.startsWith('+')) message.flags.push('\\Deleted');
        }
        return [];
      case 'EXPUNGE':
        return expunge(selected, ({ uid }) => uids.has(uid));
      default:
        return [];
    }
  }
}

function quoted(delimiter: string | null): string {
  return delimiter === null ? 'NIL' : `"${delimiter}"`;
}

function matching(names: Iterable<string>, pattern: string): string[] {
  const words = pattern.split(/[*%]/).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const expression = new RegExp(`^${words.join('.*')}$`);
  return [...names].filter((name) => expression.test(name));
}

function found(
  messages: readonly Message[],
  criteria: readonly string[],
  number: (message: Message, at: number) => number,
): string {
  const needle = (criteria.at(-1) ?? '').replaceAll('"', '');
  const matches = (message: Message): boolean =>
    criteria[0] === 'ALL' ||
    (criteria[0] === 'DELETED' ? message.flags.includes('\\Deleted') : message.raw.includes(needle));
  return messages.flatMap((message, at) => (matches(message) ? [number(message, at)] : [])).join(' ');
}

function expunge(messages: Message[], which: (message: Message) => boolean): string[] {
  const gone: string[] = [];
  for (const message of messages.filter(({ flags }) => flags.includes('\\Deleted')).filter(which)) {
    const at = messages.indexOf(message);
    messages.splice(at, 1);
    gone.push(`${at + 1} EXPUNGE`);
  }
  return gone;
}
