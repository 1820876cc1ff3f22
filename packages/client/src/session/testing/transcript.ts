// Plays the server from a readable script, for tests: what it says, and what the client must say, line by line.
//
//   S: * OK ready                 consecutive lines of the server leave as one chunk
//   C: $ LOGIN {4}                `$` in front of a client's line is its tag, whatever that is
//   S: + go on
//   C: user secret                a literal of the client is a line like any other, if it holds none
//   S: $ OK done                  `$` is the last tag, `$1` the first one, `$2` the second one

import type { MemoryServer } from '../../transport/pair.ts';

/** So many turns of the event loop without a byte, and the client is taken to be silent. In memory a few suffice. */
const TURNS = 50;
// Kept from before a test puts its own clock in place.
const nextTurn = globalThis.setImmediate;

/** The server's end of a connection in memory, with a script. */
export class Transcript {
  readonly #server: MemoryServer;
  readonly #tags: string[] = [];
  readonly #said: string[] = [];
  #unread = '';
  #ended = false;

  constructor(server: MemoryServer) {
    this.#server = server;
    void this.#read();
  }

  /** The last tag, or the one with this number, counted from 1. */
  tag(number = this.#tags.length): string {
    return this.#tags[number - 1] ?? '(no tag yet)';
  }

  /** Says and hears what the script has; throws with both lines where the client says something else. */
  async play(script: string): Promise<void> {
    let chunk = '';
    for (const [, from, text = ''] of script.matchAll(/^[ \t]*([CS]):[ ]?(.*)$/gm)) {
      if (from === 'S') {
        chunk += `${this.#withTags(text)}\r\n`;
        continue;
      }
      if (chunk !== '') await this.say(chunk);
      chunk = '';
      await this.#hear(text);
    }
    if (chunk !== '') await this.say(chunk);
  }

  /** Sends text as it is, in one chunk. */
  async say(text: string): Promise<void> {
    this.#said.push(...text.split('\r\n').flatMap((line) => (line === '' ? [] : [`  S: ${line}`])));
    await this.#server.send(text);
  }

  /** Throws where the client says anything more. */
  async silence(): Promise<void> {
    await this.#settle(() => this.#unread !== '');
    if (this.#unread !== '') this.#differs('', this.#unread.trimEnd());
  }

  /** Throws unless the client has closed the connection, without another word. */
  async end(): Promise<void> {
    await this.#settle(() => this.#ended);
    if (this.#unread !== '') this.#differs('', this.#unread.trimEnd());
    if (!this.#ended) throw new Error(this.#context('  the client should have closed the connection here'));
  }

  #withTags(text: string): string {
    return text.replace(/^\$(\d*)/, (_, number: string) =>
      this.tag(number === '' ? undefined : Number(number)),
    );
  }

  async #hear(expected: string): Promise<void> {
    await this.#settle(() => this.#unread.includes('\n') || this.#ended);
    const end = this.#unread.indexOf('\n') + 1;
    if (end === 0)
      this.#differs(expected, this.#unread === '' ? '(nothing)' : `${this.#unread} (no line end)`);
    const line = this.#unread.slice(0, end).replace(/\r?\n$/, '');
    this.#unread = this.#unread.slice(end);
    let wanted = expected;
    if (expected.startsWith('$')) {
      const [tag = ''] = line.split(' ', 1);
      this.#tags.push(tag);
      wanted = expected.replace('$', () => tag);
    }
    if (line !== wanted) this.#differs(wanted, line);
    this.#said.push(`  C: ${line}`);
  }

  async #read(): Promise<void> {
    const reader = this.#server.readable.getReader();
    const decoder = new TextDecoder();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        this.#unread += decoder.decode(next.value, { stream: true });
      }
    } catch {
      // Cut by the test: what the client said before is still compared.
    }
    this.#ended = true;
  }

  async #settle(isDone: () => boolean): Promise<void> {
    for (let turn = 0, seen = this.#unread.length; turn < TURNS && !isDone(); turn++) {
      await new Promise((resolve) => nextTurn(resolve));
      if (this.#unread.length !== seen) turn = 0;
      seen = this.#unread.length;
    }
  }

  #differs(expected: string, found: string): never {
    throw new Error(this.#context(`- C: ${expected === '' ? '(nothing)' : expected}\n+ C: ${found}`));
  }

  #context(text: string): string {
    return `the client left the script (- wanted, + said):\n${[...this.#said.slice(-12), text].join('\n')}`;
  }
}
