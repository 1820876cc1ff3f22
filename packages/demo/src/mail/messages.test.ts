import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeServer, type FakeClient } from '../testing/fake-client.ts';
import { client, connection } from './account.ts';
import { goLive } from './live.ts';
import { forgetMailboxes, loadMailboxes } from './mailboxes.ts';
import {
  arrived,
  forgetMessages,
  order,
  phase,
  restoreMailbox,
  search,
  searchMessages,
  selected,
  selectMailbox,
  shown,
} from './messages.ts';
import { rowOf } from './rows.ts';

let server: FakeServer;
let live: FakeClient;
let end: () => void;

const subjects = () => order.value.map((uid) => rowOf(uid).value?.envelope?.subject);

beforeEach(async () => {
  server = new FakeServer({ INBOX: 600, Archive: 0, Trash: 0 });
  live = server.connect();
  connection.value = { state: 'online' };
  await loadMailboxes(live);
  await selectMailbox('INBOX', live);
  client.value = live;
  end = goLive();
});

afterEach(() => {
  end();
  client.value = null;
  connection.value = { state: 'signedOut' };
  forgetMessages();
  forgetMailboxes();
});

describe('the list of a mailbox', () => {
  test('has all rows, newest first', () => {
    expect(phase.value).toEqual({ state: 'ready' });
    expect(subjects()).toEqual(Array.from({ length: 600 }, (_, at) => `Message ${600 - at}`));
  });

  test('shows new mail on top, and tells of it once', async () => {
    server.deliver('INBOX', 'Fresh');
    await vi.waitFor(() => expect(subjects()[0]).toBe('Fresh'));
    expect(order.value).toHaveLength(601);
    expect(arrived.value?.rows.map((row) => row.envelope?.subject)).toEqual(['Fresh']);
  });

  test('puts what arrives with an older date where it belongs', async () => {
    const old = server.add('INBOX', 'Moved back', ['\\Seen'], 60_000 * 300 + 1);
    live.emit('exists', { count: 601, previous: 600 });
    await vi.waitFor(() => expect(order.value).toContain(old.uid));
    expect(order.value.indexOf(old.uid)).toBe(299);
  });

  test('takes out what is expunged, by sequence number', () => {
    const [newest = 0] = order.value;
    live.emit('expunge', { sequence: 600 });
    expect(order.value).not.toContain(newest);
    live.emit('expunge', { sequence: 1 });
    expect(subjects().at(-1)).toBe('Message 2');
  });

  test('a flag of another client changes one row', () => {
    const uid = order.value[5] ?? 0;
    live.emit('fetch', {
      message: { sequence: 595, flags: ['\\Flagged'], sections: [], other: {}, unparsed: {} },
    });
    expect(rowOf(uid).value?.flags).toEqual(['\\Flagged']);
  });

  test('finds its way back to what the server counts', async () => {
    // The server's word about these was lost.
    server.boxes.get('INBOX')?.splice(10, 5);
    server.deliver('INBOX', 'Fresh');
    await vi.waitFor(() => expect(order.value).toHaveLength(596));
    expect(subjects()).not.toContain('Message 11');
  });

  test('keeps its rows over a lost connection and learns what has changed', async () => {
    const known = rowOf(order.value[0] ?? 0).value;
    live.cut();
    server.boxes.get('INBOX')?.splice(0, 1);
    server.add('INBOX', 'Meanwhile');
    const [, second] = server.boxes.get('INBOX') ?? [];
    if (second !== undefined) second.flags = ['\\Flagged'];
    await restoreMailbox(server.connect());
    expect(subjects()[0]).toBe('Meanwhile');
    expect(order.value).toHaveLength(600);
    expect(rowOf(second?.uid ?? 0).value?.flags).toEqual(['\\Flagged']);
    expect(rowOf(order.value[1] ?? 0).value).toEqual(known);
  });

  test('a mailbox that is opened while the last one is being restored stays', async () => {
    server.add('Archive', 'Kept');
    live.cut();
    const next = server.connect();
    const restored = restoreMailbox(next);
    await Promise.all([restored, selectMailbox('Archive', next)]);
    expect(selected.value).toBe('Archive');
    expect(subjects()).toEqual(['Kept']);
    expect(phase.value).toEqual({ state: 'ready' });
  });

  test('a mailbox that is chosen while the connection is lost is opened with the next one', async () => {
    server.add('Archive', 'Kept');
    client.value = null;
    await selectMailbox('Archive');
    expect(phase.value).toEqual({ state: 'loading' });
    client.value = server.connect();
    await vi.waitFor(() => expect(subjects()).toEqual(['Kept']));
  });

  test('a mailbox that cannot be opened says why', async () => {
    server.refused.set('SELECT', 'Permission denied');
    await selectMailbox('Trash', live);
    expect(phase.value).toEqual({ state: 'error', text: 'Permission denied' });
  });

  test('a search shows what the server finds, and its refusal', async () => {
    await searchMessages('is:unread');
    expect(search.value).toMatchObject({ state: 'done', uids: [] });
    expect(shown.value).toEqual([]);
    server.refused.set('SEARCH', 'Not today');
    await searchMessages('x');
    expect(search.value).toMatchObject({ state: 'error', error: 'Not today' });
    await searchMessages('is:nonsense');
    expect(search.value).toMatchObject({ text: 'is:nonsense', state: 'error' });
    expect(search.value?.error).toContain('is:nonsense: behind is: belongs');
    await searchMessages('');
    expect(shown.value).toHaveLength(600);
  });
});
