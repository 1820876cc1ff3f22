// The page as `npm start` gives it to a visitor: the embedded server and its sample mailbox.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@imaplib/demo/server';
import { expect, folder, test } from './fixtures.ts';

const program = fileURLToPath(new URL('../packages/demo/dist/server/start.js', import.meta.url));

async function start(...flags: string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [program, '--port', String(await freePort()), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return { url, child };
  }
  throw new Error('npm start ended without an address');
}

test('one click opens the sample mailbox; a letter arrives; Ctrl-C ends it', async ({ page }) => {
  const { url, child } = await start();
  await page.goto(url);
  await page.getByRole('button', { name: 'Open the sample mailbox' }).click();
  await expect(folder(page, /Inbox/)).toBeVisible();
  await expect(folder(page, /日本語/)).toBeVisible();
  const list = page.getByRole('grid', { name: 'Messages' });
  await expect(list.getByRole('row').nth(5)).toBeVisible();
  await list.getByRole('row').nth(2).click();
  await expect(page.getByRole('toolbar', { name: 'Message actions' })).toBeVisible();
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});

test('the self-test is green on the sample mailbox as well', async ({ page }) => {
  const { url, child } = await start();
  await page.goto(`${url}diagnostics.html`);
  await page.getByRole('button', { name: 'Connect to Sample mailbox' }).click();
  await expect(page.getByRole('status', { name: 'State' })).toHaveText('Signed in');
  await page.getByRole('tab', { name: 'Self-test' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'All tests OK.' })).toBeVisible();
  child.kill('SIGINT');
  await once(child, 'exit');
});

test('searches of several words, with a minus, and with one operator twice', async ({ page }) => {
  const { url, child } = await start();
  await page.goto(url);
  await page.getByRole('button', { name: 'Open the sample mailbox' }).click();
  const list = page.getByRole('grid', { name: 'Messages' });
  await expect(list.getByRole('row').nth(5)).toBeVisible();
  const box = page.getByRole('searchbox', { name: 'Search this folder' });
  for (const words of ['launch checklist', '-from:mira launch', 'from:mira from:holm']) {
    await box.fill(words);
    await box.press('Enter');
    await expect(page.getByText(/\d+ found/)).toBeVisible();
    await expect(list.getByRole('row').first()).toBeVisible();
    await expect(page.getByText('The search failed')).toHaveCount(0);
    await box.press('Escape');
    await expect(page.getByText(/\d+ found/)).toHaveCount(0);
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
});
