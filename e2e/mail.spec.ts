// The daily round of a webmail against a real Dovecot over TLS, through the real bridge: sign in, read, flag, move,
// delete, undo, search, write a draft.

import { expect, folder, message, note, row, signIn, test } from './fixtures.ts';

const inbox = [
  message(note('Old and read', 'Long ago.'), { flags: ['\\Seen'], date: new Date('2026-10-01T10:00:00Z') }),
  message(
    note(
      'Lunch on Friday?',
      'Shall we say noon?\n\n> earlier words\n> of mine\n\nSee https://example.org/menu',
    ),
  ),
  message(
    note('会議のお知らせ', '明日の会議は十時からです。', '=?utf-8?B?5bGx55SwIOiKsQ==?= <hana@example.jp>'),
  ),
  message(note('موعد الاجتماع', 'نلتقي غدا في الساعة العاشرة.', 'Dina <dina@example.org>')),
];

test.beforeEach(async ({ account }) => {
  await account.fill([
    { path: 'INBOX', messages: inbox },
    { path: 'Projects/Atlas', messages: [message(note('Plan'))] },
    { path: 'Entwürfe & Ideen', messages: [] },
  ]);
});

test('folders, unread counts, and a message read', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await expect(folder(page, /Inbox/)).toContainText('3');
  await expect(folder(page, /Entwürfe & Ideen/)).toBeVisible();
  await expect(row(page, 'Lunch on Friday?')).toBeVisible();
  await row(page, 'Lunch on Friday?').click();
  const reader = page
    .getByRole('region', { name: 'Message', exact: true })
    .or(page.getByRole('main', { name: 'Message', exact: true }));
  await expect(reader.getByRole('heading', { name: 'Lunch on Friday?' })).toBeVisible();
  await expect(reader.getByText('Shall we say noon?')).toBeVisible();
  await expect(reader.getByRole('link', { name: 'https://example.org/menu' })).toHaveAttribute(
    'rel',
    /noopener/,
  );
  await expect(folder(page, /Inbox/)).toContainText('2');
  await row(page, '会議のお知らせ').click();
  await expect(reader.getByText('明日の会議は十時からです。')).toBeVisible();
});

test('star, unread, delete with undo', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await row(page, 'Lunch on Friday?').click();
  await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Star' }).click();
  await page
    .getByRole('toolbar', { name: 'Message actions' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(row(page, 'Lunch on Friday?')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'Lunch on Friday?')).toBeVisible();
  // Flags survive the way to Trash and back, and another sign-in.
  await page.reload();
  await signIn(page, site, account);
  await expect(
    row(page, 'Lunch on Friday?').getByRole('button', { name: /Remove star|Unstar/ }),
  ).toBeAttached();
});

test('archive, and move by dialog', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await row(page, 'Old and read').click();
  await page
    .getByRole('toolbar', { name: 'Message actions' })
    .getByRole('button', { name: 'Archive' })
    .click();
  await expect(row(page, 'Old and read')).toHaveCount(0);
  await row(page, '会議のお知らせ').click();
  await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Move' }).click();
  await page.getByRole('combobox', { name: 'Filter folders' }).fill('Ideen');
  await page.keyboard.press('Enter');
  await expect(row(page, '会議のお知らせ')).toHaveCount(0);
  await folder(page, /Archive/).click();
  await expect(row(page, 'Old and read')).toBeVisible();
  await folder(page, /Entwürfe & Ideen/).click();
  await expect(row(page, '会議のお知らせ')).toBeVisible();
});

test('search by words and operators', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await expect(row(page, 'Old and read')).toBeVisible();
  const box = page.getByRole('searchbox', { name: 'Search this folder' });
  await box.fill('from:hana');
  await box.press('Enter');
  await expect(row(page, '会議のお知らせ')).toBeVisible();
  await expect(row(page, 'Old and read')).toHaveCount(0);
  await box.fill('会議');
  await box.press('Enter');
  await expect(row(page, '会議のお知らせ')).toBeVisible();
  await box.press('Escape');
  await expect(row(page, 'Old and read')).toBeVisible();
});

test('a draft is written, saved, and opened again', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await page.getByRole('button', { name: 'Compose' }).click();
  const draft = page
    .getByRole('region', { name: 'Draft', exact: true })
    .or(page.getByRole('form', { name: 'Draft', exact: true }));
  await draft.getByRole('textbox', { name: 'To', exact: true }).fill('bo@example.com');
  await draft.getByRole('textbox', { name: 'Subject' }).fill('Grüße aus Köln');
  await draft.getByRole('textbox', { name: 'Message text' }).fill('Zeile eins\n\nZeile zwei: ✓');
  await expect(draft.getByText(/send/i).first()).toBeVisible();
  await draft.getByRole('button', { name: /Save/ }).first().click();
  await folder(page, /Drafts/).click();
  await row(page, 'Grüße aus Köln').click();
  await expect(draft.getByRole('textbox', { name: 'Message text' })).toHaveValue(
    'Zeile eins\n\nZeile zwei: ✓',
  );
  await expect(draft.getByRole('textbox', { name: 'Subject' })).toHaveValue('Grüße aus Köln');
});

test('new mail appears without a reload', async ({ page, site, account }) => {
  await signIn(page, site, account);
  await expect(row(page, 'Old and read')).toBeVisible();
  await account.deliver(note('Fresh from the press'));
  await expect(row(page, 'Fresh from the press')).toBeVisible();
  await expect(page).toHaveTitle(/4/);
});
