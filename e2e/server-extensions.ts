// What only some servers have: the capability, what is done with it, and what has to come of it.
import { expect } from 'vitest';
import { compress, mailboxes } from '@imaplib/client';
import {
  catenate,
  enable,
  imapUrl,
  listExtended,
  multiAppend,
  searchExtended,
  setMetadata,
  sort,
  sortExtended,
  thread,
  xlist,
  type SortCriterion,
} from '@imaplib/client/commands';
import { note, octetsOf, only, withAttachment, type Place } from './server-calls.ts';
import { connectTo } from './servers.ts';

/** A test of the servers that have what it needs. */
export type ExtensionCall = readonly [needs: string, name: string, run: (place: Place) => Promise<void>];

export const extensions: readonly ExtensionCall[] = [
  [
    'SORT',
    'sort: by subject, backwards, by size',
    async ({ client, filled }) => {
      await filled('Sort', [note('b'), note('c', [], 'x'.repeat(500)), note('a')]);
      const [b = 0, c = 0, a = 0] = await client.search({});
      const by = (...criteria: readonly SortCriterion[]) =>
        client.run(sort, { criteria, query: {}, uid: true });
      expect(await by('subject')).toEqual([a, b, c]);
      expect(await by({ reverse: 'subject' })).toEqual([c, b, a]);
      expect((await by('size')).at(-1)).toBe(c);
    },
  ],
  ...(['ORDEREDSUBJECT', 'REFERENCES', 'REFS'] as const).map(
    (algorithm) =>
      [
        `THREAD=${algorithm}`,
        `thread: ${algorithm}`,
        async ({ client, filled }: Place) => {
          await filled('Thread', [
            note('question'),
            note('Re: question', [
              'In-Reply-To: <question@example.com>',
              'References: <question@example.com>',
            ]),
            note('other'),
          ]);
          const [first = 0, second = 0, third = 0] = await client.search({});
          const threads = await client.run(thread, { algorithm, query: {}, uid: true });
          expect(threads.toSorted((one, two) => one.id! - two.id!)).toEqual([
            { id: first, replies: [{ id: second, replies: [] }] },
            { id: third, replies: [] },
          ]);
        },
      ] as const,
  ),
  [
    'ESEARCH',
    'search: how many, first and last',
    async ({ client, filled }) => {
      await filled('Esearch', [note('a'), note('b'), note('c')]);
      const [first, , last] = await client.search({});
      const found = await client.run(searchExtended, {
        query: {},
        uid: true,
        returns: { count: true, min: true, max: true },
      });
      expect(found).toMatchObject({ count: 3, min: first, max: last });
    },
  ],
  [
    'ESORT',
    'sort: how many, and which',
    async ({ client, filled }) => {
      await filled('Esort', [note('b'), note('a')]);
      const [b, a] = await client.search({});
      const found = await client.run(sortExtended, {
        criteria: ['subject'],
        query: {},
        uid: true,
        returns: { count: true, all: true },
      });
      // MIN and MAX are the first and the last in order (RFC 5267 3.1); Cyrus gives the lowest and the highest.
      expect(found).toMatchObject({ count: 2, all: `${a},${b}` });
    },
  ],

  [
    'LIST-STATUS',
    'list: with counts',
    async ({ client, filled }) => {
      const name = await filled('List with counts', [note('one')]);
      const [found] = await client.run(listExtended, {
        reference: '',
        patterns: [name],
        return: { status: ['messages', 'unseen'], specialUse: true, children: true },
      });
      expect(found).toMatchObject({ name, status: { messages: 1, unseen: 1 } });
    },
  ],
  [
    'LIST-MYRIGHTS',
    'list: with rights and annotations',
    async ({ client, filled }) => {
      const name = await filled('List with rights', []);
      await client.run(setMetadata, { mailbox: name, values: { '/private/comment': 'here' } });
      const [found] = await mailboxes(client, {
        patterns: name,
        rights: true,
        metadata: ['/private/comment'],
      });
      expect(found).toMatchObject({
        rights: expect.stringContaining('r'),
        metadata: { '/private/comment': 'here' },
      });
    },
  ],
  [
    'XLIST',
    'list: as it was before SPECIAL-USE',
    async ({ client }) => {
      const found = await client.run(xlist, { reference: '', pattern: '*' });
      expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['INBOX', 'Sent']));
    },
  ],
  [
    'SPECIAL-USE',
    'list: what mailboxes are for',
    async ({ client }) => {
      const found = await mailboxes(client);
      const drafts = found.find(({ attributes }) =>
        attributes.some((one) => one.toLowerCase() === '\\drafts'),
      );
      expect(drafts?.name).toBe('Drafts');
    },
  ],
  [
    'OBJECTID',
    'ids of mailboxes, messages and conversations',
    async ({ client, box, filled }) => {
      const name = await filled('Ids', [note('one')]);
      const { mailboxId } = await client.status(name, ['mailboxId']);
      expect(mailboxId).toMatch(/./);
      const there = box('Ids elsewhere');
      await client.create(there);
      const [uid = 0] = await client.search({});
      await client.copy([uid], there);
      const items = { emailId: true, threadId: true };
      const [here] = await client.fetch([uid], items).toArray();
      await client.select(there);
      const [copied] = await client.fetch('1:*', items).toArray();
      expect(here?.emailId).toMatch(/./);
      expect(copied).toMatchObject({ emailId: here?.emailId, threadId: here?.threadId });
      expect(await client.search({ emailId: here?.emailId ?? '' })).toEqual([copied?.uid]);
    },
  ],
  [
    'SAVEDATE',
    'when a message came into the mailbox',
    async ({ client, filled }) => {
      await filled('Saved', [note('one')]);
      const [message] = await client.fetch('1:*', { saveDate: true }).toArray();
      const age = Date.now() - (message?.saveDate?.date.getTime() ?? 0);
      expect(Math.abs(age)).toBeLessThan(60_000);
      expect(await client.search({ savedBefore: new Date('2001-01-01') })).toEqual([]);
    },
  ],
  [
    'PREVIEW',
    'the first words of a message',
    async ({ client, server, filled }) => {
      await filled('Preview', [note('one', [], 'Hello world, this is what it says.')]);
      const [message] = await client.fetch('1:*', { preview: true }).toArray();
      // Cyrus has none at hand.
      if (server.name === 'Cyrus') expect(message?.preview).toBeNull();
      else expect(message?.preview).toContain('Hello world');
    },
  ],
  [
    'STATUS=SIZE',
    'the size of a mailbox',
    async ({ client, filled }) => {
      const raw = note('one');
      const name = await filled('Size', [raw]);
      expect(await client.status(name, ['size'])).toMatchObject({ size: BigInt(raw.length) });
    },
  ],
  [
    'BINARY',
    'parts without their transfer encoding',
    async ({ client, filled }) => {
      await filled('Binary', [withAttachment]);
      const [uid = 0] = await client.search({});
      const [message] = await client.fetch([uid], { binarySizes: ['2'] }).toArray();
      expect(message?.binarySizes).toEqual({ 2: 300_000 });
    },
  ],
  [
    'MULTIAPPEND',
    'append: several at once',
    async ({ client, filled }) => {
      const mailbox = await filled('Multiappend', []);
      const messages = [{ message: note('one') }, { message: note('two'), flags: ['\\Seen'] }];
      const stored = await client.run(multiAppend, { mailbox, messages });
      expect(stored).toHaveLength(2);
      expect((await only(client, stored![1]!.uid)).flags).toContain('\\Seen');
    },
  ],
  [
    'CATENATE',
    'append: of parts that are there already',
    async ({ client, filled }) => {
      const mailbox = await filled('Catenate', [withAttachment]);
      const [uid = 0] = await client.search({});
      const uidValidity = client.mailbox?.uidValidity;
      const head = 'Subject: together\r\n\r\n';
      const appended = await client.run(catenate, {
        mailbox,
        parts: [{ text: head }, { url: imapUrl({ mailbox, uidValidity, uid, section: '1' }) }],
      });
      const whole = await octetsOf(client.download(appended!.uid, ''));
      expect(whole.toString()).toBe(`${head}Gr=C3=BC=C3=9Fe`);
    },
  ],
  [
    'CONDSTORE',
    'what has changed since, and a store that is not wanted any more',
    async ({ client, filled }) => {
      await filled('Condstore', [note('one'), note('two')]);
      const [first = 0, second = 0] = await client.search({});
      const before = (await client.fetch('1:*', { modSeq: true }).toArray()).map(({ modSeq = 0n }) => modSeq);
      const since = before.toSorted((one, two) => Number(one - two)).at(-1)!;
      await client.store([second], { add: ['\\Flagged'] });
      const changed = await client.fetch('1:*', { flags: true }, { changedSince: since }).toArray();
      expect(changed.map(({ uid }) => uid)).toEqual([second]);
      await expect(
        client.store([first, second], { add: ['\\Answered'] }, { unchangedSince: since }),
      ).rejects.toMatchObject({ name: 'ImapPartialError' });
      expect(await client.search({ answered: true })).toEqual([first]);
    },
  ],
  [
    'QRESYNC',
    'what has happened while nobody looked',
    async ({ client, running, filled }) => {
      const name = await filled('Qresync', [note('one'), note('two'), note('three')]);
      const [first = 0, second = 0] = await client.search({});
      const { uidValidity, highestModSeq } = await client.select(name, { condstore: true });
      await client.unselect();
      const other = await connectTo(running, { autoIdle: false });
      await other.select(name);
      await other.store([first], { add: ['\\Deleted'] });
      await other.expunge();
      await other.store([second], { add: ['\\Flagged'] });
      await other.logout();
      expect(await client.run(enable, { extensions: ['QRESYNC'] })).toContain('QRESYNC');
      const { resync } = await client.select(name, { qresync: { uidValidity, modSeq: highestModSeq! } });
      expect(resync?.vanished).toEqual([[first, first]]);
      expect(resync?.changed.map(({ uid, flags }) => [uid, flags?.includes('\\Flagged')])).toEqual([
        [second, true],
      ]);
    },
  ],
  [
    'WITHIN',
    'search: how old',
    async ({ client, filled }) => {
      await filled('Within', [note('one')]);
      expect(await client.search({ younger: 3600 })).toHaveLength(1);
      expect(await client.search({ older: 3600 })).toEqual([]);
    },
  ],
  [
    'SEARCHRES',
    'search: in what was found before',
    async ({ client, filled }) => {
      await filled('Searchres', [note('apples'), note('pears')]);
      const [, pears] = await client.search({});
      await client.run(searchExtended, { query: { subject: 'pears' }, uid: true, returns: { save: true } });
      expect(await client.search({ saved: true })).toEqual([pears]);
    },
  ],
  [
    'COMPRESS=DEFLATE',
    'everything compressed',
    async ({ running, filled }) => {
      const name = await filled('Compress', [withAttachment]);
      const client = await connectTo(running, { autoIdle: false, compress });
      try {
        await client.select(name);
        const [uid = 0] = await client.search({});
        expect((await octetsOf(client.download(uid, ''))).toString()).toBe(withAttachment);
        const appended = await client.append(name, note('small'));
        expect((await only(client, appended!.uid)).envelope?.subject).toBe('small');
      } finally {
        await client.logout();
      }
    },
  ],
  [
    'UTF8=ACCEPT',
    'names and texts as they are',
    async ({ client, box }) => {
      expect(await client.run(enable, { extensions: ['UTF8=ACCEPT'] })).toContain('UTF8=ACCEPT');
      const name = box('Entwürfe 日本');
      await client.create(name);
      expect((await client.list(name).toArray()).map((one) => one.name)).toEqual([name]);
      await client.append(name, note('Grüße'));
      await client.append(name, note('Grüße zwei'), { flags: ['\\Seen'] });
      await client.select(name);
      const [uid = 0] = await client.search({});
      expect((await only(client, uid)).envelope?.subject).toBe('Grüße');
      expect(await client.search({ subject: 'Grüße zwei' })).toEqual([uid + 1]);
    },
  ],
];
