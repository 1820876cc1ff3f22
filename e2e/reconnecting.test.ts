// Connections that are lost, on real servers: behind a proxy that cuts them or falls silent, and with a server that is
// stopped and started again. What others did meanwhile is told, and nothing is done twice.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reconnecting, type ClientEvents, type ImapClient, type MailboxStatus } from '@imaplib/client';
import { hasDovecot, startDovecot } from '@imaplib/demo/server';
import { startProxy, type FaultyProxy } from './proxy.ts';
import { connectTo, servers, type ConnectingOptions, type Running } from './servers.ts';

const note = (subject: string, text = 'hello'): string =>
  `From: a@example.com\r\nSubject: ${subject}\r\nContent-Type: text/plain\r\n\r\n${text}\r\n`;

const next = <Type extends keyof ClientEvents>(client: ImapClient, type: Type): Promise<ClientEvents[Type]> =>
  new Promise((resolve) => {
    const off = client.on(type, (event) => {
      off();
      resolve(event);
    });
  });

const keep = (options: ConnectingOptions = {}): ConnectingOptions => ({
  line: 'plain',
  autoIdle: false,
  reconnect: reconnecting({ firstMs: 20, longestMs: 200, callMs: 15_000 }),
  ...options,
});

const subjects = async (client: ImapClient): Promise<(string | undefined)[]> =>
  (await client.fetch('1:*', { envelope: true }).toArray()).map(
    ({ envelope }) => envelope?.subject ?? undefined,
  );

