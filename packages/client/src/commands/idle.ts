// IDLE: the server speaks as things happen, until DONE (RFC 2177).
//
//   idle = "IDLE" CRLF "DONE"

import { ImapCommandError } from '../session/errors.ts';
import type { Runner } from './command.ts';
import { authenticated } from './states.ts';

const done = new TextEncoder().encode('DONE');

/**
 * Idles until `stop` resolves, or something else waits to be sent (`onInterrupt`). DONE goes out only after the
 * server has said `+`; before that it would be taken for a command.
 */
export async function idle(
  runner: Runner,
  { stop, onInterrupt }: { readonly stop: Promise<void>; readonly onInterrupt: () => void },
): Promise<void> {
  const { session } = runner;
  const answer = await session.execute({
    name: 'IDLE',
    states: authenticated,
    barrier: true,
    quiet: true,
    write: (out) => out.atom('IDLE'),
    continuation: () => stop.then(() => done),
    interrupt: onInterrupt,
  });
  runner.answered(answer);
  if (answer.status !== 'OK') throw new ImapCommandError('IDLE', answer.status, answer.code, answer.text);
}
