// Calls that must do the same on every server: what each needs, and what has to come of it.
import { expect } from 'vitest';
import {
  appendAll,
  conversations,
  mailboxes,
  replaceMessage,
  specialUse,
  type FetchedMessage,
  type ImapClient,
  type MailboxEvent,
} from '@imaplib/client';
import { connectTo, type RealServer, type Running } from './servers.ts';

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

/** A small plain message. */
export const note = (subject: string, more: readonly string[] = [], body = 'Hello.'): string =>
  crlf(
    [
      'From: Ana Árbol <ana@example.com>',
      'To: bob@example.com',
      `Subject: ${subject}`,
      `Date: Fri, 20 Nov 2026 1${subject.startsWith('Re:') ? 1 : 0}:00:00 +0100`,
      `Message-ID: <${encodeURIComponent(subject)}@example.com>`,
      ...more,
      '',
      body,
      '',
    ].join('\n'),
  ).replace('Ana Árbol', '=?utf-8?Q?Ana_=C3=81rbol?=');

/** 300,000 octets, as an attachment. */
const attachment = Buffer.from(
  Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) ^ (index >> 8)),
);
export const withAttachment = crlf(
  `From: ana@example.com
To: bob@example.com
Subject: Numbers
Date: Fri, 20 Nov 2026 11:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=limit

--limit
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
--limit
Content-Type: application/octet-stream; name="numbers.bin"
Content-Disposition: attachment; filename="numbers.bin"
Content-Transfer-Encoding: base64

${attachment.toString('base64').replaceAll(/.{76}/g, '$&\n')}
--limit--
`,
);

/** What a test has: a server, a client, and a mailbox of its own. */
export interface Place {
  readonly server: RealServer;
  readonly running: Running;
  readonly client: ImapClient;
  /** The name of a mailbox that the test may make. */
  readonly box: (name: string) => string;
  /** Makes that mailbox, with these messages, and selects it. */
  readonly filled: (name: string, messages: readonly string[]) => Promise<string>;
}

const everything = {
  flags: true,
  envelope: true,
  bodyStructure: true,
  internalDate: true,
  size: true,
} as const;

/** All about one message. */
export const only = async (client: ImapClient, uid: number): Promise<FetchedMessage> => {
  const rows = await client.fetch([uid], everything).toArray();
  expect(rows).toHaveLength(1);
  return rows[0]!;
};

