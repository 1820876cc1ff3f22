// One command over a connection in memory, as a row of a table: what it sends, what it is told, what that gives.

import { expect } from 'vitest';
import type { SessionState } from '../../session/request.ts';
import { run, type Command, type Runner } from '../command.ts';
import { openRunner } from './opened.ts';

/** One command, sent and answered. */
export interface Exchange {
  readonly call: (runner: Runner) => Promise<unknown>;
  /** The bytes of the command. */
  readonly sent: string;
  /** What comes before `OK`; `$ …` in place of it. */
  readonly answer?: string;
  readonly gives?: unknown;
  /** What is passed on as not asked for. */
  readonly unasked?: readonly string[];
  /** What is warned of. */
  readonly warns?: string;
  readonly state?: SessionState;
  /** What the server can do besides IMAP4rev1 and LITERAL+; what {@link openRunner} says, where absent. */
  readonly capabilities?: string;
}

/** The call of a command. */
export const call =
  <Args, RowOf, Result>(definition: Command<Args, RowOf, Result>, args: Args) =>
  (runner: Runner): Promise<Result> =>
    run(runner, definition, args);

/** What came of an exchange. */
interface Outcome {
  readonly gives: unknown;
  readonly unasked: readonly string[];
  readonly warnings: readonly unknown[];
}

/** Plays an exchange, and tells what came of it. */
export async function exchange(row: Exchange): Promise<Outcome> {
  const { call: start, sent, answer = '', state = 'selected', capabilities } = row;
  const { runner, script, unasked, warnings } = await openRunner({
    state,
    ...(capabilities === undefined ? {} : { capabilities: `IMAP4rev1 LITERAL+ ${capabilities}` }),
  });
  const result = start(runner);
  const lines = answer.split('\n').map((line) => line.trim());
  if (!lines.some((line) => line.startsWith('$'))) lines.push('$ OK done');
  await script.play(`C: $ ${sent.split('\n').join('\nC: ')}`);
  await script.play(lines.flatMap((line) => (line === '' ? [] : [`S: ${line}`])).join('\n'));
  return { gives: await result, unasked, warnings };
}

/** What should come of it. */
export function outcomeOf({ gives, unasked = [], warns }: Exchange): Outcome {
  return { gives, unasked, warnings: warns === undefined ? [] : [expect.stringContaining(warns)] };
}
