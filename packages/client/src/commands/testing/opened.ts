// A runner over a connection in memory, for tests of commands.

import { lineOf, openSession, type Opened } from '../../session/testing/opened.ts';
import type { SessionState } from '../../session/request.ts';
import type { Runner } from '../command.ts';

/** A runner, and what it was told. */
export interface OpenedRunner extends Opened {
  readonly runner: Runner;
  /** Responses that turned out not to be the command's own. */
  readonly unasked: string[];
  readonly warnings: string[];
}

/** Opens a session in a state of choice, whose server has all that the commands here can use. */
export async function openRunner({
  state = 'selected',
  capabilities = 'IMAP4rev1 UIDPLUS MOVE UNSELECT IDLE LITERAL+ SASL-IR',
}: { readonly state?: SessionState; readonly capabilities?: string } = {}): Promise<OpenedRunner> {
  const unasked: string[] = [];
  const warnings: string[] = [];
  const opened = await openSession({
    greeting: `* OK [CAPABILITY ${capabilities}] ready`,
    onUntagged: (response) => unasked.push(lineOf(response)),
  });
  const { session } = opened;
  session.enter(state);
  const runner: Runner = {
    session,
    execute: (request) => session.execute(request),
    leave: () => session.enter('authenticated'),
    unasked: (response) => unasked.push(lineOf(response)),
    warn: (error, response) =>
      warnings.push(`${error instanceof Error ? error.message : String(error)} in ${lineOf(response)}`),
    answered: () => {},
  };
  return { ...opened, runner, unasked, warnings };
}
