// The two examples of the README, run in Chromium against Dovecot as they stand; only names and password are put in.

import { readFileSync } from 'node:fs';
import type * as Client from '@imaplib/client';
import type * as Imaplib from '@imaplib/client/imaplib';
import { expect, message, note, test } from './fixtures.ts';
import { startModules } from './imaplib-page.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code);

/** Runs in the page; gives what the example logs. */
async function runExample(code: string): Promise<string[]> {
  const load = async (address: string): Promise<unknown> => import(address);
  const client = (await load('/index.js')) as typeof Client;
  const imaplib = (await load('/imaplib/index.js')) as typeof Imaplib;
  imaplib.IMAP4.defaultTransport = () => client.bridge({ url: '/imap', target: 'tls' });
  const logged: string[] = [];
  const log = (...values: unknown[]): void => void logged.push(values.join(' '));
  const source = `const { bridge, ImapClient } = modules.client; const { IMAP4_SSL } = modules.imaplib;
    ${code.replaceAll(/^import .*$/gm, '')}`;
  // oxlint-disable-next-line no-implied-eval, no-new-func -- this is what the test is for
  const run = new Function('modules', 'console', `return (async () => {${source}\n})()`) as (
    ...args: unknown[]
  ) => Promise<void>;
  await run({ client, imaplib }, { log });
  return logged;
}

test('both examples do what they say', async ({ page, dovecot, account }) => {
  const site = await startModules(dovecot);
  await page.goto(site.url);
  const run = (code = ''): Promise<string[]> =>
    page.evaluate(
      runExample,
      code
        .replace("'work'", "'tls'")
        .replaceAll("'ana'", `'${account.user}'`)
        .replace("() => prompt('Password')", `'${account.password}'`)
        .replace("'secret'", `'${account.password}'`),
    );
  expect(examples).toHaveLength(2);
  // Empty first: nothing to loop over is no reason to fail.
  expect(await run(examples[0])).toEqual(['0 messages']);
  expect(await run(examples[1])).toEqual([]);
  await account.fill([{ path: 'INBOX', messages: [message(note('One')), message(note('Two'))] }]);
  const logged = await run(examples[0]);
  expect(logged.slice(0, 3)).toEqual([
    '2 messages',
    expect.stringMatching(/^\d+ One/),
    expect.stringMatching(/^\d+ Two/),
  ]);
  expect(Number(logged[3])).toBeGreaterThan(100);
  expect(await run(examples[1])).toEqual([
    expect.stringMatching(/^1 From: [^]*Subject: One/),
    expect.stringMatching(/^2 From: [^]*Subject: Two/),
  ]);
  await site.close();
});
