// How the page reaches a server, what it says where it cannot, and how it comes back when the line is lost.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { freePort, startDovecot, type DovecotOptions } from '@imaplib/demo/server';
import { expect, message, note, row, signIn, startSite, test, type Site } from './fixtures.ts';
import { startProxy } from './proxy.ts';

test.describe('ways to a server', () => {
  test.beforeEach(({ account }) =>
    account.fill([{ path: 'INBOX', messages: [message(note('Hello there'))] }]),
  );

  test('STARTTLS', async ({ page, dovecot, account }) => {
    const site = await startSite({
      targets: {
        plain: { host: '127.0.0.1', port: dovecot.port, tls: 'none', ca: readFileSync(dovecot.ca, 'utf8') },
      },
      labels: { plain: { security: 'starttls' } },
    });
    const frames: string[] = [];
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => frames.push(payload.toString()));
    });
    await signIn(page, site, account);
    await expect(row(page, 'Hello there')).toBeVisible();
    expect(frames.some((frame) => frame.includes('"starttls"'))).toBe(true);
    await site.close();
  });

  test('a spawned command that has signed in already (PREAUTH)', async ({ page, dovecot, account }) => {
    const site = await startSite({
      commands: { local: dovecot.preauthCommand(account.user) },
      labels: { local: { kind: 'command' } },
    });
    await signIn(page, site, { user: account.user, password: 'not asked for' });
    await expect(row(page, 'Hello there')).toBeVisible();
    await site.close();
  });

  test('a host of the user’s own, where the bridge allows it', async ({ page, dovecot, account }) => {
    const site = await startSite({
      allow: [`localhost:${dovecot.tlsPort}`],
      allowPrivate: true,
      ca: readFileSync(dovecot.ca, 'utf8'),
      allowHosts: true,
    });
    await page.goto(site.url);
    await page.getByRole('textbox', { name: 'Host' }).fill('localhost');
    await page.getByLabel('Port').fill(String(dovecot.tlsPort));
    await page.getByRole('textbox', { name: 'User' }).fill(account.user);
    await page.getByRole('textbox', { name: 'Password' }).fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(row(page, 'Hello there')).toBeVisible();
    await site.close();
  });
});

/** What the page says of a failure; empty live regions wait beside it. */
const problem = (page: Page) => page.getByRole('alert').filter({ hasText: /\S/ });

test.describe('what went wrong is said', () => {
  const attempt = async (page: Page, site: Site, password = 'x'): Promise<void> => {
    await page.goto(site.url);
    await page.getByRole('textbox', { name: 'User' }).fill('user0');
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };

  test('a wrong password', async ({ page, site }) => {
    await attempt(page, site, 'wrong secret 123');
    const alert = problem(page);
    await expect(alert).toContainText(/Authentication failed/);
    await expect(alert).not.toContainText('wrong secret 123');
  });

  test('an unknown target', async ({ page }) => {
    const site = await startSite({ labels: { nowhere: {} }, targets: {} });
    await attempt(page, site);
    await expect(problem(page)).toContainText(/not allow|refuse|permit/i);
    await site.close();
  });

  test('an unreachable host', async ({ page }) => {
    const site = await startSite({
      targets: { gone: { host: '127.0.0.1', port: await freePort(), tls: 'none' } },
    });
    await attempt(page, site);
    await expect(problem(page)).toContainText(/could not be reached|cannot be reached|unreachable|refused/i);
    await site.close();
  });

  const certificates: readonly (readonly [NonNullable<DovecotOptions['certificate']>, RegExp, number])[] = [
    ['expired', /expired/i, 3],
    ['selfSigned', /self-signed|self signed/i, 1],
    ['wrongName', /name/i, 3],
  ];
  for (const [certificate, reason, chain] of certificates) {
    test(`a certificate that is ${certificate}, with its chain`, async ({ page }) => {
      const dovecot = await startDovecot({ certificate });
      const site = await startSite({
        targets: {
          bad: {
            host: '127.0.0.1',
            port: dovecot.tlsPort,
            tls: 'implicit',
            ca: readFileSync(dovecot.ca, 'utf8'),
          },
        },
      });
      await attempt(page, site);
      const alert = problem(page);
      await expect(alert).toContainText(reason);
      await expect(alert.getByRole('list', { name: 'Certificates' }).getByRole('listitem')).toHaveCount(
        chain,
      );
      await site.close();
      await dovecot.stop();
    });
  }
});

test.describe('a lost connection', () => {
  test.beforeEach(({ account }) =>
    account.fill([{ path: 'INBOX', messages: [message(note('Still here'))] }]),
  );

  test('is told, and comes back by itself', async ({ page, dovecot, account }) => {
    const proxy = await startProxy(dovecot.port);
    const site = await startSite({
      targets: { proxied: { host: '127.0.0.1', port: proxy.port, tls: 'none' } },
    });
    await signIn(page, site, account);
    await row(page, 'Still here').click();
    await expect(
      page.getByRole('region', { name: 'Message', exact: true }).getByText('Hello.', { exact: true }),
    ).toBeVisible();
    proxy.refuse(true);
    proxy.cut();
    const banner = page.getByRole('alert', { name: 'Connection' });
    await expect(banner).toBeVisible();
    await account.deliver(note('While you were away'));
    proxy.refuse(false);
    await banner.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(banner).toHaveCount(0);
    await expect(row(page, 'While you were away')).toBeVisible();
    await expect(
      page.getByRole('region', { name: 'Message', exact: true }).getByText('Hello.', { exact: true }),
    ).toBeVisible();
    await site.close();
    await proxy.close();
  });

  test('that the browser has not noticed is found when the page wakes', async ({
    page,
    dovecot,
    account,
  }) => {
    const port = await freePort();
    const proxy = await startProxy(port);
    const url = `http://127.0.0.1:${proxy.port}`;
    const site = await startSite({
      port,
      origins: [url],
      targets: { dovecot: { host: '127.0.0.1', port: dovecot.port, tls: 'none' } },
    });
    const through: Site = { ...site, url: `${url}/` };
    await page.clock.install();
    await signIn(page, through, account);
    await expect(row(page, 'Still here')).toBeVisible();
    proxy.stall();
    const banner = page.getByRole('alert', { name: 'Connection' });
    // As a page hears of it that was asleep, or came to another network. What was on its way to the page before the
    // stall may still count as a sign of life, so it may take a second waking.
    await expect(async () => {
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await page.clock.runFor(11_000);
      await expect(banner).toBeVisible({ timeout: 1_000 });
    }).toPass();
    proxy.cut();
    proxy.resume();
    await banner.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(banner).toHaveCount(0);
    await expect(row(page, 'Still here')).toBeVisible();
    await proxy.close();
    await site.close();
  });
});
