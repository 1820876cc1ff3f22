// IDLE: what CPython's tests ask of it, and that nothing is lost around it.

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { IMAP4 } from './index.ts';
import type { IdleEvent, IMAP4Options } from './index.ts';
import { ScriptedServer, type Answer } from './scripted-server.ts';

/** Agrees, sends the lines, waits for DONE, sends one more line behind it. */
const idling =
  (before: string, after: string): Answer =>
  async ({ tag }, server) => {
    await server.send(`* 0 EXISTS\r\n+ idling\r\n${before}`);
    const line = await server.line();
    await server.send(
      line === 'DONE\r\n' ? `${after}${tag} OK Idle completed\r\n` : `${tag} BAD Expected DONE\r\n`,
    );
  };

const news =
  '* 2 EXISTS\r\n' +
  '* 1 FETCH (BODY[HEADER.FIELDS (DATE)] {41}\r\nDate: Fri, 06 Dec 2024 06:00:00 +0000\r\n\r\n)\r\n' +
  '* 3 EXISTS\r\n';
const date = new TextEncoder().encode('Date: Fri, 06 Dec 2024 06:00:00 +0000\r\n\r\n');
const events: IdleEvent[] = [
  ['EXISTS', ['0']],
  ['EXISTS', ['2']],
  ['FETCH', [['1 (BODY[HEADER.FIELDS (DATE)] {41}', date], ')']],
  ['EXISTS', ['3']],
];

async function ready(answer: Answer, capabilities = 'IMAP4rev1 IDLE', options: IMAP4Options = {}) {
  const server = new ScriptedServer({ capabilities, answers: { IDLE: answer } });
  const M = new IMAP4('', 143, { transport: server.transport, ...options });
  onTestFinished(() => M.shutdown());
  await M.login('user', 'pass');
  server.takeSent();
  return { M, server };
}

async function take(idle: AsyncIterable<IdleEvent>, count: number): Promise<IdleEvent[]> {
  const taken: IdleEvent[] = [];
  for await (const event of idle) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const reason = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it was not rejected',
    (thrown: unknown) => thrown,
  );

describe('idle', () => {
  test('yields one response at a time, and ends with DONE when the loop is left', async () => {
    const { M, server } = await ready(idling(news, '* 9 RECENT\r\n'));
    expect(await take(M.idle(), 4)).toEqual(events);
    expect(server.takeSent()).toBe('{tag} IDLE\r\nDONE\r\n');
    expect(M.state).toBe('AUTH');
    expect(await M.response('EXISTS')).toEqual(['EXISTS', [null]]);
    expect(await M.response('RECENT')).toEqual(['RECENT', ['9']]);
    expect((await M.noop())[0]).toBe('OK');
  });

  test('what was not read is kept, in order, for response()', async () => {
    const { M } = await ready(idling(`${news}* 1 RECENT\r\n`, '* 9 RECENT\r\n'));
    const idler = await M.idle().start();
    expect(await take(idler, 1)).toEqual(events.slice(0, 1));
    expect(M.state).toBe('IDLING');
    expect(await take(idler, 2)).toEqual(events.slice(1, 3));
    await idler.done();
    expect(await M.response('EXISTS')).toEqual(['EXISTS', ['3']]);
    expect(await M.response('RECENT')).toEqual(['RECENT', ['1', '9']]);
  });

  test('burst yields what comes together', async () => {
    const { M, server } = await ready(idling(news, ''));
    const idler = await M.idle(30).start();
    const first: IdleEvent[] = [];
    for await (const event of idler.burst(0.05)) first.push(event);
    expect(first).toEqual(events);
    await server.send('* 4 EXISTS\r\n');
    const second: IdleEvent[] = [];
    for await (const event of idler.burst(0.05)) second.push(event);
    expect(second).toEqual([['EXISTS', ['4']]]);
    await idler.done();
  });

  test('ends by itself after its duration; what is there already is yielded first', async () => {
    const { M, server } = await ready(idling('', ''));
    expect(await take(M.idle(0.05), Infinity)).toEqual([['EXISTS', ['0']]]);
    expect(server.takeSent()).toBe('{tag} IDLE\r\nDONE\r\n');
    expect(await take(M.idle(0), Infinity)).toEqual([['EXISTS', ['0']]]);
  });

  test('a response that is cut in the middle when the time is over is not lost', async () => {
    const { M, server } = await ready(idling('* 1 EX', 'ISTS\r\n'));
    expect(await take(M.idle(0.05), Infinity)).toEqual([['EXISTS', ['0']]]);
    expect(await M.response('EXISTS')).toEqual(['EXISTS', ['1']]);
    expect(server.takeSent()).toBe('{tag} IDLE\r\nDONE\r\n');
  });

  test('an idler can be used again', async () => {
    const { M } = await ready(idling('', ''));
    const idler = M.idle();
    expect(await take(idler, 1)).toHaveLength(1);
    expect(await take(idler, 1)).toHaveLength(1);
  });

  test('other commands are illegal meanwhile', async () => {
    const { M, server } = await ready(idling('', ''));
    const idler = await M.idle().start();
    expect(await reason(M.noop())).toMatchObject({
      name: 'error',
      message: 'command NOOP illegal in state IDLING, only allowed in states NONAUTH, AUTH, SELECTED, LOGOUT',
    });
    expect(server.takeSent()).toBe('{tag} IDLE\r\n');
    await idler.done();
    expect((await M.noop())[0]).toBe('OK');
  });

  test('logout ends it', async () => {
    const { M, server } = await ready(idling('', ''));
    const idler = await M.idle().start();
    expect((await M.logout())[0]).toBe('BYE');
    expect(server.takeSent()).toBe('{tag} IDLE\r\nDONE\r\n{tag} LOGOUT\r\n');
    await idler.done();
  });

  test('what a loop throws goes on, behind DONE', async () => {
    const { M, server } = await ready(idling('', ''));
    const thrown = new Error('mine');
    const loop = async () => {
      for await (const event of M.idle()) throw Object.assign(thrown, { event });
    };
    expect(await reason(loop())).toBe(thrown);
    expect(server.takeSent()).toBe('{tag} IDLE\r\nDONE\r\n');
  });
});

