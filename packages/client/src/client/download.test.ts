import { describe, expect, it } from 'vitest';
import { failure, nextTurn } from '../session/testing/opened.ts';
import type { BodyPart } from '../wire/bodystructure.ts';
import { openClient, type OpenedClient } from './testing/opened.ts';
import type { Progress } from './types.ts';

const K = 1024;
const CHUNK = 256 * K;

/** Only what a download looks at. */
function part(section: string, size: number, encoding = '8bit'): BodyPart {
  return { section, size, encoding } as BodyPart;
}

const letters = (size: number, from = 0): string =>
  Array.from({ length: size }, (_, index) => String.fromCharCode(97 + ((from + index) % 26))).join('');

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

/** Answers one request for a piece of the part. */
async function answer(
  { script }: Pick<OpenedClient, 'script'>,
  {
    section = '2',
    offset,
    sends,
    extra = '',
    tag,
  }: {
    readonly section?: string;
    readonly offset: number | null;
    readonly sends: string;
    readonly extra?: string;
    readonly tag: number;
  },
): Promise<void> {
  const origin = offset === null ? '' : `<${offset}>`;
  await script.say(`* 1 FETCH (UID 5${extra} BODY[${section}]${origin} {${sends.length}}\r\n${sends})\r\n`);
  await script.play(`S: $${tag} OK`);
}

const asks = (offset: number, section = '2', more = ''): string =>
  `C: $ UID FETCH 5 (UID${more} BODY.PEEK[${section}]<${offset}.${CHUNK}>)`;

