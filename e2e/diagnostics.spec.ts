// The diagnostics page against a real Dovecot: what it shows of a connection, and that it never shows a password.

import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { freePort, startDovecot, type DovecotOptions } from '@imaplib/demo/server';
import { expect, message, note, startSite, test, type Account, type Site } from './fixtures.ts';
import { startProxy } from './proxy.ts';

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const state = (page: Page) => page.getByRole('status', { name: 'State' });
const command = (page: Page) => page.getByRole('textbox', { name: 'Command', exact: true });

/** The lines of the transcript that are on the screen. */
const spoken = (page: Page) => page.getByRole('listbox', { name: 'Lines' }).getByRole('option');

async function open(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.url}diagnostics.html`);
}

async function connect(
  page: Page,
  site: Site,
  { user, password }: Pick<Account, 'user' | 'password'>,
): Promise<void> {
  await open(page, site);
  await page.getByRole('textbox', { name: 'User' }).fill(user);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

async function type(page: Page, text: string): Promise<void> {
  await command(page).fill(text);
  await command(page).press('Enter');
}

/** Everything that a secret would be found by. */
const formsOf = ({ user, password }: Pick<Account, 'user' | 'password'>): readonly string[] => [
  password,
  ...[password, `\0${user}\0${password}`].map((text) => Buffer.from(text).toString('base64')),
];

/** Fails where a tab's text, or its markup, has the password in any form. */
async function expectNoSecret(page: Page, account: Pick<Account, 'user' | 'password'>): Promise<void> {
  for (const name of ['Overview', 'Capabilities', 'Transcript', 'Commands', 'Console', 'Self-test']) {
    await tab(page, name).click();
    const html = await page.content();
    const text = await page.evaluate(() => document.body.innerText);
    for (const secret of formsOf(account)) {
      expect(html, `the markup of ${name}`).not.toContain(secret);
      expect(text, `the text of ${name}`).not.toContain(secret);
    }
  }
}

test.describe('a connection', () => {
  test('over TLS: address, times, chain, capabilities before and after signing in', async ({
    page,
    site,
    account,
  }) => {
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    const times = page.getByRole('region', { name: 'Times' });
    for (const step of ['Bridge', 'TCP', 'TLS', 'Greeting', 'Sign-in']) {
      await expect(times.getByRole('row', { name: new RegExp(`^${step}\\b.* m?s$`) })).toBeVisible();
    }
    await expect(page.getByLabel('Greeting')).toContainText('Dovecot');
    const tls = page.getByRole('region', { name: 'TLS' });
    await expect(tls).toContainText('Verified');
    await expect(tls).toContainText('TLSv1.3');
    await expect(tls.getByRole('list', { name: 'Certificates' }).getByRole('listitem')).toHaveCount(3);

    await tab(page, 'Capabilities').click();
    const table = page.getByRole('table', { name: 'Capabilities at each moment' });
    await expect(table.getByRole('columnheader')).toHaveCount(4);
    const idle = table.getByRole('row', { name: /^IDLE\b/ });
    await expect(idle.getByRole('cell').nth(0)).toHaveText(/offered/);
    const move = table.getByRole('row', { name: /^MOVE\b/ });
    await expect(move.getByRole('cell').nth(0)).toHaveText(/not offered/);
    await expect(move.getByRole('cell').nth(1)).toHaveText(/added/);
    await expect(move).toContainText('RFC 6851');
    const plain = table.getByRole('row', { name: /^AUTH=PLAIN\b/ });
    await expect(plain.getByRole('cell').nth(1)).toHaveText(/removed/);
  });

  test('every command stands with its time and its end', async ({ page, site, account }) => {
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Commands').click();
    const table = page.getByRole('region', { name: 'Commands' }).getByRole('table');
    const signIn = table.getByRole('row', { name: /AUTHENTICATE/ });
    await expect(signIn).toContainText('OK');
    await expect(
      signIn.getByRole('cell', { name: /Waiting for \+ .*, Waiting for the answer/ }),
    ).toBeVisible();
    await expect(table.getByRole('row', { name: /^\d+ ID .* m?s/ })).toContainText('OK');
    await page.getByRole('button', { name: 'Clear the commands' }).click();
    await expect(page.getByText('No command has been sent')).toBeVisible();
  });

  test('with STARTTLS: three columns of capabilities, and the certificate', async ({
    page,
    dovecot,
    account,
  }) => {
    const site = await startSite({
      targets: {
        plain: { host: '127.0.0.1', port: dovecot.port, tls: 'none', ca: readFileSync(dovecot.ca, 'utf8') },
      },
      labels: { plain: { security: 'starttls' } },
    });
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await expect(
      page.getByRole('region', { name: 'Times' }).getByRole('row', { name: /^STARTTLS/ }),
    ).toBeVisible();
    await expect(page.getByRole('region', { name: 'TLS' })).toContainText('Verified');
    await tab(page, 'Capabilities').click();
    const table = page.getByRole('table', { name: 'Capabilities at each moment' });
    for (const moment of [/^At the greeting/, /^After STARTTLS/, /^After sign-in/]) {
      await expect(table.getByRole('columnheader', { name: moment })).toBeVisible();
    }
    const startTls = table.getByRole('row', { name: /^STARTTLS\b/ });
    await expect(startTls.getByRole('cell').nth(0)).toHaveText(/offered/);
    await expect(startTls.getByRole('cell').nth(1)).toHaveText(/removed/);
    await site.close();
  });

  test('without a user stays open, and signs in later', async ({ page, site, account }) => {
    await open(page, site);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(state(page)).toHaveText('Not signed in');
    await page.getByRole('textbox', { name: 'User' }).fill(account.user);
    await page.getByRole('textbox', { name: 'Password' }).fill('not this one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /did not accept/ })).toContainText(
      'Authentication failed',
    );
    await page.getByRole('textbox', { name: 'Password' }).fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(state(page)).toHaveText('Signed in');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await expect(state(page)).toHaveText('Closed');
  });

  test('that cannot be made says at which stage and why', async ({ page, account }) => {
    const site = await startSite({
      targets: { gone: { host: '127.0.0.1', port: await freePort(), tls: 'none' } },
    });
    await connect(page, site, account);
    const trouble = page.getByRole('alert').filter({ hasText: /cannot be reached/ });
    await expect(trouble).toContainText('ECONNREFUSED');
    await expect(trouble).toContainText('TCP');
    await expect(page.getByRole('row', { name: /^TCP\b.*failed/ })).toBeVisible();
    await site.close();
  });

  test('that is cut is told, and what was said stays', async ({ page, dovecot, account }) => {
    const proxy = await startProxy(dovecot.port);
    const site = await startSite({
      targets: { proxied: { host: '127.0.0.1', port: proxy.port, tls: 'none' } },
    });
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await expect(page.getByRole('region', { name: 'TLS' })).toContainText('Not encrypted');
    proxy.cut();
    await expect(state(page)).toHaveText('Closed');
    await expect(page.getByRole('alert').filter({ hasText: 'The connection has ended' })).toBeVisible();
    await tab(page, 'Transcript').click();
    await page.getByRole('checkbox', { name: 'Errors only' }).check();
    await expect(spoken(page)).toHaveCount(1);
    await expect(spoken(page)).toContainText('closed');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(state(page)).toHaveText('Signed in');
    await site.close();
    await proxy.close();
  });

  const certificates: readonly (readonly [
    NonNullable<DovecotOptions['certificate']>,
    string,
    RegExp,
    number,
  ])[] = [
    ['expired', 'CERT_HAS_EXPIRED', /Expired on/, 3],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT', /Self-signed, not trusted/, 1],
    ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID', /Not for/, 3],
  ];
  for (const [certificate, reason, fault, chain] of certificates) {
    test(`with a certificate that is ${certificate} is explained, with the chain`, async ({ page }) => {
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
      await connect(page, site, { user: 'user0', password: 'never sent' });
      await expect(page.getByRole('alert').filter({ hasText: /certificate/ })).toContainText('TLS handshake');
      const tls = page.getByRole('region', { name: 'TLS' });
      await expect(tls).toContainText(`Refused: ${reason}`);
      await expect(tls).toContainText(fault);
      await expect(tls.getByRole('list', { name: 'Certificates' }).getByRole('listitem')).toHaveCount(chain);
      await expect(page.getByRole('row', { name: /^TLS\b.*failed/ })).toBeVisible();
      await site.close();
      await dovecot.stop();
    });
  }

  test('with STARTTLS and a bad certificate is explained as well', async ({ page }) => {
    const dovecot = await startDovecot({ certificate: 'expired' });
    const site = await startSite({
      targets: {
        bad: { host: '127.0.0.1', port: dovecot.port, tls: 'none', ca: readFileSync(dovecot.ca, 'utf8') },
      },
      labels: { bad: { security: 'starttls' } },
    });
    await connect(page, site, { user: 'user0', password: 'never sent' });
    await expect(page.getByRole('alert').filter({ hasText: /has expired/ })).toContainText(
      'CERT_HAS_EXPIRED',
    );
    const tls = page.getByRole('region', { name: 'TLS' });
    await expect(tls.getByRole('list', { name: 'Certificates' }).getByRole('listitem')).toHaveCount(3);
    await expect(page.getByRole('row', { name: /^TLS\b.*failed/ })).toBeVisible();
    await tab(page, 'Transcript').click();
    await expect(spoken(page).filter({ hasText: 'STARTTLS' })).not.toHaveCount(0);
    await expect(spoken(page).filter({ hasText: /[A-P]+\d+ (AUTHENTICATE|LOGIN) / })).toHaveCount(0);
    await site.close();
    await dovecot.stop();
  });

  test('to a command that has signed in already (PREAUTH) runs the self-test too', async ({
    page,
    dovecot,
    account,
  }) => {
    const site = await startSite({
      commands: { local: dovecot.preauthCommand(account.user) },
      labels: { local: { kind: 'command' } },
    });
    await open(page, site);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Self-test').click();
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'All tests OK.' })).toBeVisible();
    await site.close();
  });
});

test.describe('the console', () => {
  test.beforeEach(({ account }) =>
    account.fill([{ path: 'INBOX', messages: [message(note('Hello there')), message(note('Second'))] }]),
  );

  test('runs commands, completes, sends literals, asks before it destroys', async ({
    page,
    site,
    account,
  }) => {
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Console').click();
    const log = page.getByRole('log', { name: 'Commands and answers' });
    await command(page).fill('sele');
    await command(page).press('Tab');
    await expect(command(page)).toHaveValue('SELECT ');
    await command(page).pressSequentially('INBOX');
    await command(page).press('Enter');
    await expect(log.getByText('* 2 EXISTS')).toBeVisible();
    await expect(state(page)).toHaveText('Selected INBOX');

    await command(page).fill('UID SEARCH SUBJECT {}');
    await page.getByRole('textbox', { name: /^Literal/ }).fill('Second');
    await command(page).press('Enter');
    await expect(log.getByText('* SEARCH 2', { exact: false })).toBeVisible();

    await type(page, 'FETCH 1 BODY[]');
    await expect(log.getByText(/BODY\[\] \{\d+\}⟨\d+ octets⟩/)).toBeVisible();
    await log.getByText(/^Literal, \d+ octets$/).click();
    await expect(log.getByText('Subject: Hello there')).toBeVisible();
    await type(page, 'FROBNICATE');
    await expect(log.getByText(/ BAD .*Unknown command/)).toBeVisible();

    await type(page, 'STORE 1 +FLAGS (\\Deleted)');
    await expect(log.getByText('* 1 FETCH (FLAGS (\\Deleted')).toBeVisible();
    await type(page, 'EXPUNGE');
    const question = page.getByRole('alertdialog', { name: 'Send EXPUNGE?' });
    await expect(question).toContainText('INBOX');
    await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toHaveCount(0);
    await expect(command(page)).toHaveValue('EXPUNGE');
    await expect(log.getByText('* 1 EXPUNGE')).toHaveCount(0);
    await command(page).press('Enter');
    await question.getByRole('button', { name: 'Send it' }).click();
    await expect(log.getByText('* 1 EXPUNGE')).toBeVisible();

    await command(page).press('ArrowUp');
    await expect(command(page)).toHaveValue('EXPUNGE');
    await command(page).press('ArrowUp');
    await expect(command(page)).toHaveValue('STORE 1 +FLAGS (\\Deleted)');
  });

  test('IDLE shows new mail as it comes, until DONE', async ({ page, site, account }) => {
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Console').click();
    await type(page, 'SELECT INBOX');
    await expect(state(page)).toHaveText('Selected INBOX');
    await type(page, 'IDLE');
    await expect(state(page)).toHaveText('Idle');
    await account.deliver(note('While idle'));
    const log = page.getByRole('log', { name: 'Commands and answers' });
    await expect(log.getByText('* 3 EXISTS')).toBeVisible();
    await page.getByRole('button', { name: 'DONE' }).click();
    await expect(state(page)).toHaveText('Selected INBOX');
    await expect(log.getByText(/ OK .*Idle completed/)).toBeVisible();
  });
});

test('a LOGIN that is refused in the console changes nothing: the self-test signs in as before', async ({
  page,
  site,
  account,
}) => {
  await connect(page, site, account);
  await expect(state(page)).toHaveText('Signed in');
  await tab(page, 'Console').click();
  await command(page).pressSequentially('LOGIN somebody ');
  const hidden = page.getByRole('textbox', { name: 'Password of the LOGIN' });
  await hidden.fill('another password');
  await hidden.press('Enter');
  const log = page.getByRole('log', { name: 'Commands and answers' });
  await expect(log.getByText(/LOGIN illegal in state AUTH/)).toBeVisible();
  await expectNoSecret(page, account);
  await tab(page, 'Self-test').click();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'All tests OK.' })).toBeVisible();
  await expectNoSecret(page, account);
});

test('no password is anywhere: not in the page, not in the saved transcript', async ({
  page,
  site,
  account,
}) => {
  await open(page, site);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(state(page)).toHaveText('Not signed in');
  await tab(page, 'Console').click();
  // Typed in one go, it goes on in a field that hides it.
  await command(page).pressSequentially(`LOGIN ${account.user} `);
  const hidden = page.getByRole('textbox', { name: 'Password of the LOGIN' });
  await expect(hidden).toBeFocused();
  await hidden.pressSequentially('not the right one');
  await hidden.press('Enter');
  const log = page.getByRole('log', { name: 'Commands and answers' });
  await expect(log.getByText(/ NO .*Authentication failed/)).toBeVisible();
  await expect(log).not.toContainText('not the right one');
  await command(page).fill(`LOGIN ${account.user} `);
  await hidden.fill(account.password);
  await hidden.press('Enter');
  await expect(state(page)).toHaveText('Signed in');
  await expect(log).toContainText(`LOGIN ${account.user} ▮▮▮▮`);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(state(page)).toHaveText('Closed');

  await connect(page, site, account);
  await expect(state(page)).toHaveText('Signed in');
  await tab(page, 'Console').click();
  await type(page, 'NOOP');
  await expect(log.getByText(/ OK .*NOOP completed/)).toBeVisible();
  await expectNoSecret(page, account);

  await tab(page, 'Transcript').click();
  await expect(spoken(page).filter({ hasText: 'AUTHENTICATE PLAIN' })).toBeVisible();
  await expect(spoken(page).filter({ hasText: '▮▮▮▮' })).not.toHaveCount(0);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  const saved = await readFile(await (await downloading).path(), 'utf8');
  expect(saved).toContain('AUTHENTICATE PLAIN');
  expect(saved).toContain('▮▮▮▮');
  for (const secret of formsOf(account)) expect(saved).not.toContain(secret);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('noop completed');
  await expect(spoken(page)).toHaveCount(1);
});

test.describe('the self-test', () => {
  const names = async (page: Page): Promise<string[]> =>
    (await page.getByRole('list', { name: 'Steps' }).locator('strong').allTextContents()).map((name) =>
      name.toLowerCase(),
    );

  test('ends green, has run what it announced, and leaves nothing behind', async ({
    page,
    site,
    account,
  }) => {
    await account.fill([{ path: 'INBOX', messages: [message(note('Mine'))] }]);
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Self-test').click();
    await page.getByText('The commands', { exact: true }).click();
    const announced = await page
      .getByRole('list', { name: 'Commands' })
      .getByRole('listitem')
      .allTextContents();
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'All tests OK.' })).toBeVisible();
    expect(await names(page)).toEqual(announced.map((text) => text.split(' ')[0]));

    await tab(page, 'Console').click();
    const log = page.getByRole('log', { name: 'Commands and answers' });
    await type(page, 'LIST "" "*"');
    await expect(log.getByText(/ OK .*List completed/)).toBeVisible();
    await expect(log).not.toContainText('selftest');
    await type(page, 'STATUS INBOX (MESSAGES)');
    await expect(log.getByText('(MESSAGES 1)')).toBeVisible();
    await expectNoSecret(page, account);
  });

  test('stops when it is told to, and says so', async ({ page, dovecot, account }) => {
    const proxy = await startProxy(dovecot.port);
    const site = await startSite({
      targets: { proxied: { host: '127.0.0.1', port: proxy.port, tls: 'none' } },
    });
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Self-test').click();
    proxy.stall();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect(page.getByRole('button', { name: 'Cleaning up…' })).toBeDisabled();
    proxy.resume();
    const result = page.getByRole('alert').filter({ hasText: 'Stopped.' });
    await expect(result).toContainText('Nothing was left behind.');
    await expect(page.getByRole('button', { name: 'Start' })).toBeEnabled();
    await site.close();
    await proxy.close();
  });

  test('over STARTTLS encrypts its own connection as well', async ({ page, dovecot, account }) => {
    const site = await startSite({
      targets: {
        plain: { host: '127.0.0.1', port: dovecot.port, tls: 'none', ca: readFileSync(dovecot.ca, 'utf8') },
      },
      labels: { plain: { security: 'starttls' } },
    });
    await connect(page, site, account);
    await expect(state(page)).toHaveText('Signed in');
    await tab(page, 'Self-test').click();
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'All tests OK.' })).toBeVisible();
    await tab(page, 'Transcript').click();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('TLS begins');
    await expect(spoken(page)).toHaveCount(2);
    await site.close();
  });
});

test('the two pages lead to each other, and the tabs follow the keyboard', async ({ page, site }) => {
  await page.goto(site.url);
  await page.getByRole('link', { name: 'Diagnose the connection' }).click();
  await expect(page.getByRole('heading', { name: 'IMAP diagnostics' })).toBeVisible();
  await tab(page, 'Overview').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab(page, 'Capabilities')).toBeFocused();
  await expect(page.getByRole('tabpanel', { name: 'Capabilities' })).toBeVisible();
  await page.keyboard.press('End');
  await expect(tab(page, 'Self-test')).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('link', { name: 'Webmail' }).click();
  await expect(page.getByRole('heading', { name: 'Webmail' })).toBeVisible();
});
