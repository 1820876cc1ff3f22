// The mailbox's events as a loop.

import { ImapLimitError } from '../session/errors.ts';
import type { ClientRunner } from './client-runner.ts';
import type { CallOptions, MailboxEvent } from './types.ts';

/** A loop that falls this far behind has forgotten to read. */
const MOST_EVENTS = 100_000;

/** Gives exists, expunge, vanished and fetch events until the loop is left, `signal` aborts or the connection ends. */
export async function* eventsOf(
  runner: ClientRunner,
  { signal }: CallOptions,
): AsyncGenerator<MailboxEvent, void, undefined> {
  const { events, idling } = runner;
  let queue: MailboxEvent[] = [];
  let wake: () => void = () => {};
  let ended: { readonly error: unknown } | null = null;
  const end = (error: unknown): void => {
    ended ??= { error };
    wake();
  };
  const push = (event: MailboxEvent): void => {
    if (queue.length >= MOST_EVENTS)
      end(new ImapLimitError(`more than ${MOST_EVENTS} events wait to be read`, 'events'));
    else queue.push(event);
    wake();
  };
  const stop = [
    events.on('exists', (event) => push({ type: 'exists', ...event })),
    events.on('expunge', (event) => push({ type: 'expunge', ...event })),
    events.on('vanished', (event) => push({ type: 'vanished', ...event })),
    events.on('fetch', (event) => push({ type: 'fetch', ...event })),
    events.on('resync', (event) => push({ type: 'resync', ...event })),
    events.on('close', ({ error }) => end(error)),
  ];
  const abort = (): void => end(null);
  signal?.addEventListener('abort', abort, { once: true });
  if (runner.state === 'logout') void runner.closed.then(end);
  if (signal?.aborted === true) end(null);
  const release = idling.hold();
  try {
    for (;;) {
      if (queue.length > 0) {
        // All at once: to move the others up for each one would be quadratic.
        const waited = queue;
        queue = [];
        for (const event of waited) yield event;
        continue;
      }
      const over = ended as { readonly error: unknown } | null;
      if (over !== null) {
        if (over.error !== null) throw over.error;
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    release();
    signal?.removeEventListener('abort', abort);
    for (const off of stop) off();
  }
}
