import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { config, connector, signIn, signOut } from '../mail/account.ts';
import { parseConfig } from '../mail/config.ts';
import { goLive } from '../mail/live.ts';
import { phase } from '../mail/messages.ts';
import { cursor, picked } from '../mail/selection.ts';
import { toasts } from '../mail/toasts.ts';
import { FakeServer } from '../testing/fake-client.ts';
import '../style/tokens.css';
import '../style/base.css';
import '../style/controls.css';
import '../style/layout.css';
import '../style/list.css';
import { App } from './app.tsx';

let server: FakeServer;
let end: () => void;
let root: HTMLElement;
const real = { ...connector };

const list = () => page.getByRole('grid', { name: 'Messages' });
const row = (subject: string) => list().getByRole('row').filter({ hasText: subject });
const press = (keys: string) => userEvent.keyboard(keys);

beforeEach(async () => {
  await page.viewport(1280, 800);
  server = new FakeServer({ INBOX: 40, Archive: 0, Trash: 0, Drafts: 0, 'Work/Plans': 0 });
  config.value = parseConfig({ targets: [{ name: 'work' }] });
  connector.connect = () => Promise.resolve(server.connect());
  connector.transport = () => () => Promise.reject(new Error('not used'));
  end = goLive();
  root = document.createElement('div');
  root.id = 'app';
  document.body.append(root);
  render(<App />, root);
  await signIn({ place: { kind: 'target', target: 'work', label: 'Work' }, user: 'ada', password: 'secret' });
  await vi.waitFor(() => expect(phase.value.state).toBe('ready'));
  await expect.element(row('Message 40')).toBeVisible();
});

afterEach(async () => {
  await signOut();
  end();
  toasts.dismiss();
  Object.assign(connector, real);
  render(null, root);
  root.remove();
});

describe('the keys', () => {
  test('move, select, archive and undo', async () => {
    await press('jj');
    expect(cursor.value).toBe(39);
    await press(' {Shift>}{ArrowDown}{/Shift}');
    expect([...picked.value]).toEqual([39, 38]);
    await press('e');
    await expect
      .element(page.getByRole('status').filter({ hasText: '2 messages archived' }))
      .toBeInTheDocument();
    await expect.element(row('Message 39')).not.toBeInTheDocument();
    await press('{Control>}z{/Control}');
    await expect.element(row('Message 39')).toBeVisible();
  });

  test('are silent where somebody types', async () => {
    await press('/');
    await press('e#');
    await expect.element(page.getByRole('searchbox')).toHaveValue('e#');
    expect(server.calls.filter(([name]) => name === 'MOVE')).toEqual([]);
  });

  test('right goes to the actions of a row', async () => {
    await press('j{ArrowRight}{ArrowRight}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Delete');
    await press('{ArrowLeft}{ArrowLeft}');
    expect(document.activeElement?.getAttribute('role')).toBe('row');
  });

  test('? shows them all', async () => {
    await press('?');
    await expect.element(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await press('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });
});

describe('the folders', () => {
  test('are a tree that the arrows walk through', async () => {
    const tree = page.getByRole('tree', { name: 'Folders' });
    await expect
      .element(tree.getByRole('treeitem', { name: 'Inbox' }))
      .toHaveAttribute('aria-selected', 'true');
    (tree.getByRole('treeitem', { name: 'Inbox' }).element() as HTMLElement).focus();
    await press('{End}');
    expect(document.activeElement?.textContent).toContain('Plans');
    await press('{ArrowLeft}{ArrowLeft}');
    await expect.element(tree.getByRole('treeitem', { name: 'Plans' })).not.toBeInTheDocument();
    await press('{Home}{ArrowDown}{ArrowDown}{Enter}');
    await expect.element(page.getByRole('heading', { name: 'Archive' })).toBeVisible();
  });

  test('take messages', async () => {
    await press('jv');
    await page.getByRole('combobox', { name: 'Filter folders' }).fill('plan');
    await press('{Enter}');
    await vi.waitFor(() => expect(server.boxes.get('Work/Plans')).toHaveLength(1));
  });
});

test('new mail is told of, and counted in the title', async () => {
  server.deliver('INBOX', 'Fresh');
  await expect.element(row('Fresh')).toBeVisible();
  await expect
    .element(page.getByRole('status', { name: 'New mail' }))
    .toHaveTextContent('New message from Ada: Fresh');
  await vi.waitFor(() => expect(document.title).toBe('(1) Inbox – Webmail'));
});

test('a lost connection has a banner until it is back', async () => {
  for (const client of server.clients) client.cut();
  await expect.element(page.getByRole('alert', { name: 'Connection' })).toBeVisible();
  await page.getByRole('button', { name: 'Reconnect now' }).click();
  await expect.element(page.getByRole('alert', { name: 'Connection' })).not.toBeInTheDocument();
  await expect.element(row('Message 40')).toBeVisible();
});

test('the panes can be widened with the keyboard', async () => {
  const splitter = page.getByRole('separator', { name: 'Width of the list' });
  const before = Number(splitter.element().getAttribute('aria-valuenow'));
  (splitter.element() as HTMLElement).focus();
  await press('{ArrowRight}');
  await expect.element(splitter).toHaveAttribute('aria-valuenow', String(before + 16));
  await press('{ArrowLeft}');
});

test('a draft is stored, and replaced by its next version', async () => {
  await press('c');
  await page.getByRole('textbox', { name: 'Subject' }).fill('Plans');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await vi.waitFor(() => expect(server.boxes.get('Drafts')).toHaveLength(1));
  const [first] = server.boxes.get('Drafts') ?? [];
  await page.getByRole('textbox', { name: 'Message text' }).fill('More');
  await page.getByRole('button', { name: 'Close draft' }).click();
  await vi.waitFor(() => {
    expect(server.boxes.get('Drafts')).toHaveLength(1);
    expect(server.boxes.get('Drafts')?.[0]?.uid).not.toBe(first?.uid);
  });
  // The new version is stored before the old one goes.
  const names = server.calls.map(([name]) => name);
  expect(names.lastIndexOf('APPEND')).toBeLessThan(names.lastIndexOf('EXPUNGE'));
  await expect.element(page.getByRole('button', { name: 'Send' })).not.toBeInTheDocument();
});