describe('idle that cannot be', () => {
  test('a server without IDLE', async () => {
    const { M, server } = await ready(idling('', ''), 'IMAP4rev1');
    expect(await reason(M.idle().start())).toMatchObject({ message: 'Server does not support IMAP4 IDLE' });
    expect(server.takeSent()).toBe('');
  });

  test('a server that refuses', async () => {
    const { M } = await ready(['{tag} NO IDLE is not allowed at this time\r\n']);
    expect(await reason(take(M.idle(), 1))).toMatchObject({
      name: 'error',
      message: "idle denied: [b'IDLE is not allowed at this time']",
    });
    expect(M.state).toBe('AUTH');
    expect((await M.noop())[0]).toBe('OK');
  });

  test('an idler that was refused can be tried again', async () => {
    const { M, server } = await ready(['{tag} NO not yet\r\n']);
    const idler = M.idle();
    expect(await reason(idler.start())).toBeInstanceOf(IMAP4.error);
    server.answers['IDLE'] = idling('', '');
    expect(await take(idler, 1)).toEqual([['EXISTS', ['0']]]);
  });

  test('a server that answers anything else', async () => {
    const { M } = await ready(['{tag} OK what?\r\n']);
    expect(await reason(M.idle().start())).toMatchObject({
      name: 'abort',
      message: "unexpected status response: b'what?'",
    });
  });

  test('a server that says nothing: TimeoutError', async () => {
    const { M } = await ready(() => new Promise<void>(() => {}), 'IMAP4rev1 IDLE', { timeout: 0.5 });
    expect(await reason(M.idle().start())).toMatchObject({ name: 'TimeoutError' });
    expect(M.state).toBe('AUTH');
  });

  test('BYE is yielded, then the loop fails with the end of the connection', async () => {
    const { M } = await ready(async (_, server) => {
      await server.send('+ idling\r\n* BYE idle for too long\r\n');
      server.server.close();
    });
    const seen: IdleEvent[] = [];
    const loop = async () => {
      for await (const event of M.idle()) seen.push(event);
    };
    expect(await reason(loop())).toMatchObject({
      name: 'abort',
      message: 'command: IDLE => idle for too long',
    });
    expect(seen).toEqual([['BYE', ['idle for too long']]]);
  });

  test('nobody needs to listen when the connection ends while nobody reads', async () => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unhandled);
    const { M, server } = await ready(idling('', ''));
    await M.idle().start();
    server.server.fail();
    await M.closed;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
