// A server for the tests: it answers what it is told to, as the handlers of CPython's own tests do, and remembers
// every byte it was sent. One character is one byte.

import { memoryPair, type MemoryPair, type MemoryPairOptions, type MemoryServer } from '../transport/pair.ts';
import type { Connect } from '../transport/byte-stream.ts';

/** Answers one command: texts in which `{tag}` is its tag. Behind a text that ends in a bare `+` line it reads a line. */
export type Answer =
  | readonly string[]
  | ((command: ReceivedCommand, server: ScriptedServer) => Promise<void> | void);

/** A command as it came. */
export interface ReceivedCommand {
  readonly tag: string;
  readonly name: string;
  readonly line: string;
}

export interface ScriptedServerOptions extends MemoryPairOptions {
  readonly greeting?: string;
  readonly capabilities?: string;
  /** By the name of the command; they take the place of the built-in ones. */
  readonly answers?: Readonly<Record<string, Answer>>;
}

/** Plays the server at the other end of a connection in memory. */
export class ScriptedServer {
  readonly pair: MemoryPair;
  readonly transport: Connect = async () => this.pair.client;
  /** Everything the client has sent, tags as `{tag}`, literals and lines one after the other. */
  sent = '';
  capabilities: string;
  readonly answers: Record<string, Answer>;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #unread = '';

  constructor(options: ScriptedServerOptions = {}) {
    this.pair = memoryPair(options);
    this.capabilities = options.capabilities ?? 'IMAP4rev1';
    this.answers = { ...builtIn, ...options.answers };
    this.#chunks = this.pair.server.readable[Symbol.asyncIterator]();
    void this.#run(options.greeting ?? '* OK IMAP4rev1\r\n').catch(() => {}); // the client has hung up
  }

  get server(): MemoryServer {
    return this.pair.server;
  }

  /** What was sent since the last call. */
  takeSent(): string {
    const { sent } = this;
    this.sent = '';
    return sent;
  }

  async send(text: string): Promise<void> {
    await this.server.send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** The next line, CRLF included. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf('\r\n');
      if (end >= 0) return this.#take(end + 2);
      await this.#fill();
    }
  }

  async octets(count: number): Promise<string> {
    while (this.#unread.length < count) await this.#fill();
    return this.#take(count);
  }

  /** Whether nothing has come that was not asked for. */
  get isQuiet(): boolean {
    return this.#unread === '';
  }

  async #run(greeting: string): Promise<void> {
    await this.send(greeting);
    for (;;) {
      const line = await this.line();
      const [tag = '', name = ''] = line.trimEnd().split(' ');
      this.sent = this.sent.slice(0, -line.length) + line.replace(tag, '{tag}');
      const command = { tag, name: name.toUpperCase(), line: line.trimEnd() };
      const answer = this.answers[command.name] ?? [`{tag} BAD ${name} unknown\r\n`];
      if (typeof answer === 'function') await answer(command, this);
      else await this.#reply(command, answer);
    }
  }

  async #reply({ tag }: ReceivedCommand, texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.send(text.replaceAll('{tag}', tag).replaceAll('{capabilities}', this.capabilities));
      if (/^\+[^\r\n]*\r\n$/.test(text)) await this.line();
    }
  }

  #take(length: number): string {
    const taken = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    this.sent += taken;
    return taken;
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw new Error('the client has ended');
    this.#unread += Array.from(value, (octet) => String.fromCharCode(octet)).join('');
  }
}

/** Takes a literal: `+`, its octets, the rest of the line. */
export const takeLiteral: Answer = async ({ tag, name, line }, server) => {
  const size = Number(/\{(\d+)\}$/.exec(line)?.[1]);
  if (!server.isQuiet) throw new Error('octets came before the server asked for them');
  await server.send('+ go ahead\r\n');
  await server.octets(size);
  await server.line();
  await server.send(`${tag} OK ${name} completed\r\n`);
};

const builtIn: Record<string, Answer> = {
  CAPABILITY: ['* CAPABILITY {capabilities}\r\n{tag} OK CAPABILITY completed\r\n'],
  LOGIN: ['{tag} OK LOGIN completed\r\n'],
  SELECT: ['* 2 EXISTS\r\n{tag} OK [READ-WRITE] SELECT completed.\r\n'],
  EXAMINE: ['* 2 EXISTS\r\n{tag} OK [READ-ONLY] EXAMINE completed.\r\n'],
  UNSELECT: ['{tag} OK Returned to authenticated state. (Success)\r\n'],
  NOOP: ['{tag} OK NOOP completed\r\n'],
  APPEND: takeLiteral,
  LOGOUT: async ({ tag }, server) => {
    await server.send(`* BYE IMAP4ref1 Server logging out\r\n${tag} OK LOGOUT completed\r\n`);
    server.server.close();
  },
};
