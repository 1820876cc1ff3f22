// Mailboxes, their names, counts, rights, quotas and annotations, against real servers, from Node: what each of them
// has, and mailboxes() over what it has not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailboxes, specialUse, type ClientEvents, type ImapClient } from '@imaplib/client';
import {
  create,
  deleteAcl,
  enable,
  fetchAnnotations,
  getAcl,
  getMetadata,
  getQuotaRoot,
  id,
  listExtended,
  listRights,
  myRights,
  namespace,
  notify,
  setAcl,
  setMetadata,
  setQuota,
  storeAnnotations,
} from '@imaplib/client/commands';
import { connectTo, servers, type RealServer, type Running } from './servers.ts';

const letter = 'From: ana@example.com\r\nSubject: One\r\n\r\nHello.\r\n';

interface Place {
  readonly server: RealServer;
  readonly running: Running;
  readonly client: ImapClient;
  /** The name of a mailbox that the test may make. */
  readonly box: (name: string) => string;
}

/** The next event of a kind that fits. */
function next<Type extends keyof ClientEvents>(
  client: ImapClient,
  type: Type,
  fits: (event: ClientEvents[Type]) => boolean,
): Promise<ClientEvents[Type]> {
  return new Promise((resolve) => {
    const off = client.on(type, (event) => {
      if (!fits(event)) return;
      off();
      resolve(event);
    });
  });
}

type Row = readonly [title: string, needs: string | null, run: (place: Place) => Promise<void>];

