// A story: one call (or connecting) and the dialogue it makes with the server, step by step, so that a test can let
// something go wrong at each step. Clocks are those of the test: waiting for the client moves them on.

import { vi } from 'vitest';
import { nextTurn } from '../../session/testing/opened.ts';
import { memoryPair, type MemoryServer } from '../../transport/pair.ts';
import { ImapClient } from '../client.ts';
import type { ConnectOptions } from '../types.ts';

/** What the client says, and what the server answers; lines end with \n, `$` is the tag, `$2` the second one. */
export type Step = readonly [hears: string, says: string];

/** One call and its dialogue. */
export interface Story {
  readonly name: string;
  readonly dialogue: readonly Step[];
  /** What the greeting offers where the call is made on a client that is signed in, with INBOX selected. */
  readonly capabilities?: string;
  /** The call; absent where the story is about connecting. */
  readonly act?: (client: ImapClient, signal: AbortSignal) => Promise<unknown>;
  /** How to connect, where the story is about that. */
  readonly connect?: Omit<ConnectOptions, 'transport'>;
  /** It ends in order when it is aborted. */
  readonly endsInOrder?: boolean;
  /** It goes on another way where the server refuses. */
  readonly goesOn?: boolean;
}

/** What became of a promise. */
export type Outcome = { readonly value: unknown } | { readonly error: Error } | 'pending';

const TURNS = 60;

/** Lets everything happen that can, the clock going on a little with each turn. */
export async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  let outcome: Outcome = 'pending';
  promise.then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { error: error as Error }),
  );
  const isPending = (): boolean => outcome === 'pending';
  for (let turn = 0; turn < TURNS && isPending(); turn++) {
    await nextTurn();
    await vi.advanceTimersByTimeAsync(1);
  }
  return outcome;
}

/** The server's part. */
export class Player {
  readonly server: MemoryServer;
  /** Every line of the client. */
  readonly heard: string[] = [];
  readonly #tags: string[] = [];

  constructor(server: MemoryServer) {
    this.server = server;
  }

  /** Counts tags and lines from here on. */
  forget(): void {
    this.heard.length = 0;
    this.#tags.length = 0;
  }

  /** Waits for these lines; throws where the client says something else, or nothing. */
  async hear(lines: string): Promise<void> {
    for (const expected of split(lines)) {
      const outcome = await outcomeOf(this.#line());
      const line = outcome !== 'pending' && 'value' in outcome ? (outcome.value as string | null) : null;
      if (line === null) throw new Error(`the client should have said ${expected}`);
      if (expected.startsWith('$')) this.#tags.push(line.split(' ', 1)[0] ?? '');
      const wanted = expected.replace('$', () => this.#tags.at(-1)!);
      if (line !== wanted) throw new Error(`the client said ${line} in place of ${wanted}`);
    }
  }

  /** The server's lines as bytes, with their tags. */
  answer(lines: string): string {
    return split(lines)
      .map((line) =>
        line.replace(/^\$(\d*)/, (_, n: string) => this.#tags.at(n === '' ? -1 : Number(n) - 1) ?? '*'),
      )
      .map((line) => `${line}\r\n`)
      .join('');
  }

  /** Refuses the last commands that were heard. */
  async refuse(count: number, how: string): Promise<void> {
    for (const tag of this.#tags.slice(-count)) await this.server.send(`${tag} ${how}\r\n`);
  }

  async say(lines: string): Promise<void> {
    await this.server.send(this.answer(lines));
  }

  /** Plays some steps. */
  async play(steps: readonly Step[]): Promise<void> {
    for (const [hears, says] of steps) {
      await this.hear(hears);
      await this.say(says);
    }
  }

  /** From here on every command is answered OK, whatever it is. */
  async oblige(): Promise<void> {
    for (let line = await this.#line(); line !== null; line = await this.#line()) {
      const tag = /^[A-P]{4}\d+(?= )/.exec(line)?.[0];
      if (tag !== undefined) this.#tags.push(tag);
      if (/\{\d+\}$/.test(line)) await this.server.send('+ go on\r\n');
      else if (/^\S+ IDLE$/.test(line)) await this.server.send('+ idling\r\n');
      // Behind the last line of a command: what is more is DONE, the end of an exchange, or of a literal.
      else if (!/\{\d+\+\}$/.test(line)) await this.say('$ OK');
    }
  }

  async #line(): Promise<string | null> {
    const line = await this.server.receiveLine();
    if (line !== null) this.heard.push(line);
    return line;
  }
}

/** A story that has begun: its call is made, and nothing of its dialogue is played. */
export interface Begun {
  readonly player: Player;
  readonly call: Promise<unknown>;
  readonly abort: AbortController;
  /** Null where connecting is the call. */
  readonly client: ImapClient | null;
}

/** Opens the connection and makes the call. */
export async function begin(story: Story): Promise<Begun> {
  const { client: stream, server } = memoryPair({ local: story.connect === undefined });
  const player = new Player(server);
  const abort = new AbortController();
  const options = { transport: () => Promise.resolve(stream), autoIdle: false };
  if (story.act === undefined) {
    const call = ImapClient.connect({ ...options, ...story.connect, signal: abort.signal });
    call.catch(() => {});
    return { player, call, abort, client: null };
  }
  const connecting = ImapClient.connect(options);
  await player.say(`* PREAUTH [CAPABILITY IMAP4rev1 ${story.capabilities ?? ''}] ready`);
  const client = await connecting;
  const selecting = client.select('INBOX');
  await player.play([['$ SELECT INBOX', '* 3 EXISTS\n* OK [UIDVALIDITY 7] x\n$ OK [READ-WRITE] done']]);
  await selecting;
  player.forget();
  const call = story.act(client, abort.signal);
  call.catch(() => {});
  return { player, call, abort, client };
}

function split(lines: string): readonly string[] {
  return lines === '' ? [] : lines.split('\n');
}
