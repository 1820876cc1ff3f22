// What the tests stand on: one real Dovecot for a worker with a user for each test, and for each test a real bridge
// that serves the built page.

import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { expect, test as base, type Page } from '@playwright/test';
import { createBridge, type Bridge, type BridgeOptions } from '@imaplib/bridge';
import {
  startDovecot,
  type ConfiguredTarget,
  type Dovecot,
  type PageConfig,
  type SeedFolder,
} from '@imaplib/demo/server';

const builtPage = fileURLToPath(new URL('../packages/demo/dist/page', import.meta.url));

/** Enough for the tests of one worker. */
const users = Array.from({ length: 60 }, (_, index) => `user${index}`);
const password = 'correct horse';

/** Where a test's page is served, and what it may reach. */
export interface Site {
  readonly url: string;
  readonly bridge: Bridge;
  close(): Promise<void>;
}

export interface SiteOptions extends Omit<BridgeOptions, 'staticDir' | 'staticFiles'> {
  readonly labels?: Readonly<Record<string, Partial<ConfiguredTarget>>>;
  readonly allowHosts?: boolean;
}

/** Serves the page with a bridge to these targets. */
export async function startSite({ labels = {}, allowHosts = false, ...options }: SiteOptions): Promise<Site> {
  const names = [...Object.keys(options.targets ?? {}), ...Object.keys(labels)];
  const config: PageConfig = {
    bridge: '/imap',
    targets: [...new Set(names)].map((name) => ({ name, label: name, ...labels[name] })),
    allowHosts,
  };
  const bridge = createBridge({
    ...options,
    log: () => {},
    staticDir: builtPage,
    staticFiles: { '/config.json': { type: 'application/json', body: JSON.stringify(config) } },
  });
  await bridge.listen();
  return { url: `http://127.0.0.1:${bridge.port}/`, bridge, close: () => bridge.close() };
}

/** A user of the test's own on the worker's Dovecot. */
export interface Account {
  readonly user: string;
  readonly password: string;
  fill(folders: readonly SeedFolder[]): Promise<void>;
  /** A new message comes from elsewhere. */
  deliver(raw: string, path?: string): Promise<void>;
}

interface TestFixtures {
  readonly account: Account;
  readonly site: Site;
}

interface WorkerFixtures {
  readonly dovecot: Dovecot;
}

let nextUser = 0;

export const test = base.extend<TestFixtures, WorkerFixtures>({
  dovecot: [
    async ({}, use) => {
      const dovecot = await startDovecot({
        users: Object.fromEntries(users.map((user) => [user, password])),
      });
      await use(dovecot);
      await dovecot.stop();
    },
    { scope: 'worker' },
  ],
  account: async ({ dovecot }, use) => {
    const user = users[nextUser++];
    if (user === undefined) throw new Error('more tests than users: raise the number in fixtures.ts');
    await use({
      user,
      password,
      fill: (folders) => dovecot.fill(user, folders),
      deliver: (raw, path) => dovecot.deliver(user, new TextEncoder().encode(crlf(raw)), path),
    });
  },
  site: async ({ dovecot }, use) => {
    const site = await startSite({
      targets: {
        dovecot: {
          host: '127.0.0.1',
          port: dovecot.tlsPort,
          tls: 'implicit',
          ca: readFileSync(dovecot.ca, 'utf8'),
        },
      },
    });
    await use(site);
    await site.close();
  },
});

export { expect };

/** Line ends as mail has them. */
export const crlf = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n');

/** A message for a mailbox. */
export function message(
  raw: string,
  { flags = [], date = new Date('2026-11-20T10:00:00Z') }: { flags?: readonly string[]; date?: Date } = {},
): SeedFolder['messages'][number] {
  return { raw: new TextEncoder().encode(crlf(raw)), flags, date };
}

/** A small plain message. */
export const note = (subject: string, body = 'Hello.', from = 'Ana <ana@example.com>'): string =>
  `From: ${from}\nTo: you@example.com\nSubject: ${subject}\nDate: Fri, 20 Nov 2026 10:00:00 +0000\nMessage-ID: <${encodeURIComponent(subject)}@example.com>\n\n${body}\n`;

/** Signs in by hand and waits for the list. */
export async function signIn(
  page: Page,
  site: Site,
  account: Pick<Account, 'user' | 'password'>,
): Promise<void> {
  await page.goto(site.url);
  await page.getByRole('textbox', { name: 'User' }).fill(account.user);
  await page.getByRole('textbox', { name: 'Password' }).fill(account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('tree', { name: 'Folders' })).toBeVisible();
}

/** A row of the message list by a part of its subject. */
export const row = (page: Page, subject: string | RegExp) =>
  page.getByRole('grid', { name: 'Messages' }).getByRole('row').filter({ hasText: subject });

/** An entry of the folder tree. */
export const folder = (page: Page, name: string | RegExp) =>
  page.getByRole('tree', { name: 'Folders' }).getByRole('treeitem', { name });
