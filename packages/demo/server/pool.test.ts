// A pool of connections to a real server, which has a bound on them.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ImapPool } from '@imaplib/client';
import { tcp } from '@imaplib/client/node';
import { startDovecot, type Dovecot } from './dovecot.ts';

const message = (subject: string) => ({
  raw: new TextEncoder().encode(`From: ada@example.org\r\nSubject: ${subject}\r\n\r\nHello\r\n`),
  flags: [],
  date: new Date(Date.UTC(2026, 0, 1)),
});

// Left out only where the whole run was told to do without Dovecot.
describe.skipIf(process.env['WITHOUT_DOVECOT'] === '1')('a pool', () => {
  let dovecot: Dovecot;
  const names = Array.from({ length: 12 }, (_, index) => `Box ${index} ü`);
  beforeAll(async () => {
    const folders = names.map((path, index) => ({
      path,
      messages: [message('Needle'), message('Hay'), ...(index % 2 === 0 ? [message('Needle again')] : [])],
    }));
    dovecot = await startDovecot({
      mailboxes: { alice: folders },
      extra: 'protocol imap {\n  mail_max_userip_connections = 2\n}\n',
    });
  });
  afterAll(() => dovecot?.stop());

  const open = (): ImapPool => {
    const pool = new ImapPool({
      transport: tcp({ host: dovecot.host, port: dovecot.port, tls: 'none' }),
      auth: { user: 'alice', pass: 'secret-a' },
    });
    onTestFinished(() => pool.close());
    return pool;
  };

  test('goes on with as many connections as the server allows', async () => {
    const pool = open();
    const refused = new Promise<string>((resolve) => {
      pool.on('close', ({ client, event }) => resolve(`${client === null} ${event.error?.name}`));
    });
    const [first = '', second = '', ...others] = names;
    const waiting: Promise<string | undefined>[] = [];
    // Two at a time are one too few for the third.
    await pool.use(first, () =>
      pool.use(second, async () => {
        for (const name of others) waiting.push(pool.use(name, async ({ mailbox }) => mailbox?.name));
        expect(await refused).toBe('true ImapConnectionError');
      }),
    );
    expect(await Promise.all(waiting)).toEqual(others);
    expect(pool.clients).toHaveLength(2);
  });

  test('searches and counts many mailboxes, and one that is not there is one row', async () => {
    const pool = open();
    const asked = [...names, 'Missing'];
    const found = await pool.search(asked, { subject: 'Needle' }).toArray();
    expect(found).toHaveLength(asked.length);
    for (const row of found) {
      const index = names.indexOf(row.mailbox);
      if (row.error === null) expect(row.uids).toEqual(index % 2 === 0 ? [1, 3] : [1]);
      else expect(row.mailbox).toBe('Missing');
    }
    const counts = await pool.status(asked, ['messages', 'unseen']).toArray();
    for (const row of counts) {
      const messages = names.indexOf(row.mailbox) % 2 === 0 ? 3 : 2;
      if (row.error === null)
        expect(row.status).toMatchObject({ name: row.mailbox, messages, unseen: messages });
      else expect(row.mailbox).toBe('Missing');
    }
    expect(counts.filter(({ error }) => error !== null)).toHaveLength(1);
  });

  test('downloads beside what else is done', async () => {
    const pool = open();
    const whole = pool.use('Box 0 ü', async (client) => new Response(client.download(1, '')).text(), {
      readOnly: true,
    });
    const rows = await pool.search(names, {}).toArray();
    expect(rows.every(({ error }) => error === null)).toBe(true);
    expect(await whole).toContain('Subject: Needle');
  });
});
