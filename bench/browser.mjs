// A real Chromium for the rows that a page runs, and what its process holds in memory.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { launchOptions } from '../scripts/chromium.mjs';
import { pass, user } from './mailbox.mjs';

let browser = null;

/** A page on a site of `startSite`, signed in: `client` is there as a global. */
export async function openClient(site, options = {}) {
  const page = await openPage(site.url);
  await page.evaluate(
    async ({ auth, token, more }) => {
      const imap = await import('/index.js');
      globalThis.client = await imap.ImapClient.connect({
        ...{ transport: imap.bridge({ url: '/imap', target: 'dovecot', token }), auth },
        ...{ security: 'none', ...more },
      });
    },
    { auth: { user, pass }, token: site.token, more: options },
  );
  return page;
}

async function openPage(url) {
  browser ??= await chromium.launch({
    ...launchOptions,
    args: [...launchOptions.args, '--js-flags=--expose-gc', '--enable-precise-memory-info'],
  });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`in the page: ${error.message}`));
  await page.goto(url);
  return page;
}

/** Memory of the page's process in MiB that it shares with nobody, after a collection. */
export async function memoryOf(page) {
  await page.evaluate(() => globalThis.gc());
  return rendererMib();
}

/** The same as it is now; of several pages the largest. */
export async function rendererMib() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      try {
        const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
        const kib = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)[1]);
        return (kib('Private_Clean') + kib('Private_Dirty')) / 1024;
      } catch {
        return 0; // it has ended meanwhile
      }
    });
  return Math.max(...sizes);
}

export async function closeBrowser() {
  await browser?.close();
  browser = null;
}
