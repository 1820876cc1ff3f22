import { expect, it } from 'vitest';
import type { ClientRunner } from './client-runner.ts';
import { Emitter } from './emitter.ts';
import { eventsOf } from './event-iterator.ts';
import type { ClientEvents, ClientState } from './types.ts';

function runnerIn(state: ClientState, closed: Promise<Error | null> = new Promise(() => {})) {
  const events = new Emitter<ClientEvents>();
  return { events, state, closed, idling: { hold: () => () => {} } };
}

it('a loop that is far behind all the time is given its events without delay', async () => {
  const runner = runnerIn('selected');
  const loop = eventsOf(runner as unknown as ClientRunner, {});
  const first = loop.next();
  const most = 90_000;
  for (let count = 1; count <= most; count++) runner.events.emit('exists', { count, previous: count - 1 });
  expect(await first).toMatchObject({ value: { type: 'exists', count: 1 } });
  const begun = performance.now();
  for (let count = 2; count <= most; count++) {
    const { value } = await loop.next();
    if (value?.type !== 'exists' || value.count !== count) expect(value).toMatchObject({ count });
    runner.events.emit('exists', { count: most + count, previous: 0 });
  }
  // A few hundred; it had been ten seconds.
  expect(performance.now() - begun).toBeLessThan(3000);
  await loop.return();
});

it('a loop that begins when the connection is lost, and may be made anew, can be aborted', async () => {
  const giveUp = new AbortController();
  const loop = eventsOf(runnerIn('logout') as unknown as ClientRunner, { signal: giveUp.signal });
  const next = loop.next();
  giveUp.abort();
  expect(await next).toEqual({ value: undefined, done: true });
});

it('a loop that begins behind the end fails with why it came', async () => {
  const loop = eventsOf(
    runnerIn('logout', Promise.resolve(new Error('lost'))) as unknown as ClientRunner,
    {},
  );
  await expect(loop.next()).rejects.toThrow('lost');
});
