import { describe, expect, it } from 'vitest';
import { Deflating } from '../node/testing/deflating.ts';
import { Session } from '../session/session.ts';
import { failure, openSession, say } from '../session/testing/opened.ts';
import { memoryPair, type MemoryServer } from '../transport/pair.ts';
import { compress, deflate, type CompressOptions } from './compress.ts';
import { starttls } from './starttls.ts';

const capabilities = 'IMAP4rev1 COMPRESS=DEFLATE STARTTLS LITERAL+';

/** The other side of a compressed connection. */
interface Compressed {
  readonly session: Session;
  readonly server: MemoryServer;
  /** The next stored block of the client. */
  readonly hear: () => Promise<string>;
  readonly tell: (text: string | Uint8Array) => Promise<void>;
}

async function compressed(options: CompressOptions = {}): Promise<Compressed> {
  const { client, server } = memoryPair();
  const opening = Session.open({ transport: () => Promise.resolve(client), tagPrefix: 'T' });
  await server.send(`* PREAUTH [CAPABILITY ${capabilities}] ready\r\n`);
  const session = await opening;
  const done = compress(session, options);
  expect(await server.receiveLine()).toBe('T0 COMPRESS DEFLATE');
  await server.send('T0 OK begin\r\n');
  await done;
  const deflating = new Deflating();
  return {
    session,
    server,
    hear: async () => {
      const [, low = 0, high = 0] = await server.receive(5);
      return new TextDecoder().decode(await server.receive(low + 256 * high));
    },
    tell: async (text) => server.send(await deflating.flush(text)),
  };
}

describe('compress', () => {
  it('speaks deflate behind the OK, both ways', async () => {
    const { session, hear, tell } = await compressed();
    const noop = session.execute(say('NOOP'));
    const next = session.execute(say('CHECK'));
    expect(await hear()).toBe('T1 NOOP\r\n');
    expect(await hear()).toBe('T2 CHECK\r\n');
    await tell('* 3 EXISTS\r\nT1 OK done\r\nT2 OK');
    expect(await noop).toMatchObject({ status: 'OK', text: 'done' });
    await tell(' too\r\n');
    expect(await next).toMatchObject({ status: 'OK', text: 'too' });
    session.close();
    expect(await session.closed).toBeNull();
  });

  it('is held back by nothing, and holds back the rest until it is answered', async () => {
    const { session, script } = await openSession({
      greeting: `* PREAUTH [CAPABILITY ${capabilities}] ready`,
    });
    const done = failure(compress(session));
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ COMPRESS DEFLATE');
    await script.silence();
    await script.play('S: $ NO [COMPRESSIONACTIVE] TLS does it\nC: $ NOOP\nS: $ OK');
    expect(await done).toMatchObject({ name: 'ImapCommandError', code: { name: 'COMPRESSIONACTIVE' } });
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it('has no STARTTLS behind it', async () => {
    const { session } = await compressed();
    session.enter('notAuthenticated');
    expect(await failure(starttls(session))).toMatchObject({
      message: 'STARTTLS was not sent: this transport cannot upgrade to TLS',
    });
  });

  it.each(['in the same chunk', 'in the next one'])(
    'refuses plain bytes behind the OK, %s',
    async (where) => {
      const { session, script } = await openSession({
        greeting: `* PREAUTH [CAPABILITY ${capabilities}] ready`,
      });
      const done = compress(session).catch(() => {});
      await script.play('C: $ COMPRESS DEFLATE');
      if (where === 'in the same chunk') await script.say('T0 OK begin\r\n* 5 EXISTS\r\n');
      else await Promise.all([script.say('T0 OK begin\r\n'), script.say('* 5 EXISTS\r\n')]);
      await done;
      // What comes later may be compressed; that it is not ends the session all the same.
      expect(await session.closed).toMatchObject({ name: 'ImapConnectionError' });
      await expect(session.execute(say('NOOP'))).rejects.toThrow('NOOP was not sent');
    },
  );

  it('a bomb is named as one, and ends the connection', async () => {
    const { session, tell, server } = await compressed({ ratio: 5, allowance: 10_000 });
    const noop = failure(session.execute(say('NOOP')));
    tell(new Uint8Array(10_000_000).fill(120)).catch(() => {});
    expect(await noop).toMatchObject({
      name: 'ImapConnectionError',
      cause: { name: 'ImapLimitError', limit: 'ratio' },
    });
    expect(await session.closed).toMatchObject({
      message: expect.stringContaining('connect without compression'),
    });
    server.close();
  });

  it.each([
    ['not deflate', 'memory sent what cannot be inflated.'],
    ['cut', 'memory ended inside a compressed block.'],
  ])('%s ends the connection', async (what, message) => {
    const { session, server } = await compressed();
    const noop = failure(session.execute(say('NOOP')));
    if (what === 'cut') {
      const block = await new Deflating().flush('* OK one\r\n* OK two\r\n');
      await server.send(block.subarray(0, 8));
      server.close();
    } else {
      await server.send('T1 OK in plain words\r\n');
    }
    expect(await noop).toMatchObject({
      name: 'ImapConnectionError',
      message: expect.stringContaining(message),
    });
  });

  it.each(['IMAP4rev1', 'IMAP4rev1 COMPRESS=LZ4'])('needs the server to have it (%s)', async (has) => {
    const { session, script } = await openSession({ greeting: `* PREAUTH [CAPABILITY ${has}] ready` });
    expect(await failure(compress(session))).toMatchObject({
      name: 'ImapCapabilityError',
      capability: 'COMPRESS=DEFLATE',
    });
    await deflate(session);
    await script.silence();
  });

  it('is not for those who have not signed in', async () => {
    const { session, script } = await openSession({ greeting: `* OK [CAPABILITY ${capabilities}] ready` });
    expect(await failure(compress(session))).toMatchObject({ name: 'ImapStateError' });
    await script.silence();
  });
});

describe('deflate', () => {
  it('leaves everything as it is where the server refuses', async () => {
    const { session, script } = await openSession({
      greeting: `* PREAUTH [CAPABILITY ${capabilities}] ready`,
    });
    const done = deflate(session);
    await script.play('C: $ COMPRESS DEFLATE\nS: $ NO [COMPRESSIONACTIVE] TLS does it');
    expect(await done).toBeUndefined();
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it('fails where the connection does', async () => {
    const { session, script, server } = await openSession({
      greeting: `* PREAUTH [CAPABILITY ${capabilities}] ready`,
    });
    const done = failure(deflate(session));
    await script.play('C: $ COMPRESS DEFLATE');
    server.fail();
    expect(await done).toMatchObject({ name: 'ImapConnectionError' });
  });
});
