// ImapClient in Chromium, through the bridge, against real servers: every way to sign in, and a little of everything.
// The whole table of calls is run from Node, in servers.test.ts.

import type * as Client from '@imaplib/client';
import { expect, test } from './fixtures.ts';
import { startModules } from './imaplib-page.ts';
import { accessToken, password, servers } from './servers.ts';

interface Asked {
  readonly auths: readonly Client.Auth[];
  readonly prefix: string;
}

/** Runs in the page; gives what has become of it. */
async function signInAndWork({ auths, prefix }: Asked): Promise<readonly string[]> {
  const load = async (address: string): Promise<unknown> => import(address);
  const { bridge, ImapClient } = (await load('/index.js')) as typeof Client;
  const transport = bridge({ url: '/imap', target: 'tls' });
  const done: string[] = [];
  for (const auth of auths) {
    let mechanism = '';
    const onLine = (_direction: 'C' | 'S', line: string): void => {
      mechanism ||= / AUTHENTICATE (\S+)/.exec(line)?.[1] ?? '';
    };
    const client = await ImapClient.connect({ transport, auth, onLine });
    done.push(`${mechanism}: ${client.state}`);
    await client.logout();
  }
  const client = await ImapClient.connect({ transport, auth: auths[0]!, autoIdle: false });
  try {
    const name = `${prefix}In a page, 日本`;
    await client.create(name);
    const text = 'From: a@example.com\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n';
    await client.append(name, text);
    await client.select(name);
    const [uid = 0] = await client.search({ subject: 'Grüße' });
    for await (const { envelope } of client.fetch([uid], { envelope: true })) {
      done.push(`subject: ${envelope?.subject}`);
    }
    const body = await new Response(client.download(uid, 'TEXT')).text();
    done.push(`text: ${body.trim()}`);
    await client.unselect();
    await client.delete(name);
    const left = await client.list(name).toArray();
    done.push(`left: ${left.length}`);
  } finally {
    await client.logout();
  }
  return done;
}

for (const server of servers.filter(({ missing }) => missing === null)) {
  test(`${server.name}, from a page`, async ({ page }) => {
    const running = await server.start();
    const site = await startModules(running);
    try {
      await page.goto(site.url);
      const user = { user: 'alice', pass: password };
      const tokens = ['OAUTHBEARER', 'XOAUTH2'] as const;
      const bearers = server.name === 'Dovecot' ? tokens : [];
      const done = await page.evaluate(signInAndWork, {
        auths: [
          user,
          ...server.mechanisms.map((mechanism) => ({ ...user, mechanism })),
          ...bearers.map((mechanism) => ({ user: 'alice', accessToken, mechanism })),
        ],
        prefix: server.prefix,
      });
      const used = [server.chosen, ...server.mechanisms, ...bearers];
      expect(done).toEqual([
        ...used.map((mechanism) => `${mechanism}: authenticated`),
        'subject: Grüße',
        'text: Hello',
        'left: 0',
      ]);
    } finally {
      await site.close();
      await running.stop();
    }
  });
}
