// Large and many messages against a real server: compressed connections, and all the ways to store a message.
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  appendAll,
  deflate,
  replaceMessage,
  type ByteStream,
  type ConnectOptions,
  type ImapClient,
} from '@imaplib/client';
import { catenate, compress, imapUrl } from '@imaplib/client/commands';
import { tcp } from '@imaplib/client/node';
import { connectTo, servers, type Running } from './servers.ts';

const letter = (subject: string, body = 'Hello.'): string =>
  `From: ana@example.com\r\nSubject: ${subject}\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\n\r\n${body}\r\n`;

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function read(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Octets in pieces, as a stream of known size. */
function source(bytes: Uint8Array, piece = 50_000): { size: number; stream: ReadableStream<Uint8Array> } {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, (at += piece)));
    },
  });
  return { size: bytes.length, stream };
}

for (const server of servers.filter(({ name }) => name !== 'Courier')) {
  describe.skipIf(server.missing !== null || process.env['WITHOUT_DOVECOT'] === '1')(
    `with ${server.name}`,
    () => {
      let running: Running;
      const clients: ImapClient[] = [];
      beforeAll(async () => {
        running = await server.start();
      });
      afterAll(async () => {
        for (const client of clients) await client.logout();
        await running?.stop();
      });

      const connect = async (options: Partial<ConnectOptions> = {}): Promise<ImapClient> => {
        const client = await connectTo(running, options);
        clients.push(client);
        return client;
      };
      const inBox = async (name: string, options: Partial<ConnectOptions> = {}): Promise<ImapClient> => {
        const client = await connect(options);
        await client.create(`${server.prefix}${name}`);
        return client;
      };

      test('a conversation as a webmail has it, compressed', async () => {
        const lines: string[] = [];
        const client = await inBox('compressed', {
          compress: deflate,
          onLine: (way, line) => lines.push(`${way} ${line}`),
        });
        expect(lines.filter((line) => line.includes('COMPRESS DEFLATE'))).toHaveLength(1);
        const names = (await client.list().toArray()).map((row) => row.name);
        expect(names).toContain('compressed');
        for (let count = 1; count <= 20; count++)
          await client.append('compressed', letter(`Number ${count}`), { flags: ['\\Seen'] });
        const opened = await client.select('compressed');
        expect(opened.exists).toBe(20);
        const rows = await client
          .fetch('1:*', { envelope: true, flags: true, bodyStructure: true, size: true })
          .toArray();
        expect(rows.map((row) => row.envelope?.subject)).toContain('Number 20');
        const [first = 0] = await client.search({ subject: 'Number 7' });
        await client.store(first, { add: ['\\Flagged'] });
        expect(await client.search({ flagged: true })).toEqual([first]);
        const calls = [client.noop(), client.status('INBOX', ['messages']), client.search({}), client.noop()];
        await Promise.all(calls);
        await client.store('1:*', { add: ['\\Deleted'] });
        await client.expunge();
        expect(client.mailbox?.exists).toBe(0);
        await client.logout();
        expect(await client.closed).toBeNull();
      });

      test.each([
        [
          'hardly any',
          (octets: number) =>
            randomBytes(octets / 2)
              .toString('hex')
              .replaceAll(/.{70}/g, '$&\r\n'),
        ],
        ['a lot', (octets: number) => 'All the same to me.\r\n'.repeat(octets / 21)],
      ])(
        'a large message there and back through a compressed connection, byte for byte (it compresses %s)',
        async (_how, body) => {
          const client = await connect({ compress: deflate });
          await client.create('large');
          const message = Buffer.from(letter('Large', body(8_400_000)));
          const progress: number[] = [];
          await client.append('large', source(message), {
            onProgress: ({ transferred }) => progress.push(transferred),
          });
          expect(progress.at(-1)).toBe(message.length);
          expect(progress.length).toBeGreaterThan(100);
          await client.select('large');
          const [uid = 0] = await client.search({});
          const whole = read(client.download(uid, ''));
          await client.noop();
          expect(sha(await whole)).toBe(sha(message));
          const [row] = await client.fetch(uid, { sections: [''] }).toArray();
          expect(sha(row?.sections[0]?.bytes ?? new Uint8Array(0))).toBe(sha(message));
          await client.unselect();
          await client.delete('large');
        },
      );

      test('what becomes too much of too little ends the connection, and says why', async () => {
        const client = await connect({
          compress: (session, options) => compress(session, { ...options, ratio: 2, allowance: 100_000 }),
        });
        await client.create('bomb');
        await client.append('bomb', letter('Bomb', 'x'.repeat(70).concat('\r\n').repeat(20_000)));
        await client.select('bomb');
        const [uid = 0] = await client.search({});
        await expect(read(client.download(uid, ''))).rejects.toMatchObject({ name: 'ImapConnectionError' });
        expect(await client.closed).toMatchObject({ cause: { name: 'ImapLimitError', limit: 'ratio' } });
      });

      test('cut in the middle of a block, nothing hangs', async () => {
        let stream: ByteStream | null = null;
        const dial = tcp({ host: running.host, port: running.port, tls: 'none' });
        const client = await connect({
          security: 'none',
          transport: async (options) => (stream = cutAfter(await dial(options), 40_000)),
          compress: deflate,
        });
        await client.create('cut');
        await client.append('cut', letter('Cut', randomBytes(100_000).toString('hex')));
        await client.select('cut');
        const [uid = 0] = await client.search({});
        await expect(read(client.download(uid, ''))).rejects.toMatchObject({ name: 'ImapConnectionError' });
        expect(await client.closed).toMatchObject({
          message: expect.stringContaining('inside a compressed block'),
        });
        expect(stream).not.toBeNull();
      });

      test('stores text, octets, a Blob and a stream', async () => {
        const client = await inBox('ways');
        const raw = letter('Ways');
        await client.append('ways', raw);
        await client.append('ways', Buffer.from(raw));
        await client.append('ways', new Blob([raw.slice(0, 20), raw.slice(20)]));
        await client.append('ways', source(Buffer.from(raw), 7));
        await client.select('ways');
        const rows = await client.fetch('1:*', { sections: [''] }).toArray();
        expect(rows.map((row) => Buffer.from(row.sections[0]?.bytes ?? []).toString())).toEqual([
          raw,
          raw,
          raw,
          raw,
        ]);
      });

      test('stores several, or none of them', async () => {
        const client = await inBox('several');
        const messages = ['one', 'two', 'three'].map((subject) => ({
          message: letter(subject),
          flags: ['\\Seen'],
          date: new Date('2024-02-29T12:00:00Z'),
        }));
        const stored = await appendAll(client, 'several', messages);
        expect(stored.map((one) => one?.uid)).toEqual([1, 2, 3]);
        await expect(appendAll(client, 'nowhere', messages)).rejects.toMatchObject({
          name: client.capabilities.has('MULTIAPPEND') ? 'ImapCommandError' : 'ImapAppendAllError',
          message: expect.stringContaining('create the mailbox first'),
        });
        await client.select('several');
        const rows = await client.fetch('1:*', { internalDate: true, flags: true }).toArray();
        expect(rows.map((row) => row.internalDate?.date.toISOString())).toEqual(
          Array(3).fill('2024-02-29T12:00:00.000Z'),
        );
      });

      test('puts a message together from parts of others', async ({ skip }) => {
        const client = await inBox('Teile & 日本');
        skip(!client.capabilities.has('CATENATE'), 'it has no CATENATE');
        const name = 'Teile & 日本';
        const one = await client.append(name, letter('Source', 'The body of it.'));
        const opened = await client.select(name);
        const url = { mailbox: name, uidValidity: opened.uidValidity, uid: one?.uid ?? 1 };
        const joined = await client.run(catenate, {
          mailbox: name,
          flags: ['\\Draft'],
          parts: [
            { text: 'Subject: Joined\r\n\r\n' },
            { url: imapUrl({ ...url, section: 'TEXT' }) },
            { text: source(Buffer.from('End.\r\n')) },
          ],
        });
        const [row] = await client.fetch(joined?.uid ?? 0, { sections: [''] }).toArray();
        expect(Buffer.from(row?.sections[0]?.bytes ?? []).toString()).toBe(
          'Subject: Joined\r\n\r\nThe body of it.\r\nEnd.\r\n',
        );
        const nowhere = client.run(catenate, {
          mailbox: name,
          parts: [{ url: imapUrl({ ...url, uid: 999 }) }],
        });
        await expect(nowhere).rejects.toMatchObject({ name: 'ImapCommandError', code: { name: 'BADURL' } });
      });

      test('replaces a draft', async () => {
        const client = await inBox('replaced');
        const first = await client.append('replaced', letter('First'), { flags: ['\\Draft'] });
        await client.append('replaced', letter('Other'), { flags: ['\\Deleted'] });
        await client.select('replaced');
        const second = await replaceMessage(client, first?.uid ?? 0, {
          message: letter('Second'),
          flags: ['\\Draft'],
        });
        const rows = await client.fetch('1:*', { envelope: true }).toArray();
        expect(rows.map((row) => [row.uid, row.envelope?.subject])).toEqual([
          [2, 'Other'],
          [second?.uid, 'Second'],
        ]);
      });

      test('takes NUL where it says that it does', async ({ skip }) => {
        const client = await inBox('binary');
        skip(!client.capabilities.has('BINARY'), 'it has no BINARY');
        const raw =
          'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\na\0b\r\n';
        expect(await client.append('binary', raw)).toMatchObject({ uid: 1 });
      });
    },
  );
}

/** A stream that is cut when so many octets have come. */
function cutAfter(stream: ByteStream, octets: number): ByteStream {
  let left = octets;
  const readable = stream.readable.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) controller.terminate();
      },
    }),
  );
  return {
    readable,
    writable: stream.writable,
    get info() {
      return stream.info;
    },
    close: (reason) => stream.close(reason),
  };
}
