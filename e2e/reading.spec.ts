// What a mail may do to its reader: nothing. Hostile HTML, remote images, attachments byte for byte.

import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { expect, message, row, signIn, test } from './fixtures.ts';

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const hostile = `From: Mallory <mallory@evil.test>
To: you@example.com
Subject: Look at this
Date: Fri, 20 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><head><style>@import url(https://evil.test/import.css); body { background: url(https://evil.test/bg.png) }</style>
<meta http-equiv="refresh" content="0; url=https://evil.test/refresh"><base href="https://evil.test/"></head>
<body onload="top.postMessage('PWNED', '*')">
<script>top.postMessage('PWNED', '*'); fetch('https://evil.test/fetch')</script>
<p>Dear reader, this text is harmless.</p>
<img src="https://evil.test/picture.png" onerror="top.postMessage('PWNED', '*')" alt="A picture">
<img srcset="https://evil.test/srcset.png 2x" alt="">
<svg><animate onbegin="top.postMessage('PWNED', '*')" attributeName="x" dur="1s"></animate></svg>
<iframe src="https://evil.test/frame"></iframe><form action="https://evil.test/form"><input name="q"><button>Go</button></form>
<div style="position:fixed;inset:0;z-index:9999;background:red">overlay</div>
<a href="javascript:top.postMessage('PWNED','*')">script link</a>
<a href="https://evil.test/login">https://bank.example/login</a>
</body></html>
`;

const octets = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 31 + (index >> 8)) & 255));
const base64 = octets.toString('base64').replaceAll(/.{76}/g, '$&\n');
const attached = `From: Ana <ana@example.com>
To: you@example.com
Subject: The file
Date: Fri, 20 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b1

--b1
Content-Type: multipart/related; boundary=b2

--b2
Content-Type: text/html; charset=utf-8

<p>See the logo: <img src="cid:logo@example.com" alt="The logo"></p>
--b2
Content-Type: image/png
Content-ID: <logo@example.com>
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=logo.png

${pixel}
--b2--
--b1
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="../../data.bin"

${base64}
--b1--
`;

test.beforeEach(async ({ account }) => {
  await account.fill([{ path: 'INBOX', messages: [message(hostile), message(attached)] }]);
});

test('hostile HTML does nothing; remote images come only when they are asked for', async ({
  page,
  site,
  account,
}) => {
  const requests: string[] = [];
  const messages: string[] = [];
  await page.context().route(/evil\.test/, (route) => {
    requests.push(route.request().url());
    return route.fulfill({ contentType: 'image/png', body: Buffer.from(pixel, 'base64') });
  });
  await page.exposeFunction('heard', (text: string) => messages.push(text));
  await page.addInitScript(() => {
    addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.data === 'PWNED') (window as unknown as { heard(text: string): void }).heard('PWNED');
    });
  });
  await signIn(page, site, account);
  await row(page, 'Look at this').click();
  const frame = page.frameLocator('iframe').first();
  await expect(frame.getByText('Dear reader, this text is harmless.')).toBeVisible();
  for (const gone of ['script', 'iframe', 'form', 'input', 'svg', 'base', 'meta[http-equiv="refresh"]']) {
    await expect(frame.locator(gone)).toHaveCount(0);
  }
  expect(requests).toEqual([]);
  await page.getByRole('button', { name: /Load .*images?/ }).click();
  await expect.poll(() => requests).toContain('https://evil.test/picture.png');
  await expect(frame.getByRole('img', { name: 'A picture' })).toHaveJSProperty('naturalWidth', 1);
  // Images only: never a style sheet, a frame, a script or a page.
  expect(requests.filter((url) => !url.endsWith('.png'))).toEqual([]);
  expect(messages).toEqual([]);
  expect(page.url()).toBe(site.url);
});

test('the page is served under its content policy', async ({ page, site }) => {
  const response = await page.goto(site.url);
  const headers = response!.headers();
  expect(headers['content-security-policy']).toBe("frame-ancestors 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('no-referrer');
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
});

test('an inline image is shown; an attachment is downloaded byte for byte', async ({
  page,
  site,
  account,
}) => {
  await signIn(page, site, account);
  await row(page, 'The file').click();
  const logo = page.frameLocator('iframe').first().getByRole('img', { name: 'The logo' });
  await expect(logo).toHaveJSProperty('naturalWidth', 1);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: /Download .*data\.bin/ }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('data.bin');
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  expect(digest(await readFile(await download.path()))).toBe(digest(octets));
});

test('the source of a message, whole', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await row(page, 'Look at this').click();
  await page.getByRole('button', { name: 'View source' }).click();
  await expect(page.getByRole('dialog').getByText('Subject: Look at this')).toBeVisible();
});