describe('download', () => {
  it('asks for nothing until it is read', async () => {
    const { client, script } = await openClient();
    client.download(5, part('2', 10));
    await script.silence();
    expect(client.state).toBe('selected');
  });

  it('is a chain of pieces, at most two under way, the next when one was taken', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const size = 3 * CHUNK + 10;
    const told: Progress[] = [];
    const reader = client
      .download(5, part('2', size), { onProgress: (progress) => told.push(progress) })
      .getReader();
    const first = reader.read();
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    await script.silence();
    await answer(opened, { offset: 0, sends: letters(CHUNK), tag: 2 });
    expect((await first).value).toHaveLength(CHUNK);
    await script.silence();
    const second = reader.read();
    await script.play(asks(2 * CHUNK));
    await script.silence();
    await answer(opened, { offset: CHUNK, sends: letters(CHUNK, CHUNK), tag: 3 });
    expect((await second).value).toHaveLength(CHUNK);
    const third = reader.read();
    await script.play(asks(3 * CHUNK));
    await answer(opened, { offset: 2 * CHUNK, sends: letters(CHUNK), tag: 4 });
    expect((await third).value).toHaveLength(CHUNK);
    const fourth = reader.read();
    await answer(opened, { offset: 3 * CHUNK, sends: letters(10), tag: 5 });
    expect((await fourth).value).toHaveLength(10);
    expect(await reader.read()).toMatchObject({ done: true });
    await script.silence();
    expect(told.map(({ transferred }) => transferred)).toEqual([CHUNK, 2 * CHUNK, 3 * CHUNK, size]);
    expect(told.every(({ total }) => total === size)).toBe(true);
  });

  it('lets other calls in between', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const reader = client.download(5, part('2', 4 * CHUNK)).getReader();
    const first = reader.read();
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    const noop = client.noop();
    await script.play('C: $ NOOP');
    await answer(opened, { offset: 0, sends: letters(CHUNK), tag: 2 });
    await answer(opened, { offset: CHUNK, sends: letters(CHUNK), tag: 3 });
    await script.play('S: $4 OK');
    await noop;
    expect((await first).value).toHaveLength(CHUNK);
    await reader.cancel();
  });

  it('of a whole message learns its size with the first piece', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const told: (number | null)[] = [];
    const text = textOf(client.download(5, '', { onProgress: ({ total }) => told.push(total) }));
    await script.play(asks(0, '', ' RFC822.SIZE'));
    await answer(opened, {
      section: '',
      offset: 0,
      sends: letters(CHUNK),
      extra: ` RFC822.SIZE ${CHUNK + 3}`,
      tag: 2,
    });
    await script.play(asks(CHUNK, ''));
    await answer(opened, { section: '', offset: CHUNK, sends: 'end', tag: 3 });
    expect((await text).length).toBe(CHUNK + 3);
    expect(told).toEqual([CHUNK + 3, CHUNK + 3]);
  });

  it.each<[string, number, string | null]>([
    ['empty', 10, ''],
    ['NIL', 10, null],
  ])('of a part that is %s ends there', async (_how, size, sends) => {
    const { client, script } = await openClient();
    const text = textOf(client.download(5, part('2', size)));
    await script.play(size > CHUNK ? `${asks(0)}\n${asks(CHUNK)}` : asks(0));
    const literal = sends === null ? 'NIL' : `{${sends.length}}\r\n${sends}`;
    await script.say(`* 1 FETCH (UID 5 BODY[2]<0> ${literal})\r\n`);
    await script.play('S: $2 OK');
    expect(await text).toBe(sends ?? '');
    await script.silence();
  });

  it('of a part that is smaller than announced asks once more, and ends there', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const text = textOf(client.download(5, part('2', 3 * CHUNK)));
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    await answer(opened, { offset: 0, sends: 'short', tag: 2 });
    // Not in steps of five octets.
    const next = 5 + 16 * K;
    await script.play(`
      C: $ UID FETCH 5 (UID BODY.PEEK[2]<5.${16 * K}>)
      C: $ UID FETCH 5 (UID BODY.PEEK[2]<${next}.${16 * K}>)
    `);
    await answer(opened, { offset: CHUNK, sends: '', tag: 3 });
    await answer(opened, { offset: 5, sends: '', tag: 4 });
    expect(await text).toBe('short');
    await script.silence();
  });

  it('from a server that sends less at once than was asked for takes smaller pieces', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const size = CHUNK + 100;
    const cap = 100_000;
    const whole = letters(size);
    const piece = (from: number): string => whole.slice(from, from + cap);
    const text = textOf(client.download(5, part('2', size)));
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    await answer(opened, { offset: 0, sends: piece(0), tag: 2 });
    const asksFor = (from: number): string => `C: $ UID FETCH 5 (UID BODY.PEEK[2]<${from}.${cap}>)`;
    await script.play(`${asksFor(cap)}\n${asksFor(2 * cap)}`);
    await answer(opened, { offset: CHUNK, sends: whole.slice(CHUNK), tag: 3 });
    await answer(opened, { offset: cap, sends: piece(cap), tag: 4 });
    await answer(opened, { offset: 2 * cap, sends: piece(2 * cap), tag: 5 });
    expect(await text).toBe(whole);
    await script.silence();
  });

  it('of a part that is smaller than announced, from a server that ignores the range, is not asked for again', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const text = textOf(client.download(5, part('2', 100)));
    await script.play(asks(0));
    await answer(opened, { offset: null, sends: 'short', tag: 2 });
    expect(await text).toBe('short');
    await script.silence();
  });

  it('of a part that is larger than announced goes on to its end', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const text = textOf(client.download(5, part('2', CHUNK - 5)));
    await script.play(asks(0));
    await answer(opened, { offset: 0, sends: letters(CHUNK), tag: 2 });
    await script.play(asks(CHUNK));
    await answer(opened, { offset: CHUNK, sends: 'more', tag: 3 });
    expect((await text).length).toBe(CHUNK + 4);
  });

  it.each([
    ['smaller', 1000],
    ['larger', CHUNK + 1000],
    ['as large', CHUNK],
  ])('from a server that sends everything at once, %s than a piece', async (_how, size) => {
    const opened = await openClient();
    const { client, script } = opened;
    const text = textOf(client.download(5, 'TEXT'));
    await script.play(asks(0, 'TEXT'));
    await answer(opened, { section: 'TEXT', offset: null, sends: letters(size), tag: 2 });
    expect((await text).length).toBe(size);
    await script.silence();
  });

  describe('of 1 GiB from a server that ignores the range', () => {
    const size = 1024 * 1024 * K;
    const chunk = new Uint8Array(64 * K).fill(120);

    /** Sends everything, and says how much has left. */
    async function sendAll(
      { server, script }: OpenedClient,
      tag: number,
      sent = { octets: 0 },
    ): Promise<void> {
      await script.say(`* 1 FETCH (UID 5 BODY[2] {${size}}\r\n`);
      for (; sent.octets < size; sent.octets += chunk.length) await server.send(chunk);
      await script.say(`)\r\n${script.tag(tag)} OK\r\n`);
    }

    it('streams it, with little in memory', { timeout: 120_000 }, async () => {
      const opened = await openClient();
      const { client, script } = opened;
      const told: Progress[] = [];
      const reader = client
        .download(5, part('2', size), { onProgress: (progress) => told.push(progress) })
        .getReader();
      const first = reader.read();
      await script.play(`${asks(0)}\n${asks(CHUNK)}`);
      const sent = { octets: 0 };
      const sending = sendAll(opened, 2, sent);
      let taken = 0;
      let most = 0;
      for (let next = await first; !next.done; next = await reader.read()) {
        taken += next.value.length;
        most = Math.max(most, sent.octets - taken);
      }
      expect(taken).toBe(size);
      expect(most).toBeLessThan(2 * 1024 * K);
      expect(told.at(-1)).toEqual({ transferred: size, total: size });
      await sending;
      // The second request was on its way already: its answer is dropped as it comes.
      await sendAll(opened, 3);
      const noop = client.noop();
      await script.play('C: $ NOOP\nS: $ OK');
      await noop;
    });

    it.each([
      ['one request', 100],
      ['two requests', size],
    ])(
      'with %s under way stops the server while nobody reads, and the rest is dropped where nobody wants it',
      async (_how, announced) => {
        const opened = await openClient();
        const { client, script } = opened;
        const reader = client.download(5, part('2', announced)).getReader();
        const first = reader.read();
        await script.play(announced === size ? `${asks(0)}\n${asks(CHUNK)}` : asks(0));
        const sent = { octets: 0 };
        const sending = sendAll(opened, 2, sent);
        expect((await first).value?.length).toBe(chunk.length);
        for (let turn = 0; turn < 100; turn++) await nextTurn();
        expect(sent.octets).toBeLessThan(2 * 1024 * K);
        await reader.cancel();
        await sending;
        if (announced === size) await script.say(`${script.tag(3)} OK\r\n`);
        const noop = client.noop();
        await script.play('C: $ NOOP\nS: $ OK');
        await noop;
      },
    );

    it('cut in the middle fails with what happened', async () => {
      const opened = await openClient();
      const { client, script, server } = opened;
      const text = textOf(client.download(5, part('2', 100)));
      const failed = failure(text);
      await script.play(asks(0));
      await script.say(`* 1 FETCH (UID 5 BODY[2] {${size}}\r\nhello`);
      await nextTurn();
      server.fail();
      expect(await failed).toMatchObject({ name: 'ImapConnectionError' });
    });

    it('leaves what belongs to another message to its limit', async () => {
      const opened = await openClient({ limits: { literal: 1024 * K } });
      const { client, script } = opened;
      const failed = failure(textOf(client.download(5, part('2', 100))));
      await script.play(asks(0));
      await script.say(`* 2 FETCH (UID 6 BODY[2] {${2 * 1024 * K}}\r\n${letters(2 * 1024 * K)})\r\n`);
      await script.play('S: $ OK');
      expect(await failed).toMatchObject({ name: 'ImapLimitError', limit: 'literal' });
    });
  });

  it('from a server that sends another piece than was asked for fails', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const failed = failure(textOf(client.download(5, part('2', 2 * CHUNK))));
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    await answer(opened, { offset: CHUNK, sends: letters(CHUNK), tag: 2 });
    expect(await failed).toMatchObject({ name: 'RangeError' });
  });

  it('of a message of several parts is its text, and not the first of them', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const told: Progress[] = [];
    const whole = { ...part('', 0, ''), type: 'multipart' };
    const text = textOf(client.download(5, whole, { onProgress: (progress) => told.push(progress) }));
    await script.play(asks(0, 'TEXT'));
    await answer(opened, { section: 'TEXT', offset: 0, sends: '--x--', tag: 2 });
    expect(await text).toBe('--x--');
    expect(told).toEqual([{ transferred: 5, total: null }]);
  });

  it.each([
    ['base64', btoa('hello, world'), 'hello, world'],
    ['BASE64', `${btoa('hello, ')}\r\n${btoa('world')}`, 'hello, world'],
    ['quoted-printable', 'caf=C3=A9 =\r\nau lait', 'café au lait'],
    ['7bit', 'as it is', 'as it is'],
    ['x-unknown', 'as=20it is', 'as=20it is'],
  ])('undoes %s', async (encoding, sends, text) => {
    const opened = await openClient();
    const { client, script } = opened;
    const told: Progress[] = [];
    const decoded = textOf(
      client.download(5, part('', sends.length, encoding), { onProgress: (progress) => told.push(progress) }),
    );
    await script.play(asks(0, '1'));
    await answer(opened, { section: '1', offset: 0, sends, tag: 2 });
    expect(await decoded).toBe(text);
    expect(told).toEqual([{ transferred: sends.length, total: sends.length }]);
  });

  it('cancelled stops asking, and the connection goes on', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const reader = client.download(5, part('2', 5 * CHUNK)).getReader();
    const first = reader.read();
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    await answer(opened, { offset: 0, sends: letters(CHUNK), tag: 2 });
    await first;
    await reader.cancel(new Error('enough'));
    await answer(opened, { offset: CHUNK, sends: letters(CHUNK), tag: 3 });
    const noop = client.noop();
    await script.play('C: $ NOOP\nS: $ OK');
    expect(await noop).toBeUndefined();
  });

  it('aborted fails with the reason, and the connection goes on', async () => {
    const { client, script } = await openClient();
    const abort = new AbortController();
    const failed = failure(textOf(client.download(5, part('2', 10), { signal: abort.signal })));
    await script.play(asks(0));
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    const noop = client.noop();
    await script.play('C: $ NOOP\nS: $2 OK\nS: $3 OK');
    await noop;
  });

  it('of a message that is not there says so', async () => {
    const { client, script } = await openClient();
    const failed = failure(textOf(client.download(5, part('2', 10))));
    await script.play(`${asks(0)}\nS: $ OK`);
    expect(await failed).toMatchObject({
      name: 'RangeError',
      message: 'message 5 has no part 2, or is no longer in the mailbox',
    });
  });

  it('refused says so', async () => {
    const { client, script } = await openClient();
    const failed = failure(textOf(client.download(5, part('2', 10))));
    await script.play(`${asks(0)}\nS: $ NO broken message`);
    expect(await failed).toMatchObject({ name: 'ImapCommandError', text: 'broken message' });
  });

  it('never reaches a message of another mailbox', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const reader = client.download(5, part('2', 5 * CHUNK)).getReader();
    const first = reader.read();
    await script.play(`${asks(0)}\n${asks(CHUNK)}`);
    const selecting = client.select('Other');
    await answer(opened, { offset: 0, sends: letters(CHUNK), tag: 2 });
    await answer(opened, { offset: CHUNK, sends: letters(CHUNK), tag: 3 });
    await first;
    await script.play('C: $ SELECT Other\nS: * OK [UIDVALIDITY 8] x\nS: $ OK');
    await selecting;
    const rest = (async () => {
      for (;;) if ((await reader.read()).done) return;
    })();
    expect(await failure(rest)).toMatchObject({
      name: 'ImapStateError',
      message: 'Downloading message 5: the mailbox INBOX is no longer selected',
    });
    await script.silence();
  });

  it('goes on where the same mailbox is selected again', async () => {
    const opened = await openClient();
    const { client, script } = opened;
    const text = client.download(5, part('2', 4));
    const other = client.select('Other');
    await script.play('C: $ SELECT Other\nS: $ OK');
    await other;
    const again = client.select('INBOX');
    await script.play('C: $ SELECT INBOX\nS: * OK [UIDVALIDITY 7] x\nS: $ OK');
    await again;
    const read = textOf(text);
    await script.play(asks(0));
    await answer(opened, { offset: 0, sends: 'four', tag: 4 });
    expect(await read).toBe('four');
    await nextTurn();
  });

  it('without a selected mailbox says so', async () => {
    const { client, script } = await openClient({ selected: false });
    const failed = failure(textOf(client.download(5, '')));
    expect(String(await failed)).toContain('UID FETCH is not possible in state authenticated');
    await script.silence();
  });
});
