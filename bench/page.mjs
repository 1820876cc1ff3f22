// The webmail itself: sign-in to the first rows and to the whole list, a scroll from end to end with its longest frame,
// and the heap; from a cold start (a new browser, nothing cached or compiled) and from a warm one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createBridge } from '@imaplib/bridge';
import { launchOptions } from '../scripts/chromium.mjs';
import { pass, startMailbox, user } from './mailbox.mjs';
import { rowsOf } from './measure.mjs';

const built = fileURLToPath(new URL('../packages/demo/dist/page', import.meta.url));

/** Signs in as a person would; gives milliseconds from the click to the first row and to the last. */
async function signIn(page, url) {
  await page.goto(url);
  await page.getByRole('textbox', { name: 'User' }).fill(user);
  await page.getByRole('textbox', { name: 'Password' }).fill(pass);
  await page.evaluate(() => {
    const seen = (test) =>
      new Promise((resolve) => {
        const look = () => {
          if (!test()) return;
          observer.disconnect();
          resolve(performance.now() - globalThis.clicked);
        };
        const observer = new MutationObserver(look);
        const changes = { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-busy'] };
        observer.observe(document.body, changes);
      });
    addEventListener('click', () => (globalThis.clicked ??= performance.now()), {
      capture: true,
      once: true,
    });
    const grid = () => document.querySelector('[role=grid]');
    let wasBusy = false;
    globalThis.times = Promise.all([
      seen(() => grid()?.querySelector('[role=row]:not([aria-busy])')),
      // It is busy once it knows how many there are, until it has them all.
      seen(() => {
        const busy = grid()?.getAttribute('aria-busy');
        wasBusy ||= busy === 'true';
        return wasBusy && busy === 'false';
      }),
    ]);
  });
  await page.getByRole('button', { name: 'Sign in' }).click();
  const [first, all] = await page.evaluate(() => globalThis.times);
  const rows = await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount');
  return { first, all, rows: Number(rows) };
}

/** From the newest message to the oldest in two seconds of frames; gives the longest one. */
async function scroll(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const grid = document.querySelector('[role=grid]');
        const steps = 120;
        const far = grid.scrollHeight - grid.clientHeight;
        let step = 0;
        let last = performance.now();
        let longest = 0;
        const frame = (now) => {
          if (step > 1) longest = Math.max(longest, now - last);
          last = now;
          step += 1;
          grid.scrollTop = (far * step) / steps;
          if (step < steps) requestAnimationFrame(frame);
          else resolve(longest);
        };
        requestAnimationFrame(frame);
      }),
  );
}

async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

export async function webmail({ messages, rounds }) {
  const dovecot = await startMailbox({ messages });
  const config = { bridge: '/imap', targets: [{ name: 'dovecot', label: 'dovecot' }], allowHosts: false };
  const bridge = createBridge({
    targets: {
      dovecot: {
        host: '127.0.0.1',
        port: dovecot.tlsPort,
        tls: 'implicit',
        ca: readFileSync(dovecot.ca, 'utf8'),
      },
    },
    log: () => {},
    staticDir: built,
    staticFiles: { '/config.json': { type: 'application/json', body: JSON.stringify(config) } },
  });
  await bridge.listen();
  const url = `http://127.0.0.1:${bridge.port}/`;
  const names = {
    first: 'sign-in to the first rows',
    all: `sign-in to the whole list`,
    frame: 'longest frame of a scroll from end to end',
    heap: 'heap with the whole list',
  };
  const values = new Map();
  const note = (kind, name, value) => {
    const key = `${kind}: ${names[name]}`;
    values.set(key, [...(values.get(key) ?? []), value]);
  };
  const visit = async (kind, context) => {
    const tab = await context.newPage();
    const { first, all, rows } = await signIn(tab, url);
    if (rows !== messages) throw new Error(`the page lists ${rows} of ${messages} messages`);
    note(kind, 'first', first);
    note(kind, 'all', all);
    note(kind, 'frame', await scroll(tab));
    note(kind, 'heap', await heap(tab));
    await tab.close();
  };
  try {
    for (let round = 0; round < Math.min(rounds, 5); round += 1) {
      const browser = await chromium.launch(launchOptions);
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      await visit('cold', context);
      await visit('warm', context);
      await browser.close();
    }
    const contenders = [...values.keys()].map((name) => ({
      name,
      unit: name.includes('heap') ? 'MiB' : 'ms',
    }));
    return {
      title: `8. The webmail with ${messages} messages, TLS to Dovecot`,
      rows: rowsOf(contenders, values, 'ms'),
    };
  } finally {
    await bridge.close();
    await dovecot.stop();
  }
}
