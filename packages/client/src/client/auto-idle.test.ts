import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, nextTurn, settled } from '../session/testing/opened.ts';
import { openClient } from './testing/opened.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const MINUTE = 60_000;

describe('IDLE by itself', () => {
  it('begins after a second, ends for a call, only after +, and begins again', async () => {
    const { client, script, told } = await openClient({ autoIdle: true });
    await pass(999);
    await script.silence();
    await pass(1);
    await script.play('C: $ IDLE');
    const noop = client.noop();
    await script.silence();
    await script.play(`
      S: + idling
      C: DONE
      S: * 4 EXISTS
      S: $ OK
      C: $ NOOP
      S: $ OK
    `);
    await noop;
    expect(told).toEqual(['exists 4 3']);
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
  });

  it('goes on over a line that is too long, which is warned of', async () => {
    const { client, script, told } = await openClient({ autoIdle: true, limits: { line: 1000 } });
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
    await script.say(`* 1 FETCH (FLAGS (${'a'.repeat(2000)}))\r\n`);
    await nextTurn();
    expect(told).toEqual([expect.stringMatching(/^warning .*line of more than 1000 bytes/)]);
    const noop = client.noop();
    await script.play('C: DONE\nS: $ OK\nC: $ NOOP\nS: $ OK');
    await noop;
  });

  it('failed by a line that is too long is ended all the same', async () => {
    const { client, script } = await openClient({ autoIdle: true, limits: { line: 1000 } });
    await pass(1000);
    await script.play('C: $ IDLE');
    await script.say(`* 1 FETCH (FLAGS (${'a'.repeat(2000)}))\r\n`);
    await script.play('S: + idling\nC: DONE\nS: $ OK');
    await nextTurn();
    const noop = client.noop();
    await script.play('C: $ NOOP\nS: $ OK');
    await noop;
    expect(client.state).toBe('selected');
  });

  it('is renewed before the server loses patience', async () => {
    const { client, script } = await openClient({ autoIdle: true });
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
    await nextTurn();
    await pass(28 * MINUTE - 1);
    await script.silence();
    await pass(1);
    await script.play('C: DONE\nS: $ OK');
    await nextTurn();
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
    expect(await settled(client.closed)).toBe('pending');
  });

  it('waits while a call is under way', async () => {
    const { client, script } = await openClient({ autoIdle: true });
    const noop = client.noop();
    await script.play('C: $ NOOP');
    await pass(10_000);
    await script.silence();
    await script.play('S: $ OK');
    await noop;
    await pass(1000);
    await script.play('C: $ IDLE');
    expect(script.tag(3)).not.toBe(script.tag(2));
  });

  it('begins again after a call that was refused before it was sent', async () => {
    const { client, script } = await openClient({ autoIdle: true });
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
    await nextTurn();
    const refused = failure(client.create('a\0'));
    await script.play('C: DONE\nS: $ OK');
    expect(await refused).toBeInstanceOf(RangeError);
    await pass(1000);
    await script.play('C: $ IDLE');
  });

  it('needs a selected mailbox, and to be allowed', async () => {
    const unselected = await openClient({ autoIdle: true, selected: false });
    const forbidden = await openClient({ autoIdle: false });
    await pass(10 * MINUTE);
    await unselected.script.silence();
    await forbidden.script.silence();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['is not there', 'UIDPLUS', ''],
    ['is refused', 'IDLE', 'C: $ IDLE\nS: $ NO not for you'],
    ['is part of IMAP4rev2 and refused', 'IMAP4rev2', 'C: $ IDLE\nS: $ BAD what?'],
  ])('asks every minute with NOOP where it %s', async (_how, capabilities, dialogue) => {
    const { script } = await openClient({ autoIdle: true, capabilities });
    if (dialogue !== '') await pass(1000);
    await script.play(dialogue);
    await nextTurn();
    for (let count = 0; count < 3; count++) {
      await pass(59_000);
      await script.silence();
      await pass(1000);
      await script.play('C: $ NOOP\nS: $ OK');
      await nextTurn();
    }
    expect(vi.getTimerCount()).toBe(1);
  });

  it('leaves no timer behind the connection', async () => {
    const { client, script, server } = await openClient({ autoIdle: true });
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
    server.close();
    await client.closed;
    await nextTurn();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends for logout', async () => {
    const { client, script } = await openClient({ autoIdle: true });
    await pass(1000);
    await script.play('C: $ IDLE\nS: + idling');
    const done = client.logout();
    await script.play('C: DONE\nS: $ OK\nC: $ LOGOUT\nS: * BYE\nS: $ OK');
    await done;
    expect(await client.closed).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a loop over events', () => {
  it('idles at once, gives events as they come, and lets other calls in between', async () => {
    const { client, script } = await openClient();
    const events = client.idle()[Symbol.asyncIterator]();
    const first = events.next();
    await pass(0);
    await script.play('C: $ IDLE\nS: + idling\nS: * 4 EXISTS\nS: * 1 FETCH (FLAGS ())');
    expect((await first).value).toEqual({ type: 'exists', count: 4, previous: 3 });
    expect((await events.next()).value).toMatchObject({ type: 'fetch', message: { sequence: 1 } });
    const noop = client.noop();
    await script.play('C: DONE\nS: $3 OK\nC: $ NOOP\nS: * 2 EXPUNGE\nS: $ OK'.replace('$3', '$2'));
    await noop;
    expect((await events.next()).value).toEqual({ type: 'expunge', sequence: 2 });
    await events.return?.();
    await pass(10_000);
    await script.silence();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with its signal, and IDLE with it', async () => {
    const { client, script } = await openClient();
    const abort = new AbortController();
    const loop = (async () => {
      const types: string[] = [];
      for await (const event of client.idle({ signal: abort.signal })) types.push(event.type);
      return types;
    })();
    await nextTurn();
    await pass(0);
    await script.play('C: $ IDLE\nS: + idling\nS: * 4 EXISTS');
    await nextTurn();
    abort.abort();
    expect(await loop).toEqual(['exists']);
    await script.play('C: DONE\nS: $ OK');
    await nextTurn();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('beside another one goes on when that one ends', async () => {
    const { client, script } = await openClient();
    const abort = new AbortController();
    const loop = (async () => {
      for await (const event of client.idle({ signal: abort.signal })) void event;
    })();
    const other = client.idle()[Symbol.asyncIterator]();
    const next = other.next();
    await pass(0);
    await script.play('C: $ IDLE\nS: + idling');
    abort.abort();
    await loop;
    await script.silence();
    await script.play('S: * 9 EXISTS');
    expect((await next).value).toMatchObject({ type: 'exists', count: 9 });
    await other.return?.();
    await script.play('C: DONE\nS: $ OK');
  });

  it('under an aborted signal is empty', async () => {
    const { client, script } = await openClient();
    const events: unknown[] = [];
    for await (const event of client.idle({ signal: AbortSignal.abort() })) events.push(event);
    expect(events).toEqual([]);
    await pass(10_000);
    await script.silence();
  });

  it('over a connection that has been logged out is empty', async () => {
    const { client, script } = await openClient();
    const done = client.logout();
    await script.play('C: $ LOGOUT\nS: * BYE\nS: $ OK');
    await done;
    const events: unknown[] = [];
    for await (const event of client.idle()) events.push(event);
    expect(events).toEqual([]);
  });
});
