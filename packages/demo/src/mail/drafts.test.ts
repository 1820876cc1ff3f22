import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-client.ts';
import { config, connector, signIn, signOut } from './account.ts';
import { parseConfig } from './config.ts';
import { changeDraft, closeDraft, compose, discardDraft, draft, saveDraft } from './drafts.ts';
import { loadMailboxes } from './mailboxes.ts';

let server: FakeServer;
const real = { ...connector };

beforeEach(async () => {
  server = new FakeServer({ INBOX: 1, Drafts: 0 });
  config.value = parseConfig({ targets: [{ name: 'work' }] });
  connector.connect = () => Promise.resolve(server.connect());
  connector.transport = () => () => Promise.reject(new Error('not used'));
  await signIn({ place: { kind: 'target', target: 'work', label: 'Work' }, user: 'ada', password: 'secret' });
  await loadMailboxes(server.connect());
});

afterEach(async () => {
  draft.value = null;
  await signOut();
  Object.assign(connector, real);
});

test('a draft that is thrown away while it is being saved is gone', async () => {
  await compose();
  changeDraft({ subject: 'One' });
  const saved = saveDraft();
  await Promise.resolve();
  await discardDraft();
  await saved;
  expect(server.boxes.get('Drafts')).toEqual([]);
});

test('the next draft does not replace the one before', async () => {
  await compose();
  changeDraft({ subject: 'One' });
  void saveDraft();
  await compose();
  changeDraft({ subject: 'Two' });
  await saveDraft();
  expect(server.boxes.get('Drafts')).toHaveLength(2);
});

test('a draft whose running save fails stays open', async () => {
  await compose();
  changeDraft({ subject: 'One' });
  server.refused.set('APPEND', 'No room');
  void saveDraft();
  await Promise.resolve();
  expect(await closeDraft()).toBe(false);
  expect(draft.value?.subject).toBe('One');
});
