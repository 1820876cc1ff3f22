// What has changed, and what is asked of a search beyond its hits, against real servers: CONDSTORE, QRESYNC, PARTIAL,
// CONTEXT, SEARCHRES, and the items of newer extensions. A server is asked for what it has, and refused the rest here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapPartialError, type ClientEvents, type ImapClient } from '@imaplib/client';
import { cancelUpdate, enable, searchExtended, sortExtended } from '@imaplib/client/commands';
import { connectTo, servers, type Running } from './servers.ts';

const note = (subject: string): string =>
  [
    `From: ${subject} <${subject}@example.com>`,
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    'aGVsbG8=',
    '',
  ].join('\r\n');

for (const server of servers) {
  describe.skipIf(server.missing !== null)(`Changes on ${server.name}`, () => {
    let running: Running;
    let client: ImapClient;
    const vanished: ClientEvents['vanished'][] = [];
    const updates: ClientEvents['searchUpdate'][] = [];
    const warnings: ClientEvents['warning'][] = [];
    const box = `${server.prefix}Changes`;

    /** Skips a test where the server has not what it is about. */
    const needs = (skip: () => void, ...capabilities: string[]): void => {
      if (!capabilities.every((one) => client.capabilities.has(one))) skip();
    };

    beforeAll(async () => {
      running = await server.start();
      client = await connectTo(running, {
        autoIdle: false,
        on: {
          vanished: (event) => vanished.push(event),
          searchUpdate: (event) => updates.push(event),
          warning: (event) => warnings.push(event),
        },
      });
      if (client.capabilities.has('QRESYNC')) await client.run(enable, { extensions: ['QRESYNC'] });
      await client.create(box);
      for (const subject of ['c', 'a', 'b', 'e', 'd']) await client.append(box, note(subject));
    });
    afterAll(async () => {
      try {
        expect(warnings).toEqual([]);
        await client?.logout();
      } finally {
        await running?.stop();
      }
    });

    test('a search gives a page, a number, the ends', async () => {
      await client.select(box);
      const search = (returns: object): Promise<object> =>
        client.run(searchExtended, { query: {}, uid: true, returns });
      expect(await search({ count: true, min: true, max: true })).toMatchObject({ count: 5, min: 1, max: 5 });
      expect(await search({ partial: [-1, -2] })).toMatchObject({
        partial: { range: [-1, -2], found: '4:5' },
      });
      expect(await search({ partial: [1, 2] })).toMatchObject({ partial: { range: [1, 2], found: '1:2' } });
      expect(await search({ partial: [9, 12] })).toMatchObject({ partial: { range: [9, 12], found: null } });
    });

    test('a sort gives them in its order', async () => {
      await client.select(box);
      const sorted = await client.run(sortExtended, {
        criteria: [{ reverse: 'subject' }],
        query: {},
        uid: true,
        returns: { partial: [2, 3], count: true },
      });
      expect(sorted).toMatchObject({ count: 5, partial: { range: [2, 3], found: '5,1' } });
      expect(await client.sort(['displayFrom'], {}, { local: true })).toEqual([2, 3, 1, 5, 4]);
    });

    test('a saved search stands for its hits', async ({ skip }) => {
      await client.select(box);
      needs(skip, 'SEARCHRES', 'WITHIN');
      const query = { younger: 100_000, subject: 'a' };
      const saved = await client.run(searchExtended, { query, uid: true, returns: { save: true } });
      expect(saved).toEqual({ tag: expect.any(String) as string, uid: true });
      expect(await client.fetch('$', {}).toArray()).toMatchObject([{ uid: 2 }]);
      expect(await client.search({ not: { saved: true } })).toEqual([1, 3, 4, 5]);
    });

    test('the items of extensions', async ({ skip }) => {
      await client.select(box);
      needs(skip, 'PREVIEW', 'SAVEDATE', 'BINARY');
      const [message] = await client
        .fetch(1, {
          preview: 'lazy',
          saveDate: true,
          binarySizes: ['1'],
          sections: [{ section: '1', binary: true, offset: 1, length: 3 }],
        })
        .toArray();
      expect(message).toMatchObject({ preview: null, binarySizes: { '1': 5 }, unparsed: {} });
      expect(Math.abs(Date.now() - Number(message?.saveDate?.date))).toBeLessThan(100_000);
      expect(new TextDecoder().decode(message?.sections[0]?.bytes ?? undefined)).toBe('ell');
      expect(await client.search({ savedSince: new Date(Date.now() - 86_400_000 * 2) })).toHaveLength(5);
      if (!client.capabilities.has('OBJECTID')) return;
      const [named] = await client.fetch(1, { emailId: true, threadId: true }).toArray();
      expect(await client.search({ emailId: named!.emailId! })).toEqual([1]);
    });

    test('a search is kept up to date', async ({ skip }) => {
      await client.select(box);
      needs(skip, 'CONTEXT=SEARCH');
      const query = { seen: false };
      const { tag } = await client.run(searchExtended, { query, uid: true, returns: { update: true } });
      await client.store(1, { add: ['\\Seen'] });
      await client.store(1, { remove: ['\\Seen'] });
      expect(updates).toEqual([
        { tag, uid: true, removeFrom: [{ position: 0, set: '1' }] },
        { tag, uid: true, addTo: [{ position: 0, set: '1' }] },
      ]);
      await client.run(cancelUpdate, { tags: [tag] });
    });

    test('what has changed since, and what is gone', async ({ skip }) => {
      const before = await client.select(box);
      needs(skip, 'QRESYNC');
      const modSeq = before.highestModSeq!;
      await client.store(1, { add: ['\\Flagged'] });
      const refused: unknown = await client
        .store([1, 2], { add: ['\\Answered'] }, { unchangedSince: modSeq })
        .catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ImapPartialError);
      expect(refused).toMatchObject({ code: { name: 'MODIFIED', numbers: [[1, 1]] }, result: [{ uid: 2 }] });
      await client.store(3, { add: ['\\Deleted'] });
      await client.expunge('3');
      expect(vanished).toEqual([{ uids: [[3, 3]], earlier: false }]);
      expect(client.mailbox).toMatchObject({ exists: 4 });
      expect(client.mailbox!.highestModSeq! > modSeq).toBe(true);

      const options = { changedSince: modSeq, vanished: true };
      const changed = await client.fetch('1:*', { flags: true }, options).toArray();
      expect(changed.map(({ uid }) => uid)).toEqual([1, 2]);
      expect(vanished[1]).toEqual({ uids: [[3, 3]], earlier: true });

      await client.select('INBOX');
      const { uidValidity } = before;
      const again = await client.select(box, { qresync: { uidValidity, modSeq, knownUids: '1:5' } });
      expect(again).toMatchObject({ exists: 4, resync: { vanished: [[3, 3]] } });
      expect(again.resync?.changed.map(({ uid }) => uid)).toEqual([1, 2]);
      expect(vanished).toHaveLength(2);
    });
  });
}
