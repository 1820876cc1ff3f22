import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../transport/byte-stream.ts';
import { failure, openSession, say, settled, type Opened } from './testing/opened.ts';
import type { Request } from './request.ts';

const compress = (more: Partial<Request> = {}): Request =>
  say('COMPRESS DEFLATE', { name: 'COMPRESS', barrier: true, switchesLayer: true, ...more });

/** A layer that turns every letter into the other case, both ways. */
function otherCase(below: ByteStream): ByteStream {
  const turn = (): TransformStream<Uint8Array, Uint8Array> =>
    new TransformStream({
      transform: (chunk, controller) =>
        controller.enqueue(
          chunk.map((octet) => (/[a-z]/i.test(String.fromCharCode(octet)) ? octet ^ 32 : octet)),
        ),
    });
  const up = turn();
  up.readable.pipeTo(below.writable).catch(() => {});
  return {
    readable: below.readable.pipeThrough(turn()),
    writable: up.writable,
    get info() {
      return below.info;
    },
    close: (reason) => below.close(reason),
  };
}

async function compressed(): Promise<Opened> {
  const opened = await openSession();
  const { session, script } = opened;
  const done = session.execute(compress());
  await script.play('C: $ COMPRESS DEFLATE\nS: $ OK begin');
  await done;
  await session.replaceStream(otherCase);
  return opened;
}

describe('a layer put on the stream', () => {
  it('carries everything behind the command, and nothing before', async () => {
    const { session, script } = await openSession();
    const done = session.execute(compress());
    const next = session.execute(say('NOOP'));
    await script.play('C: $ COMPRESS DEFLATE');
    await script.silence();
    await script.play('S: $ OK begin');
    expect(await done).toMatchObject({ status: 'OK', text: 'begin' });
    await script.silence();
    expect(session.idle).toBe(false);
    const plain = session.stream;
    await session.replaceStream(otherCase);
    expect(session.stream).not.toBe(plain);
    expect(session.info).toBe(plain.info);
    await script.play('C: t1 noop\nS: t1 ok DONE');
    expect(await next).toMatchObject({ status: 'OK', text: 'done' });
  });

  it('refused, nothing changes', async () => {
    const { session, script } = await openSession();
    const done = session.execute(compress());
    await script.play('C: $ COMPRESS DEFLATE\nS: $ NO not here');
    expect(await done).toMatchObject({ status: 'NO' });
    await expect(session.replaceStream(otherCase)).rejects.toThrow('belongs behind a command');
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    await noop;
  });

  it('is closed with the session, and closes what is below it', async () => {
    const { session, script } = await compressed();
    session.close();
    await script.end();
    expect(await session.closed).toBeNull();
  });

  it('tells of the end of what is below it', async () => {
    const { session, server } = await compressed();
    server.close();
    expect(await session.closed).toMatchObject({ message: 'the connection is lost: the server closed it' });
  });

  it('tells of the cut of what is below it', async () => {
    const { session, server } = await compressed();
    const noop = failure(session.execute(say('NOOP')));
    server.fail();
    expect(await noop).toMatchObject({ name: 'ImapConnectionError' });
    expect(await session.closed).toMatchObject({ name: 'ImapConnectionError' });
  });

  it.each(['in the same chunk', 'in the next one'])('fails where bytes follow the OK %s', async (where) => {
    const { session, script } = await openSession();
    const done = session.execute(compress());
    done.catch(() => {});
    await script.play('C: $ COMPRESS DEFLATE');
    if (where === 'in the same chunk') await script.say('T0 OK begin\r\n* BYE');
    else await Promise.all([script.say('T0 OK begin\r\n'), script.say('* BYE')]);
    expect(await settled(session.closed)).toMatchObject({
      message: expect.stringContaining('the server sent bytes behind its answer to COMPRESS'),
    });
    await expect(session.replaceStream(otherCase)).rejects.toMatchObject({ name: 'ImapConnectionError' });
    await script.end();
  });

  it('that cannot be made ends the session', async () => {
    const { session, script } = await openSession();
    const done = session.execute(compress());
    await script.play('C: $ COMPRESS DEFLATE\nS: $ OK');
    await done;
    const cause = new Error('no DecompressionStream here');
    const replaced = session.replaceStream(() => {
      throw cause;
    });
    await expect(replaced).rejects.toMatchObject({
      message: 'COMPRESS failed: no DecompressionStream here',
      cause,
    });
    expect(await session.closed).toMatchObject({ cause });
    await script.end();
  });
});