for (const server of servers) {
  describe.skipIf(server.missing !== null)(`A lost connection to ${server.name}`, () => {
    const box = `${server.prefix}Lost`;
    let running: Running;
    let proxy: FaultyProxy;
    let other: ImapClient;

    beforeAll(async () => {
      running = await server.start();
      proxy = await startProxy(running.port);
      other = await connectTo(running, { autoIdle: false });
    });
    afterAll(async () => {
      await other?.logout();
      await proxy?.close();
      await running?.stop();
    });

    const open = async (options: ConnectingOptions = {}): Promise<ImapClient> => {
      await other.create(box);
      for (const subject of ['a', 'b', 'c', 'd', 'e']) await other.append(box, note(subject));
      await other.select(box);
      const client = await connectTo({ ...running, port: proxy.port }, keep(options));
      await client.select(box);
      return client;
    };
    const end = async (client: ImapClient): Promise<void> => {
      await client.logout();
      await other.unselect().catch(() => other.select('INBOX'));
      await other.delete(box);
    };

    test('what went, came and changed meanwhile is told', async () => {
      const client = await open();
      const uids = await client.search({});
      const uidNext = uids.at(-1)! + 1;
      const resync = next(client, 'resync');
      proxy.refuse(true);
      const lost = next(client, 'reconnecting');
      proxy.cut();
      await lost;
      await other.store(uids[1]!, { add: ['\\Deleted'] });
      await other.expunge();
      await other.store(uids[2]!, { add: ['\\Flagged'] });
      await other.append(box, note('new'));
      proxy.refuse(false);
      const { vanished, changed, added, how, error, uidValidityChanged } = await resync;
      expect({ error, uidValidityChanged }).toEqual({ error: null, uidValidityChanged: false });
      expect(how).toBe(server.has.includes('QRESYNC') ? 'qresync' : 'compare');
      expect(vanished).toContainEqual([uids[1], uids[1]]);
      expect(vanished.flat()).not.toContain(uids[0]);
      expect(added).toEqual([[uidNext, uidNext]]);
      expect(changed.find(({ uid }) => uid === uids[2])?.flags).toContain('\\Flagged');
      expect(changed.map(({ uid }) => uid)).not.toContain(uids[1]);
      expect(client.mailbox).toMatchObject({ name: box, exists: 5 });
      expect(await subjects(client)).toEqual(['a', 'c', 'd', 'e', 'new']);
      await end(client);
    });

    test('calls go on: rows where they were, a change of flags once more, a copy not', async () => {
      let copying = (): void => {};
      const sent = new Promise<void>((resolve) => {
        copying = resolve;
      });
      const client = await open({
        onLine: (direction, line) => {
          if (direction === 'C' && line.includes('UID COPY')) copying();
        },
      });
      const uids = await client.search({});
      const seen: (number | undefined)[] = [];
      for await (const { uid } of client.fetch('1:*', { flags: true })) {
        seen.push(uid);
        if (seen.length === 2) proxy.cut();
      }
      expect(seen).toEqual(uids);
      await client.noop();
      proxy.stall();
      const stored = client.store(uids, { add: ['\\Seen'] });
      const copied = client.copy(uids, box);
      copied.catch(() => {});
      await sent;
      proxy.cut();
      proxy.resume();
      await stored;
      await expect(copied).rejects.toMatchObject({ name: 'ImapConnectionError', sent: 'all' });
      await other.noop();
      expect(await subjects(other)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect((await other.search({ seen: true })).length).toBe(5);
      await end(client);
    });

    test('a mailbox that was made anew, and one that is gone', async () => {
      const client = await open();
      const [first] = await client.search({});
      const { uidValidity } = client.mailbox!;
      let resync = next(client, 'resync');
      let lost = next(client, 'reconnecting');
      proxy.refuse(true);
      proxy.cut();
      await lost;
      const stored = client.store(first!, { add: ['\\Deleted'] });
      stored.catch(() => {});
      await other.select('INBOX');
      // A time in seconds on some servers.
      let made: MailboxStatus;
      do {
        await other.delete(box);
        await other.create(box);
        made = await other.status(box, ['uidValidity']);
      } while (made.uidValidity === uidValidity);
      await other.append(box, note('another'));
      proxy.refuse(false);
      expect(await resync).toMatchObject({ uidValidityChanged: true, vanished: [], added: [] });
      await expect(stored).rejects.toMatchObject({
        sent: 'nothing',
        message: expect.stringContaining('UIDVALIDITY'),
      });
      expect(await client.search({ deleted: true })).toEqual([]);

      resync = next(client, 'resync');
      lost = next(client, 'reconnecting');
      proxy.refuse(true);
      proxy.cut();
      await lost;
      await other.delete(box);
      proxy.refuse(false);
      expect(await resync).toMatchObject({ error: { name: 'ImapCommandError', command: 'SELECT' } });
      expect(client.mailbox).toBeNull();
      await client.select('INBOX');
      await client.logout();
    });
  });
}

test.skipIf(!hasDovecot() || process.env['WITHOUT_DOVECOT'] === '1')(
  'A server that is stopped and started again finds its client again, and a download goes on',
  async () => {
    const homes = await mkdtemp(join(tmpdir(), 'reconnecting-'));
    let running = await startDovecot({ homes });
    const { port, tlsPort } = running;
    const proxy = await startProxy(port);
    const client = await connectTo({ ...running, port: proxy.port }, keep());
    try {
      await client.append('INBOX', note('before', 'x'.repeat(1_000_000)));
      await client.select('INBOX');
      const resync = next(client, 'resync');
      const lost = next(client, 'reconnecting');
      const download = client.download((await client.search({}))[0]!, '').getReader();
      let octets = (await download.read()).value!.length;
      await running.stop();
      // What has served the connection may outlive the server for some seconds.
      proxy.cut();
      await lost;
      expect(client.state).toBe('reconnecting');
      const appended = client.append('INBOX', note('after'));
      running = await startDovecot({ homes, port, tlsPort });
      expect(await resync).toMatchObject({
        how: 'qresync',
        vanished: [],
        added: [],
        uidValidityChanged: false,
      });
      await appended;
      for (let piece = await download.read(); !piece.done; piece = await download.read())
        octets += piece.value.length;
      expect(octets).toBe(note('before', 'x'.repeat(1_000_000)).length);
      expect(await subjects(client)).toEqual(['before', 'after']);
      await client.logout();
      expect(await client.closed).toBeNull();
    } finally {
      await client.logout();
      await proxy.close();
      await running.stop();
      await rm(homes, { recursive: true, force: true });
    }
  },
);
