// A server that does all that it may: it answers commands in any order in which their answers can be told apart, and
// mixes in what nobody asked for. What it answers follows from the command's words, so that a test knows it too.

import type { MemoryServer } from '../../transport/pair.ts';
import { nextTurn } from '../../session/testing/opened.ts';
import { expandSet } from '../../wire/set.ts';
import type { Chance } from '../../wire/testing/random.ts';

interface Heard {
  readonly tag: string;
  readonly command: string;
}

/** What a message of this UID holds. */
export function bodyOf(uid: number): string {
  return `* ${uid} OK (no\r\nA1 OK "it is not {3}\r\nend) `.repeat(1 + (uid % 4));
}

/** The UIDs that a search for this text finds. */
export function hitsOf(text: string): number[] {
  const number = Number(text.slice(1));
  return [number, number + 1, number + 5];
}

/** A server on one connection. */
export class Disorderly {
  /** Messages in the mailbox, as the client has been told. */
  exists = 10;
  /** How often the client was told of each, without having asked. */
  readonly unasked = { exists: 0, expunge: 0, fetch: 0, alert: 0 };
  /** The most commands that ever waited for their answers. */
  mostAtOnce = 0;
  readonly #server: MemoryServer;
  readonly #chance: Chance;
  readonly #unanswered: Heard[] = [];
  #ended = false;
  #sent: Promise<void> = Promise.resolve();

  constructor(server: MemoryServer, chance: Chance) {
    this.#server = server;
    this.#chance = chance;
  }

  /** Until the client closes the connection. */
  async run(): Promise<void> {
    const answering = this.#answerAll();
    try {
      for (let heard = await this.#hear(); heard !== null; heard = await this.#hear()) {
        this.#unanswered.push(heard);
        this.mostAtOnce = Math.max(this.mostAtOnce, this.#unanswered.length);
      }
    } catch {
      // Closed in the middle of a command.
    }
    this.#ended = true;
    await answering;
  }

  async #hear(): Promise<Heard | null> {
    let command = '';
    for (;;) {
      const line = await this.#server.receiveLine();
      if (line === null) return null;
      command += line;
      const [, size, isAtOnce] = /\{(\d+)(\+?)\}$/.exec(line) ?? [];
      if (size === undefined) break;
      if (isAtOnce === '') await this.#say('+ go on');
      command += `|${new TextDecoder().decode(await this.#server.receive(Number(size)))}|`;
    }
    const [, tag = '', words = ''] = /^(\S+) (.*)$/s.exec(command) ?? [];
    return { tag, command: words };
  }

  /** One line after the other, whoever says them. */
  #say(line: string): Promise<void> {
    this.#sent = this.#sent.then(() => this.#server.send(`${line}\r\n`)).catch(() => {});
    return this.#sent;
  }

  async #answerAll(): Promise<void> {
    for (;;) {
      for (let turns = this.#chance.below(4); turns >= 0; turns--) await nextTurn();
      const answerable = this.#unanswered.filter((one, at) => this.#mayAnswer(one, at));
      if (answerable.length > 0) await this.#answer(this.#chance.pick(answerable));
      else if (this.#ended) return;
    }
  }

  /** Behind an older one whose answer looks alike, or that changes the state, none may be answered. */
  #mayAnswer(heard: Heard, at: number): boolean {
    const kind = kindOf(heard.command);
    if (kind === 'barrier') return at === 0;
    return this.#unanswered.slice(0, at).every(({ command }) => {
      const before = kindOf(command);
      return before !== 'barrier' && before !== kind;
    });
  }

  async #answer(heard: Heard): Promise<void> {
    // Of a mailbox that is being selected there is no news.
    const isNewsworthy = kindOf(heard.command) !== 'barrier';
    for (const line of this.#linesFor(heard)) {
      if (isNewsworthy && this.#chance.is(0.3)) await this.#interrupt();
      if (this.#chance.is(0.2)) await nextTurn();
      await this.#say(line);
    }
    // No longer: what is said from here on might be taken for the next one's.
    this.#unanswered.splice(this.#unanswered.indexOf(heard), 1);
    const text = `done with ${heard.command.slice(0, 40).replaceAll(/[\r\n]/g, ' ')}`;
    if (/refuse/.test(heard.command)) await this.#say(`${heard.tag} NO [CANNOT] refused ${text}`);
    else await this.#say(`${heard.tag} OK ${codeFor(heard.command)}${text}`);
  }

  /** What nobody has asked for. */
  async #interrupt(): Promise<void> {
    const kind = this.#chance.below(4);
    if (kind === 0) {
      this.unasked.exists++;
      await this.#say(`* ${++this.exists} EXISTS`);
    } else if (kind === 1 && this.exists > 0) {
      this.unasked.expunge++;
      await this.#say(`* ${1 + this.#chance.below(this.exists--)} EXPUNGE`);
    } else if (kind === 2) {
      this.unasked.fetch++;
      await this.#say(`* 1 FETCH (UID ${900 + this.#chance.below(9)} FLAGS (\\Seen $Other))`);
    } else {
      this.unasked.alert++;
      await this.#say('* OK [ALERT] {5} look (up');
    }
  }

  #linesFor({ command }: Heard): string[] {
    if (/refuse/.test(command)) return [];
    const [, fetched = ''] = /^UID FETCH (\S+)/.exec(command) ?? [];
    if (fetched !== '') {
      return expandSet(fetched).map((uid) => {
        const body = bodyOf(uid);
        const literal = `{${body.length}}\r\n${body}`;
        return `* 1 FETCH (${this.#chance.is(0.5) ? `UID ${uid} BODY[1] ${literal}` : `BODY[1] ${literal} UID ${uid}`})`;
      });
    }
    const [, stored = '', flag = ''] = /^UID STORE (\S+) \+FLAGS \((.*)\)/.exec(command) ?? [];
    if (stored !== '') return expandSet(stored).map((uid) => `* 1 FETCH (UID ${uid} FLAGS (${flag}))`);
    const [, text = ''] = /^UID SEARCH SUBJECT (\S+)/.exec(command) ?? [];
    if (text !== '') return [`* SEARCH ${hitsOf(text).join(' ')}`];
    const [, box = ''] = /^STATUS Box(\d+)/.exec(command) ?? [];
    if (box !== '') return [`* STATUS Box${box} (MESSAGES ${box})`];
    const [, pattern = ''] = /^LIST "" (\w+)\*/.exec(command) ?? [];
    if (pattern !== '') return ['a', 'b'].map((end) => `* LIST () "/" ${pattern}${end}`);
    if (/^(?:SELECT|EXAMINE)/.test(command)) {
      return ['* FLAGS (\\Seen)', `* ${this.exists} EXISTS`, '* OK [UIDVALIDITY 7] x'];
    }
    return command === 'LOGOUT' ? ['* BYE bye'] : [];
  }
}

function kindOf(command: string): string {
  const [word = ''] = /^(?:UID )?(\w+)/.exec(command) ?? [];
  if (/^(?:SELECT|EXAMINE|LOGOUT|CLOSE)$/.test(word)) return 'barrier';
  return /^(?:FETCH|STORE)$/.test(word) ? 'FETCH' : word;
}

function codeFor(command: string): string {
  const [, uid = ''] = /^UID COPY (\d+)/.exec(command) ?? [];
  if (uid !== '') return `[COPYUID 7 ${uid} ${Number(uid) + 1000}] `;
  const [, number = ''] = /^APPEND .*\|message (\d+)/s.exec(command) ?? [];
  return number === '' ? '' : `[APPENDUID 7 ${number}] `;
}
