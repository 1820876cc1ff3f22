import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeServer, type FakeClient } from '../testing/fake-client.ts';
import { client, config, connection, connector, signIn, signOut } from './account.ts';
import { archive, deleteForEver, deleting, moveMessages, setFlag, toggleStar, trash } from './actions.ts';
import { parseConfig } from './config.ts';
import { goLive } from './live.ts';
import { countsOf } from './mailboxes.ts';
import { order, phase, selectMailbox, shown } from './messages.ts';
import { rowOf } from './rows.ts';
import { toasts } from './toasts.ts';

let server: FakeServer;
let end: () => void;
const real = { ...connector };

const said = () => toasts.current.value?.text ?? '';
const names = (box: string) => (server.boxes.get(box) ?? []).map(({ subject }) => subject);
const newest = () => order.value[0] ?? 0;

beforeEach(async () => {
  server = new FakeServer({ INBOX: 5, Archive: 0, Trash: 0 });
  config.value = parseConfig({ targets: [{ name: 'work' }] });
  connector.connect = () => Promise.resolve(server.connect());
  connector.transport = () => () => Promise.reject(new Error('not used'));
  end = goLive();
  await signIn({ place: { kind: 'target', target: 'work', label: 'Work' }, user: 'ada', password: 'secret' });
  await vi.waitFor(() => expect(phase.value.state).toBe('ready'));
  await vi.waitFor(() => expect(countsOf('Trash').value).not.toBeNull());
});

afterEach(async () => {
  await signOut();
  end();
  toasts.dismiss();
  Object.assign(connector, real);
});

describe('moving', () => {
  test('archives, says so after the OK, and moves back', async () => {
    await archive([newest()]);
    expect(said()).toBe('1 message archived');
    expect(names('Archive')).toEqual(['Message 5']);
    expect(shown.value).toHaveLength(4);
    await toasts.undo();
    await vi.waitFor(() => expect(shown.value).toHaveLength(5));
    expect(names('Archive')).toEqual([]);
    expect(rowOf(newest()).value?.envelope?.subject).toBe('Message 5');
    expect(said()).toBe('1 message moved back to Inbox');
  });

  test('claims nothing that the server refused, and shows the messages again', async () => {
    server.refused.set('MOVE', 'Quota exceeded');
    await moveMessages([newest()], 'Archive');
    expect(toasts.current.value).toMatchObject({ tone: 'bad', undo: null });
    expect(said()).toContain('Quota exceeded');
    expect(shown.value).toHaveLength(5);
  });

  test('hides what is being moved until the answer is there', async () => {
    const uid = newest();
    const moved = moveMessages([uid], 'Archive');
    expect(shown.value).not.toContain(uid);
    expect(toasts.current.value).toBeNull();
    await moved;
  });

  test('nothing is moved without a connection', async () => {
    const [live] = [...server.clients] as [FakeClient];
    live.cut();
    await archive([newest()]);
    expect(toasts.current.value?.tone).toBe('bad');
    expect(shown.value).toHaveLength(5);
  });
});

describe('deleting', () => {
  test('moves to the trash', async () => {
    await trash([newest()]);
    expect(names('Trash')).toEqual(['Message 5']);
    expect(deleting.value).toBeNull();
  });

  test('in the trash it asks, and then expunges only these', async () => {
    await trash(order.value.slice(0, 2));
    await selectMailbox('Trash');
    const [uid = 0, other = 0] = order.value;
    server.boxes
      .get('Trash')
      ?.find((message) => message.uid === other)
      ?.flags.push('\\Deleted');
    await trash([uid]);
    expect(deleting.value).toEqual([uid]);
    expect(names('Trash')).toHaveLength(2);
    await deleteForEver([uid]);
    expect(server.calls).toContainEqual(['EXPUNGE', [uid]]);
    expect(server.boxes.get('Trash')?.map((message) => message.uid)).toEqual([other]);
    expect(toasts.current.value?.undo).toBeNull();
  });
});

describe('flags', () => {
  test('are on the screen at once, and back where the server refuses', async () => {
    const uid = newest();
    server.refused.set('STORE', 'Read-only');
    const stored = setFlag([uid], '\\Seen', false);
    expect(rowOf(uid).value?.flags).toEqual([]);
    expect(countsOf('INBOX').value?.unseen).toBe(1);
    await stored;
    expect(rowOf(uid).value?.flags).toEqual(['\\Seen']);
    expect(countsOf('INBOX').value?.unseen).toBe(0);
    expect(said()).toContain('Read-only');
  });

  test('stars all unless all are starred', async () => {
    const [first = 0, second = 0] = order.value;
    await toggleStar([first]);
    await toggleStar([first, second]);
    expect(server.calls.filter(([name]) => name === 'STORE').map(([, set]) => set)).toEqual([
      [first],
      [second],
    ]);
    await toggleStar([first, second]);
    expect(rowOf(first).value?.flags).toEqual(['\\Seen']);
  });
});

describe('a lost connection', () => {
  test('is made again, with the same mailbox', async () => {
    const [live] = [...server.clients] as [FakeClient];
    const uids = order.value;
    server.add('INBOX', 'Meanwhile');
    live.cut();
    expect(connection.value).toMatchObject({ state: 'waiting', reason: 'cut' });
    expect(client.value).toBeNull();
    await vi.waitFor(() => expect(connection.value.state).toBe('online'), 3_000);
    await vi.waitFor(() => expect(order.value).toHaveLength(6), 3_000);
    expect(order.value.slice(1)).toEqual(uids);
  });
});

test('deleting for ever never reaches the mailbox that is opened meanwhile', async () => {
  const uids = [newest()];
  const gone = deleteForEver(uids);
  await Promise.all([gone, selectMailbox('Archive')]);
  const calls = server.calls.map(([name]) => name);
  expect(calls.lastIndexOf('EXPUNGE')).toBeLessThan(calls.lastIndexOf('SELECT'));
});

test('nothing is deleted while another mailbox is open on the connection', async () => {
  await client.value?.select('Archive');
  await deleteForEver([newest()]);
  await moveMessages([newest()], 'Trash');
  expect(server.calls.filter(([name]) => ['STORE', 'EXPUNGE', 'MOVE'].includes(name))).toEqual([]);
});