const rows: readonly Row[] = [
  [
    'ID tells who the server is',
    'ID',
    async ({ client, server }) => {
      const identity = await client.run(id, { name: 'imaplib', version: null });
      expect(identity?.['name']).toContain(server.name);
    },
  ],
  [
    'NAMESPACE tells where mailboxes of one’s own are',
    'NAMESPACE',
    async ({ client, server }) => {
      const { personal } = await client.run(namespace, undefined);
      expect(personal).toEqual([{ prefix: server.prefix, delimiter: server.delimiter, extensions: {} }]);
    },
  ],
  [
    'mailboxes() tells names, special uses, counts and subscriptions, whatever the server has',
    null,
    async ({ client, box }) => {
      const name = box('Entwürfe & so');
      await client.create(name);
      await client.subscribe(name);
      await client.append(name, letter);
      const found = await mailboxes(client, { status: ['messages', 'unseen'], rights: true });
      const own = found.find((mailbox) => mailbox.name === name);
      expect(own?.status).toEqual({ name, messages: 1, unseen: 1 });
      expect(own?.attributes).toContain('\\Subscribed');
      if (client.capabilities.has('ACL')) expect(own?.rights).toMatch(/l.*r/);
      else expect(own).not.toHaveProperty('rights');
      const uses = found.map((mailbox) => specialUse(mailbox, { byName: true }));
      expect(uses).toEqual(expect.arrayContaining(['inbox', 'drafts', 'sent', 'junk', 'trash']));
      const subscribed = await mailboxes(client, { subscribed: true });
      expect(subscribed.map((mailbox) => mailbox.name)).toContain(name);
      await client.unsubscribe(name);
      const fewer = await mailboxes(client, { subscribed: true });
      expect(fewer.map((mailbox) => mailbox.name)).not.toContain(name);
    },
  ],
  [
    'LIST with options: several patterns, what is subscribed below, special uses',
    'LIST-EXTENDED',
    async ({ client, box }) => {
      await client.create(box('Above/below'));
      await client.subscribe(box('Above/below'));
      const found = await client.run(listExtended, {
        reference: '',
        patterns: [box('Above'), box('Nothing')],
        select: ['subscribed', 'recursiveMatch'],
        return: { children: true },
      });
      expect(found).toMatchObject([{ name: box('Above'), childInfo: ['SUBSCRIBED'] }]);
      const special = await client.run(listExtended, {
        reference: '',
        patterns: ['*'],
        select: ['specialUse'],
        return: { specialUse: true },
      });
      expect(special.map((mailbox) => specialUse(mailbox))).toEqual(
        expect.arrayContaining(['drafts', 'sent']),
      );
    },
  ],
  [
    'CREATE for a special use, and the identifier of a mailbox',
    'CREATE-SPECIAL-USE',
    async ({ client, box }) => {
      const { mailboxId } = await client.create(box('Wichtig'), { use: ['\\Important'] });
      expect(mailboxId).toMatch(/^[\w-]+$/);
      const found = await mailboxes(client, { patterns: box('Wichtig') });
      expect(found.map((mailbox) => specialUse(mailbox))).toEqual(['important']);
      await expect(client.create(box('Zwei'), { use: ['\\Sent'] })).rejects.toMatchObject({
        code: { name: 'USEATTR' },
      });
    },
  ],
  [
    'QUOTA tells what is used, and lets nobody but administrators change it',
    'QUOTA',
    async ({ client, server }) => {
      const { roots, quotas } = await client.run(getQuotaRoot, { mailbox: 'INBOX' });
      expect(roots).toHaveLength(1);
      // Courier has a root, and nothing below it.
      if (server.name !== 'Courier') {
        expect(quotas).toMatchObject([{ root: roots[0], resources: { STORAGE: {} } }]);
        const { usage, limit } = quotas[0]!.resources['STORAGE']!;
        expect(limit).toBeGreaterThan(usage);
      }
      await expect(
        client.run(setQuota, { root: roots[0]!, limits: { STORAGE: 1000n } }),
      ).rejects.toMatchObject({ name: 'ImapCommandError', status: 'NO' });
    },
  ],
  [
    'ACL: rights are given, told and taken away',
    'ACL',
    async ({ client, box }) => {
      const mailbox = box('Geteilt ü');
      await client.create(mailbox);
      await client.run(setAcl, { mailbox, identifier: 'bob', rights: 'lr' });
      await client.run(setAcl, { mailbox, identifier: 'bob', rights: 's', change: 'add' });
      const rights = async (): Promise<string | undefined> =>
        (await client.run(getAcl, { mailbox })).find(({ identifier }) => identifier === 'bob')?.rights;
      expect([...((await rights()) ?? '')].toSorted().join('')).toBe('lrs');
      expect((await client.run(listRights, { mailbox, identifier: 'bob' }))?.optional.join('')).toMatch(/r/);
      expect(await client.run(myRights, { mailbox })).toMatch(/a/);
      await client.run(deleteAcl, { mailbox, identifier: 'bob' });
      expect(await rights()).toBeUndefined();
    },
  ],
  [
    'METADATA: text of any kind comes back as it was, long values are left out, null removes',
    'METADATA',
    async ({ client, box }) => {
      const mailbox = box('Notizen');
      await client.create(mailbox);
      const values = { '/private/comment': 'Grüße "x"\r\n\\', '/shared/comment': 'hm' };
      await client.run(setMetadata, { mailbox, values });
      const entries = [...Object.keys(values), '/private/vendor/none'];
      const found = await client.run(getMetadata, { mailbox, entries });
      expect(found).toMatchObject({ values: { ...values, '/private/vendor/none': null }, longest: null });
      const short = await client.run(getMetadata, { mailbox, entries: ['/private/comment'], maxSize: 5 });
      expect(short.longest).toBe(14);
      expect(short.values['/private/comment'] ?? null).toBeNull();
      const [listed] = await mailboxes(client, { patterns: mailbox, metadata: ['/shared/comment'] });
      expect(listed?.metadata).toMatchObject({ '/shared/comment': 'hm' });
      await client.run(setMetadata, { mailbox, values: { '/private/comment': null } });
      const gone = await client.run(getMetadata, { mailbox, entries: ['/private/comment'] });
      expect(gone.values['/private/comment'] ?? null).toBeNull();
    },
  ],
  [
    'ANNOTATE: annotations of messages',
    'ANNOTATE-EXPERIMENT-1',
    async ({ client, box }) => {
      const name = box('Annotiert');
      await client.create(name);
      const appended = await client.append(name, letter);
      const set = appended!.uid;
      await client.select(name);
      await client.run(storeAnnotations, {
        set,
        uid: true,
        annotations: { '/comment': { 'value.priv': 'Grüße', 'value.shared': null } },
      });
      const found = await client.run(fetchAnnotations, { set, uid: true, entries: ['/comment'] });
      expect(found).toMatchObject([
        { uid: set, annotations: { '/comment': { 'value.priv': 'Grüße', 'value.shared': null } } },
      ]);
    },
  ],
  [
    'ENABLE UTF8=ACCEPT: names are sent and read as they are',
    'UTF8=ACCEPT',
    async ({ running, box }) => {
      const client = await connectTo(running, { autoIdle: false });
      try {
        await client.create(box('vorher ü & ö'));
        expect(await client.run(enable, { extensions: ['UTF8=ACCEPT', 'X-NONE'] })).toEqual(['UTF8=ACCEPT']);
        await client.run(create, { mailbox: box('nachher ü & ö') });
        const names = (await client.list(box('*')).toArray()).map((mailbox) => mailbox.name);
        expect(names).toEqual(expect.arrayContaining([box('vorher ü & ö'), box('nachher ü & ö')]));
        expect((await client.status(box('vorher ü & ö'), ['messages'])).name).toBe(box('vorher ü & ö'));
        expect((await client.select(box('nachher ü & ö'))).exists).toBe(0);
      } finally {
        await client.logout();
      }
    },
  ],
  [
    'NOTIFY: what happens in other mailboxes is told',
    'NOTIFY',
    async ({ client, running, box }) => {
      const watching = await connectTo(running, { autoIdle: false });
      try {
        await client.create(box('Beobachtet ü'));
        await watching.select('INBOX');
        await watching.run(notify, {
          groups: [
            { mailboxes: 'selected', events: ['MessageNew', 'MessageExpunge'], fetch: { envelope: true } },
            { mailboxes: 'personal', events: ['MessageNew', 'MessageExpunge', 'MailboxName'] },
          ],
        });
        const counted = next(watching, 'status', ({ status }) => status.name === box('Beobachtet ü'));
        const renamed = next(watching, 'mailbox', ({ mailbox }) => mailbox.name === box('Umbenannt ü'));
        await client.append(box('Beobachtet ü'), letter);
        await client.noop();
        expect((await counted).status.messages).toBe(1);
        await client.rename(box('Beobachtet ü'), box('Umbenannt ü'));
        // Dovecot adds OLDNAME only where it has seen the old one first.
        expect((await renamed).mailbox.attributes).not.toContain('\\NonExistent');
        const fetched = next(watching, 'fetch', ({ message }) => message.envelope !== undefined);
        await client.append('INBOX', letter);
        expect((await fetched).message.envelope?.subject).toBe('One');
        await watching.run(notify, { groups: [] });
      } finally {
        await watching.logout();
      }
    },
  ],
];

for (const server of servers) {
  describe.skipIf(server.missing !== null || process.env['WITHOUT_DOVECOT'] === '1')(
    `on ${server.name}`,
    () => {
      let running: Running;
      let client: ImapClient;
      const box = (name: string): string => `${server.prefix}${name.replaceAll('/', server.delimiter)}`;
      beforeAll(async () => {
        running = await server.start();
        client = await connectTo(running, { autoIdle: false });
      });
      afterAll(async () => {
        await client?.logout();
        await running?.stop();
      });
      // oxlint-disable-next-line vitest/expect-expect -- each row expects for itself
      test.for(rows)('%s', async ([, needs, run], { skip }) => {
        if (needs !== null && !client.capabilities.has(needs)) skip(`${server.name} has no ${needs}`);
        await run({ server, running, client, box });
      });
    },
  );
}
