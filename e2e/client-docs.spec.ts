// The examples of docs/client, run one after the other in Chromium against Dovecot, as a reader would paste them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as Client from '@imaplib/client';
import { startDovecot } from '@imaplib/demo/server';
import { expect, message, note, test } from './fixtures.ts';
import { startModules } from './imaplib-page.ts';

const guide = fileURLToPath(new URL('../docs/client/README.md', import.meta.url));
const examples = [...readFileSync(guide, 'utf8').matchAll(/^```js\n([^]*?)^```$/gm)].map(
  ([, code = '']) => code,
);

test('each example runs, the ones behind the first on its connection', async ({ page }) => {
  const dovecot = await startDovecot({
    users: { ana: 'secret' },
    mailboxes: {
      ana: [
        { path: 'INBOX', messages: ['Lunch', 'Invoice', 'Tickets'].map((subject) => message(note(subject))) },
      ],
    },
  });
  const site = await startModules(dovecot, {}, { work: dovecot.port });
  try {
    await page.goto(site.url);
    const logged = await page.evaluate(async (codes) => {
      const [first, second] = ['/index.js', '/commands/index.js'];
      const modules = { ...((await import(first)) as object), ...((await import(second)) as object) };
      const names = Object.keys(modules);
      const { ImapClient, bridge } = modules as unknown as typeof Client;
      const client = await ImapClient.connect({
        transport: bridge({ url: '/imap', target: 'work' }),
        auth: { user: 'ana', pass: 'secret' },
      });
      await client.select('INBOX');
      const lines: string[][] = [];
      for (const code of codes) {
        const own: string[] = [];
        const log = {
          log: (...values: readonly unknown[]) => {
            const words = values.map((value) =>
              typeof value === 'string' || typeof value === 'number' ? String(value) : typeof value,
            );
            own.push(words.join(' '));
          },
        };
        // The first of them makes a client of its own; the imports are there as names already.
        const body = code.replaceAll(/^import .*;$/gm, '');
        const given = /^const client /m.test(body) ? [] : ['client'];
        // oxlint-disable-next-line no-implied-eval -- an example is text
        const run = new Function(
          ...names,
          'console',
          'prompt',
          ...given,
          `return (async () => {${body}})();`,
        ) as (...values: readonly unknown[]) => Promise<void>;
        await run(...Object.values(modules), log, () => 'secret', ...(given.length > 0 ? [client] : []));
        lines.push(own);
      }
      await client.logout();
      return lines;
    }, examples);
    expect(logged).toHaveLength(examples.length);
    expect(logged[0]).toEqual(['1 Lunch', '2 Invoice', '3 Tickets']);
    expect(logged[1]?.some((line) => /^INBOX .*3$/.test(line))).toBe(true);
    expect(logged[3]?.at(-1)).toMatch(/^\d+$/);
  } finally {
    await site.close();
    await dovecot.stop();
  }
});
