// ImapClient against real servers, from Node: the same tables of calls for Dovecot, Cyrus and Courier.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calls, type Place } from './server-calls.ts';
import { extensions } from './server-extensions.ts';
import { accessToken, connectTo, password, servers, startWithCertificates, type Running } from './servers.ts';

describe.each(servers.filter(({ missing }) => missing === null))('$name', (server) => {
  let running: Running;
  beforeAll(async () => {
    running = await server.start();
  });
  afterAll(() => running?.stop());

  describe('sign-in', () => {
    test.each(server.mechanisms)('%s', async (mechanism) => {
      const client = await connectTo(running, { auth: { user: 'alice', pass: password, mechanism } });
      expect(client.state).toBe('authenticated');
      await client.logout();
    });

    test.each(['tls', 'starttls', 'plain'] as const)('the strongest mechanism, %s', async (line) => {
      const said: string[] = [];
      const client = await connectTo(running, {
        line,
        onLine: (direction, text) => said.push(`${direction} ${text}`),
      });
      await client.select('INBOX');
      await client.logout();
      expect(said.join('\n')).toContain(` AUTHENTICATE ${server.chosen}`);
      expect(said.join('\n')).not.toContain(password);
      expect(client.info.tls === null).toBe(line === 'plain');
    });

    test('a wrong password is refused, and tried once', async () => {
      const said: string[] = [];
      const refused = connectTo(running, {
        auth: { user: 'alice', pass: 'wrong' },
        onLine: (direction, text) => direction === 'C' && said.push(text),
      });
      await expect(refused).rejects.toMatchObject({ name: 'ImapCommandError', status: 'NO' });
      expect(said.filter((line) => line.includes('AUTHENTICATE'))).toHaveLength(1);
    });

    if (server.name !== 'Dovecot') return;

    test.each(['XOAUTH2', 'OAUTHBEARER'] as const)('%s', async (mechanism) => {
      const auth = { user: 'alice', accessToken, mechanism };
      const client = await connectTo(running, { auth });
      expect(client.state).toBe('authenticated');
      await client.logout();
      const refused = connectTo(running, { auth: { ...auth, accessToken: 'another' } });
      await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('({"status":"') });
    });

    test('EXTERNAL, by a certificate', async () => {
      const known = await startWithCertificates();
      try {
        const auth = { mechanism: 'EXTERNAL' } as const;
        const client = await connectTo(known.running, { auth, client: known.client });
        expect(client.state).toBe('authenticated');
        await client.logout();
        await expect(connectTo(known.running, { auth })).rejects.toMatchObject({ name: 'ImapCommandError' });
      } finally {
        await known.running.stop();
      }
    });

    test('ANONYMOUS', async () => {
      const client = await connectTo(running, { auth: { mechanism: 'ANONYMOUS', trace: 'guest' } });
      expect(client.state).toBe('authenticated');
      await client.logout();
    });
  });

  /** Runs a call in a place of its own; gives what could not be read. */
  const place = async (index: number, run: (place: Place) => Promise<void>): Promise<string[]> => {
    const client = await connectTo(running, { autoIdle: false });
    const box = (name: string): string => `${server.prefix}${index} ${name}`;
    const filled = async (name: string, messages: readonly string[]): Promise<string> => {
      await client.create(box(name));
      for (const raw of messages) await client.append(box(name), raw);
      await client.select(box(name));
      return box(name);
    };
    const warnings: string[] = [];
    client.on('warning', ({ reason, line }) => warnings.push(`${reason}: ${line}`));
    try {
      await run({ server, running, client, box, filled });
      return warnings;
    } finally {
      await client.logout();
    }
  };

  test.each(calls.map(([name, run], index) => [name, index, run] as const))(
    '%s',
    async (_name, index, run) => {
      expect(await place(index, run)).toEqual([]);
    },
  );

  const had = extensions.filter(([needs]) => server.has.includes(needs));
  test.each(had.map(([needs, name, run], index) => [`${needs}: ${name}`, needs, index, run] as const))(
    '%s',
    async (_name, needs, index, run) => {
      const unread = await place(100 + index, async (at) => {
        expect([...at.client.capabilities]).toContain(needs);
        await run(at);
      });
      expect(unread).toEqual([]);
    },
  );
});

test.each(servers.filter(({ missing }) => missing !== null))('without $name: $missing', ({ missing }) => {
  // Told by its name; whether that may be is for the whole run to judge.
  expect(missing).not.toBe('');
});