/** A stream as one piece. */
export const octetsOf = async (stream: ReadableStream<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Each call, and what has to come of it, whatever the server. */
export const calls: readonly (readonly [name: string, run: (place: Place) => Promise<void>])[] = [
  [
    'list: the INBOX and the mailboxes beside it',
    async ({ client, server }) => {
      const boxes = await client.list().toArray();
      const byName = new Map(boxes.map((box) => [box.name, box]));
      expect([...byName.keys()]).toEqual(
        expect.arrayContaining(['INBOX', `${server.prefix}Sent`, `${server.prefix}Trash`]),
      );
      expect(byName.get('INBOX')?.delimiter).toBe(server.delimiter);
    },
  ],
  [
    'lsub: those that are subscribed',
    async ({ client, server }) => {
      const names = (await client.lsub().toArray()).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([`${server.prefix}Drafts`, `${server.prefix}Junk`]));
    },
  ],
  [
    'create, rename, subscribe, unsubscribe, delete: a name in Unicode',
    async ({ client, box }) => {
      const [first, second] = [box('Entwürfe & Ideen 日本'), box('Später')];
      await client.create(first);
      await client.subscribe(first);
      expect((await client.lsub(first).toArray()).map(({ name }) => name)).toEqual([first]);
      await client.unsubscribe(first);
      expect(await client.lsub(first).toArray()).toEqual([]);
      await client.rename(first, second);
      expect((await client.list(box('*')).toArray()).map(({ name }) => name)).toContain(second);
      await client.delete(second);
      expect(await client.list(second).toArray()).toEqual([]);
    },
  ],
  [
    'create: levels',
    async ({ client, box, server }) => {
      const deep = [box('Above'), 'between', 'below'].join(server.delimiter);
      await client.create(deep);
      expect((await client.list(deep).toArray()).map(({ name }) => name)).toEqual([deep]);
      await client.delete(deep);
    },
  ],
  [
    'status: counts',
    async ({ client, filled }) => {
      const name = await filled('Status', [note('one'), note('two')]);
      await client.unselect();
      const counts = await client.status(name, ['messages', 'unseen', 'uidNext', 'uidValidity', 'recent']);
      expect(counts).toMatchObject({ name, messages: 2, unseen: 2 });
      expect(counts.uidNext).toBeGreaterThan(2);
      expect(counts.uidValidity).toBeGreaterThan(0);
    },
  ],
  [
    'select: what a mailbox is',
    async ({ client, filled }) => {
      const name = await filled('Select', [note('one')]);
      const selected = await client.select(name);
      expect(selected).toMatchObject({ name, readOnly: false, exists: 1 });
      expect(selected.flags).toContain('\\Seen');
      expect(selected.permanentFlags).toContain('\\Deleted');
      expect((await client.select(name, { readOnly: true })).readOnly).toBe(true);
    },
  ],
  [
    'append and fetch: flags, date, envelope, structure, sections',
    async ({ client, filled }) => {
      const name = await filled('Append', []);
      const date = new Date('2024-02-29T12:00:00Z');
      const raw = note('Grüße'.replace('Grüße', '=?utf-8?Q?Gr=C3=BC=C3=9Fe?='));
      const appended = await client.append(name, raw, { flags: ['\\Seen', '\\Flagged'], date });
      expect(appended?.uid).toBeGreaterThan(0);
      await client.noop(); // Courier does not tell of its own accord
      const message = await only(client, appended!.uid);
      expect(message).toMatchObject({ uid: appended!.uid, size: raw.length });
      expect(message.flags).toEqual(expect.arrayContaining(['\\Seen', '\\Flagged']));
      expect(message.internalDate?.date).toEqual(date);
      expect(message.envelope).toMatchObject({
        subject: 'Grüße',
        from: [{ name: 'Ana Árbol' }],
        to: [{ address: 'bob@example.com' }],
      });
      expect(message.envelope?.sent).toEqual(new Date('2026-11-20T09:00:00Z'));
      expect(message.bodyStructure).toMatchObject({ type: 'text', subtype: 'plain', section: '1' });
      expect(message.unparsed).toEqual({});
      const sections = [
        '',
        'HEADER.FIELDS (SUBJECT MESSAGE-ID)',
        'TEXT',
        { section: '1', offset: 1, length: 4 },
      ];
      const [found] = await client.fetch([appended!.uid], { sections }).toArray();
      // In an order of the server's own.
      const bodies = new Map(
        found!.sections.map(({ section, bytes }) => [section, Buffer.from(bytes!).toString()]),
      );
      expect(bodies.get('')).toBe(raw);
      expect(bodies.get('TEXT')).toBe('Hello.\r\n');
      expect(bodies.get('1')).toBe('ello');
      expect(bodies.get('HEADER.FIELDS (SUBJECT MESSAGE-ID)')).toMatch(
        /^Subject: .*\r\nMessage-ID: .*\r\n\r\n$/i,
      );
      // What was read by BODY.PEEK stays unread; BODY marks it.
      await client.store([appended!.uid], { remove: ['\\Seen'] });
      await client.fetch([appended!.uid], { sections: [{ section: 'TEXT', markSeen: true }] }).toArray();
      expect((await only(client, appended!.uid)).flags).toContain('\\Seen');
    },
  ],
  [
    'append: a stream with progress, and 300,000 octets back',
    async ({ client, filled }) => {
      const name = await filled('Stream', []);
      const bytes = new TextEncoder().encode(withAttachment);
      const told: number[] = [];
      const appended = await client.append(
        name,
        { size: bytes.length, stream: new Blob([bytes]).stream() },
        { onProgress: ({ transferred }) => told.push(transferred) },
      );
      expect(told.at(-1)).toBe(bytes.length);
      await client.noop();
      const { uid = 0, bodyStructure } = await only(client, appended!.uid);
      expect(bodyStructure?.parts.map(({ section, type }) => [section, type])).toEqual([
        ['1', 'text'],
        ['2', 'application'],
      ]);
      expect(bodyStructure?.parts[1]?.disposition).toMatchObject({ params: { filename: 'numbers.bin' } });
      expect((await octetsOf(client.download(uid, bodyStructure!.parts[1]!))).equals(attachment)).toBe(true);
      expect((await octetsOf(client.download(uid, bodyStructure!.parts[0]!))).toString()).toBe('Grüße');
      expect((await octetsOf(client.download(uid, ''))).toString()).toBe(withAttachment);
    },
  ],
  [
    'search: text, flags, dates, sizes, sets, or and not, Unicode',
    async ({ client, filled }) => {
      const name = await filled('Search', [
        note('apples', ['X-Kind: fruit']),
        note('pears', ['X-Kind: fruit'], 'Grüße aus Köln'),
        note(
          'nails',
          ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
          'Grüße',
        ),
      ]);
      await client.append(name, note('old'), { flags: ['\\Seen'], date: new Date('2001-01-01T12:00:00Z') });
      await client.noop();
      const all = await client.search({});
      expect(all).toHaveLength(4);
      const queries: [Parameters<typeof client.search>[0], number[]][] = [
        [{ subject: 'apples' }, [1]],
        [{ header: ['X-Kind', 'fruit'] }, [1, 2]],
        [{ from: 'ana@example.com', not: { subject: 'a' } }, [4]],
        [{ seen: true }, [4]],
        [{ before: new Date('2002-01-01') }, [4]],
        [{ since: new Date('2002-01-01'), or: [{ subject: 'pears' }, { subject: 'nails' }] }, [2, 3]],
        [{ smaller: 10 }, []],
        [{ uid: all.slice(0, 2) }, [1, 2]],
        [{ from: 'Árbol' }, [1, 2, 3, 4]],
        [{ body: 'Grüße', subject: 'nails' }, [3]],
        [{ keyword: '$Important' }, []],
      ];
      for (const [query, sequences] of queries) {
        expect([query, await client.search(query)]).toEqual([query, sequences.map((at) => all[at - 1])]);
        expect([query, await client.search(query, { uid: false })]).toEqual([query, sequences]);
      }
    },
  ],
  [
    'store: flags and keywords',
    async ({ client, filled }) => {
      await filled('Store', [note('one'), note('two')]);
      const [first = 0, second = 0] = await client.search({});
      const flagsOf = async (uid: number): Promise<string[]> =>
        (await only(client, uid)).flags!.filter((flag) => flag !== '\\Recent').toSorted();
      const told = await client.store([first, second], { add: ['\\Flagged', '$Forwarded'] });
      expect(told.map(({ uid }) => uid)).toEqual([first, second]);
      expect(told[0]?.flags).toEqual(expect.arrayContaining(['\\Flagged', '$Forwarded']));
      await client.store([first], { remove: ['\\Flagged'] });
      await client.store([second], { replace: ['\\Answered'] });
      expect(await flagsOf(first)).toEqual(['$Forwarded']);
      expect(await flagsOf(second)).toEqual(['\\Answered']);
      expect(await client.search({ keyword: '$Forwarded' })).toEqual([first]);
    },
  ],
  [
    'copy: the UIDs there',
    async ({ client, box, filled }) => {
      const name = await filled('Copy', [note('one'), note('two')]);
      const there = box('Copied');
      await client.create(there);
      const uids = await client.search({});
      const copied = await client.copy(uids, there);
      expect(copied).not.toBeNull();
      await client.select(there);
      expect(await client.search({})).toHaveLength(2);
      await expect(client.copy('1:*', `${there}-missing`)).rejects.toMatchObject({
        status: 'NO',
        code: { name: 'TRYCREATE' },
      });
      expect((await client.status(name, ['messages'])).messages).toBe(2);
    },
  ],
  [
    'move: with MOVE or without it',
    async ({ client, box, filled }) => {
      await filled('Move', [note('one'), note('two'), note('three')]);
      const there = box('Moved');
      await client.create(there);
      const [first = 0, second = 0, third = 0] = await client.search({});
      // Somebody else's \Deleted stays where it is.
      await client.store([first], { add: ['\\Deleted'] });
      const moved = await client.move([second], there);
      expect(moved).not.toBeNull();
      expect(await client.search({})).toEqual([first, third]);
      expect((await client.status(there, ['messages'])).messages).toBe(1);
    },
  ],
  [
    'expunge: some, then all',
    async ({ client, filled }) => {
      await filled('Expunge', [note('one'), note('two'), note('three')]);
      const [first = 0, second = 0, third = 0] = await client.search({});
      await client.store([first, second], { add: ['\\Deleted'] });
      await client.expunge([second]);
      expect(await client.search({})).toEqual([first, third]);
      await client.expunge();
      expect(await client.search({})).toEqual([third]);
      expect(client.mailbox?.exists).toBe(1);
    },
  ],
  [
    'close: expunges and leaves; unselect: leaves',
    async ({ client, filled }) => {
      const name = await filled('Close', [note('one'), note('two')]);
      const [first = 0] = await client.search({});
      await client.store([first], { add: ['\\Deleted'] });
      await client.unselect();
      expect(client.state).toBe('authenticated');
      expect((await client.status(name, ['messages'])).messages).toBe(2);
      await client.select(name);
      await client.close();
      expect((await client.status(name, ['messages'])).messages).toBe(1);
    },
  ],
  [
    'idle: what another connection does',
    async ({ client, running, filled }) => {
      const name = await filled('Idle', [note('one')]);
      const other = await connectTo(running, { autoIdle: false });
      const heard: MailboxEvent['type'][] = [];
      let isDeleted = false;
      try {
        await other.append(name, note('two'));
        for await (const event of client.idle({ signal: AbortSignal.timeout(10_000) })) {
          const isFirst = !heard.includes(event.type);
          heard.push(event.type);
          // Some tell more than once, and of \Recent too.
          if (event.type === 'exists' && isFirst) {
            expect(event).toMatchObject({ count: 2, previous: 1 });
            await other.select(name);
            await other.store('1', { add: ['\\Flagged'] }, { uid: false });
          } else if (
            event.type === 'fetch' &&
            event.message.flags?.includes('\\Flagged') === true &&
            !isDeleted
          ) {
            isDeleted = true;
            await other.store('1', { add: ['\\Deleted'] }, { uid: false });
            await other.expunge();
          } else if (event.type === 'expunge') {
            expect(event.sequence).toBe(1);
            break;
          }
        }
      } finally {
        await other.logout();
      }
      expect(heard).toEqual(expect.arrayContaining(['exists', 'fetch', 'expunge']));
      expect(client.mailbox?.exists).toBe(1);
    },
  ],
  [
    'calls within a running fetch, all at once, and one that is aborted',
    async ({ client, filled }) => {
      const name = await filled(
        'Busy',
        Array.from({ length: 30 }, (_, index) => note(`number ${index}`)),
      );
      const seen: number[] = [];
      for await (const { uid = 0 } of client.fetch('1:*', { envelope: true })) {
        if (seen.length % 10 === 0) await client.store([uid], { add: ['\\Flagged'] });
        seen.push(uid);
      }
      expect(seen).toHaveLength(30);
      const abort = new AbortController();
      const gone = client.fetch('1:*', { bodyStructure: true }, { signal: abort.signal }).toArray();
      abort.abort(new Error('enough'));
      const [flagged, counts, first, aborted] = await Promise.all([
        client.search({ flagged: true }),
        client.status(name, ['messages']),
        client.fetch([seen[0]!], { sections: ['TEXT'] }).toArray(),
        gone.then(
          () => 'came',
          (error: Error) => error.message,
        ),
        client.noop(),
      ]);
      expect(flagged).toEqual([seen[0], seen[10], seen[20]]);
      expect(counts.messages).toBe(30);
      expect(Buffer.from(first[0]!.sections[0]!.bytes!).toString()).toBe('Hello.\r\n');
      expect(aborted).toBe('enough');
    },
  ],
  [
    'a set with many members',
    async ({ client, filled }) => {
      await filled('Many', [note('one')]);
      const set = Array.from({ length: 900 }, (_, index) => index * 2 + 1);
      expect(await client.fetch(set, { flags: true }).toArray()).toHaveLength(1);
    },
  ],
  [
    'what the server refuses is told, and the connection stays good',
    async ({ client, box }) => {
      await expect(client.select(box('Nowhere'))).rejects.toMatchObject({
        name: 'ImapCommandError',
        status: 'NO',
      });
      await expect(client.create('INBOX')).rejects.toMatchObject({ name: 'ImapCommandError' });
      await expect(client.delete(box('Nowhere'))).rejects.toMatchObject({ name: 'ImapCommandError' });
      await client.noop();
    },
  ],
  [
    'sort: here or on the server',
    async ({ client, filled }) => {
      await filled('Sorted', [note('b'), note('c', [], 'x'.repeat(500)), note('a')]);
      const [b = 0, c = 0, a = 0] = await client.search({});
      const options = { local: true };
      expect(await client.sort(['subject'], {}, options)).toEqual([a, b, c]);
      expect(await client.sort([{ reverse: 'subject' }], {}, options)).toEqual([c, b, a]);
      expect((await client.sort(['size', 'subject'], {}, options)).at(-1)).toBe(c);
    },
  ],
  [
    'conversations: here or on the server',
    async ({ client, filled }) => {
      await filled('Conversations', [
        note('question'),
        note('Re: question', ['In-Reply-To: <question@example.com>', 'References: <question@example.com>']),
        note('other'),
      ]);
      const [first = 0, second = 0, third = 0] = await client.search({});
      const found = await conversations(client);
      const uids = found.list.map((one) => one.uids.toSorted((x, y) => x - y));
      expect(uids.toSorted((x, y) => x[0]! - y[0]!)).toEqual([[first, second], [third]]);
    },
  ],
  [
    'mailboxes: all about them',
    async ({ client, server, filled }) => {
      const name = await filled('All about', [note('one')]);
      const found = await mailboxes(client, { status: ['messages', 'unseen'], rights: true });
      const byName = new Map(found.map((box) => [box.name, box]));
      expect(byName.get(name)?.status).toMatchObject({ messages: 1, unseen: 1 });
      expect(specialUse(byName.get(`${server.prefix}Trash`)!, { byName: true })).toBe('trash');
      expect(byName.get(`${server.prefix}Sent`)?.attributes).toContain('\\Subscribed');
    },
  ],
  [
    'appendAll and replaceMessage: at once or one by one',
    async ({ client, filled }) => {
      const name = await filled('Several', []);
      const stored = await appendAll(client, name, [
        { message: note('one'), flags: ['\\Seen'] },
        { message: note('two'), date: new Date('2024-02-29T12:00:00Z') },
      ]);
      expect(stored.map((one) => one?.uid)).toEqual([expect.any(Number), expect.any(Number)]);
      await client.noop();
      const replaced = await replaceMessage(client, stored[0]!.uid, { message: note('three') });
      await client.noop();
      expect(await client.search({})).toEqual([stored[1]!.uid, replaced!.uid]);
      expect((await only(client, replaced!.uid)).envelope?.subject).toBe('three');
    },
  ],
];
