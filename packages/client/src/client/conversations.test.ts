// The conversations of a mailbox, whoever puts them together; kept up to date without fetching again what is known.

import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { ImapClient } from './client.ts';
import { conversations, type ConversationsOptions } from './conversations.ts';
import { answering, type Answer } from './testing/answering.ts';

interface Kept {
  uid: number;
  from: string;
  subject: string;
  id: string;
  inReplyTo?: string;
  references?: string | undefined;
  flags?: string;
  conversation?: string | null;
  day: number;
}

const mails: readonly Kept[] = [
  { uid: 1, from: 'ada', subject: 'Plans', id: 'a', day: 1, flags: '\\Seen', conversation: '7' },
  { uid: 2, from: 'bob', subject: 'Re: Plans', id: 'b', inReplyTo: '<a@x>', day: 3, conversation: '7' },
  { uid: 3, from: 'cleo', subject: 'Lunch', id: 'c', day: 2, conversation: '8' },
  {
    uid: 5,
    from: 'ada',
    subject: 'Anything else',
    id: 'd',
    references: '<a@x> <b@x>',
    day: 4,
    flags: '\\seen \\Flagged',
    conversation: '7',
  },
];

/** A server with one mailbox that a test may change. */
async function open(
  capabilities = '',
  kept: Kept[] = mails.map((mail) => ({ ...mail })),
  thread: () => Answer = () => ['$ BAD what?'],
) {
  const { transport, connections } = answering({
    greet: () => `* PREAUTH [CAPABILITY IMAP4rev1 UNSELECT ${capabilities}] ready`,
    answer: (command) => {
      if (command.startsWith('SELECT')) {
        return [`* ${kept.length} EXISTS`, '* OK [UIDVALIDITY 7] x', '$ OK [READ-WRITE] done'];
      }
      if (command.startsWith('UID THREAD')) return thread();
      const [, set = '', items = ''] = /^UID FETCH (\S+) \((.*)\)$/.exec(command) ?? [];
      if (set === '') return undefined;
      const isAsked = (uid: number): boolean =>
        set.split(',').some((one) => {
          const [low = '', high = low] = one.split(':');
          const isLast = high === '*' && uid === kept.at(-1)?.uid;
          return isLast || (uid >= Number(low) && (high === '*' || uid <= Number(high)));
        });
      const rows = kept.flatMap((mail, index) => (isAsked(mail.uid) ? [row(mail, index + 1, items)] : []));
      return [...rows, '$ OK done'];
    },
  });
  const client = await ImapClient.connect({ transport, autoIdle: false });
  await client.select('INBOX');
  const heard = connections[0]?.heard ?? [];
  return { client, kept, heard: () => heard.splice(0).filter((command) => command.startsWith('UID')) };
}

function row(mail: Kept, sequence: number, items: string): string {
  const quoted = (text: string | undefined): string => (text === undefined ? 'NIL' : JSON.stringify(text));
  const parts = [`UID ${mail.uid}`];
  if (items.includes('FLAGS')) parts.push(`FLAGS (${mail.flags ?? ''})`);
  if (items.includes('INTERNALDATE')) parts.push('INTERNALDATE " 1-Jan-2030 00:00:00 +0000"');
  if (items.includes('ENVELOPE')) {
    const from = `((${quoted(mail.from.toUpperCase())} NIL ${quoted(mail.from)} "x.org"))`;
    const date = quoted(`Thu, ${mail.day} Jan 2026 10:00:00 +0000`);
    const ids = `${quoted(mail.inReplyTo)} ${quoted(`<${mail.id}@x>`)}`;
    parts.push(`ENVELOPE (${date} ${quoted(mail.subject)} ${from} NIL NIL NIL NIL NIL ${ids})`);
  }
  const { conversation = null, references } = mail;
  if (items.includes('THREADID'))
    parts.push(`THREADID ${conversation === null ? 'NIL' : `(T${conversation})`}`);
  if (items.includes('X-GM-THRID')) parts.push(`X-GM-THRID ${conversation}`);
  if (items.includes('REFERENCES')) {
    const field = references === undefined ? '\r\n' : `References: ${references}\r\n\r\n`;
    parts.push(`BODY[HEADER.FIELDS (REFERENCES)]<0> {${field.length}}\r\n${field}`);
  }
  return `* ${sequence} FETCH (${parts.join(' ')})`;
}

const THREADED = ['* THREAD (1 2 5)(3)', '$ OK done'];

describe('conversations', () => {
  it.each<[string, string, ConversationsOptions, string, RegExp]>([
    [
      'put together here',
      '',
      {},
      'local',
      /UID FETCH 1:\* \(UID FLAGS INTERNALDATE ENVELOPE BODY\.PEEK\[HEADER\.FIELDS \(REFERENCES\)\]<0\.16384>\)/,
    ],
    [
      'of THREAD',
      'THREAD=REFERENCES THREAD=REFS',
      {},
      'THREAD=REFERENCES',
      /UID THREAD REFERENCES UTF-8 ALL/,
    ],
    ['of THREAD=REFS', 'THREAD=REFS', {}, 'THREAD=REFS', /UID THREAD REFS UTF-8 ALL/],
    ['of THREADID', 'OBJECTID THREAD=REFERENCES', {}, 'THREADID', /THREADID\)$/],
    ['of Gmail', 'X-GM-EXT-1 THREAD=REFERENCES', {}, 'X-GM-THRID', /X-GM-THRID\)$/],
    ['as it was asked for', 'OBJECTID', { source: 'local' }, 'local', /REFERENCES/],
  ])('%s', async (_how, capabilities, options, source, command) => {
    const { client, heard } = await open(capabilities, [...mails], () => THREADED);
    const made = await conversations(client, options);
    expect(made.source).toBe(source);
    expect(heard().join('\n')).toMatch(command);
    expect(
      made.list.map(({ uids, subject, participants, unseen, last }) => ({
        uids,
        subject,
        participants: participants.map(({ name, address }) => `${name} <${address}>`),
        unseen,
        last: last.toISOString(),
      })),
    ).toEqual([
      {
        uids: [1, 2, 5],
        subject: 'Plans',
        participants: ['ADA <ada@x.org>', 'BOB <bob@x.org>'],
        unseen: 1,
        last: '2026-01-04T10:00:00.000Z',
      },
      {
        uids: [3],
        subject: 'Lunch',
        participants: ['CLEO <cleo@x.org>'],
        unseen: 1,
        last: '2026-01-02T10:00:00.000Z',
      },
    ]);
    const [first, second] = made.list;
    const isTree = source === 'local' || source.startsWith('THREAD=');
    const replies = [1, 2, 5].map((id) => ({ id, replies: [] }));
    expect(first?.thread).toEqual(
      isTree ? { id: 1, replies: [{ id: 2, replies: [{ id: 5, replies: [] }] }] } : { id: null, replies },
    );
    expect(second?.thread).toEqual({ id: 3, replies: [] });
    await client.logout();
  });

  it('of an empty mailbox ask nothing', async () => {
    const { client, heard } = await open('THREAD=REFERENCES', []);
    expect((await conversations(client)).list).toEqual([]);
    expect(heard()).toEqual([]);
    await client.logout();
  });

  it('go the next way where the server keeps none, or refuses THREAD', async () => {
    const kept = mails.map((mail) => ({ ...mail, conversation: null }));
    const { client, heard } = await open('OBJECTID THREAD=REFERENCES', kept);
    const made = await conversations(client);
    expect(made.source).toBe('local');
    expect(made.list.map(({ uids }) => uids)).toEqual([[1, 2, 5], [3]]);
    expect(heard().map((command) => command.replaceAll(/ \(.*/g, ''))).toEqual([
      'UID FETCH 1:*',
      'UID FETCH 1:3,5',
      'UID THREAD REFERENCES UTF-8 ALL',
      'UID FETCH 1:3,5',
    ]);
    await client.logout();
  });

  it.each(['local', 'THREAD=REFERENCES'] as const)('of the newest messages alone, %s', async (source) => {
    const threads = ['* THREAD (2 5)(3)', '$ OK done'];
    const { client, heard } = await open('THREAD=REFERENCES', undefined, () => threads);
    const made = await conversations(client, { source, fromUid: 2 });
    await made.update();
    expect(made.list.map(({ uids }) => uids)).toEqual([[2, 5], [3]]);
    const sets = heard().map((command) => command.replace(/ \(.*/, ''));
    expect(sets.filter((command) => command.includes('FETCH'))).toEqual(['UID FETCH 2:*', 'UID FETCH 2:*']);
    if (source !== 'local') expect(sets).toContain('UID THREAD REFERENCES UTF-8 UID 2:*');
    await client.logout();
  });

  it('of the newest messages, where there are none', async () => {
    const { client } = await open();
    // The server answers with its last message.
    expect((await conversations(client, { fromUid: 6 })).list).toEqual([]);
    expect(await failure(conversations(client, { fromUid: 0 }))).toBeInstanceOf(RangeError);
    await client.logout();
  });

  it('tell what was asked for and is refused', async () => {
    const { client } = await open('THREAD=REFERENCES');
    expect(await failure(conversations(client, { source: 'THREAD=REFERENCES' }))).toMatchObject({
      name: 'ImapCommandError',
    });
    await client.logout();
  });

  it('of an answer that names a message twice, or one that is not there', async () => {
    const answer = ['* THREAD (1 1 99)(1 2)((3)(98))(97)', '$ OK done'];
    const { client } = await open('THREAD=REFERENCES', [...mails], () => answer);
    const made = await conversations(client);
    expect(made.list.map(({ uids }) => uids)).toEqual([[5], [2], [3], [1]]);
    await client.logout();
  });
});

describe('an update', () => {
  it('fetches what has come, forgets what has gone, takes flags', async () => {
    const { client, kept, heard } = await open();
    const made = await conversations(client);
    const before = made.list;
    heard();
    kept.splice(2, 1);
    for (const mail of kept.slice(1, 2)) mail.flags = '\\Seen';
    kept.push({ uid: 9, from: 'dora', subject: 'New', id: 'e', references: '<d@x>', day: 9 });
    await made.update();
    expect(heard()).toEqual([
      'UID FETCH 1:* (UID FLAGS)',
      'UID FETCH 9 (UID FLAGS INTERNALDATE ENVELOPE BODY.PEEK[HEADER.FIELDS (REFERENCES)]<0.16384>)',
    ]);
    expect(made.list.map(({ uids, unseen }) => ({ uids, unseen }))).toEqual([
      { uids: [1, 2, 5, 9], unseen: 1 },
    ]);
    expect(before).toHaveLength(2);
    await client.logout();
  });

  it('with what the caller knows asks for no more than that', async () => {
    const { client, kept, heard } = await open();
    const made = await conversations(client);
    heard();
    kept.push({ uid: 9, from: 'dora', subject: 'New', id: 'e', references: '<d@x>', day: 9 });
    await Promise.all([
      made.update({ added: '6:*' }),
      made.update({ vanished: [1, 3, 77] }),
      made.update({
        flags: [
          { uid: 2, flags: ['\\Seen'] },
          { uid: 78, flags: [] },
        ],
      }),
    ]);
    expect(heard().map((command) => command.slice(0, 13))).toEqual(['UID FETCH 6:*']);
    expect(made.list.map(({ uids, unseen }) => ({ uids, unseen }))).toEqual([{ uids: [2, 5, 9], unseen: 1 }]);
    expect(made.list[0]?.id).toBe('uid 2');
    await client.logout();
  });

  it('that fails leaves the list as it was, and the next one works', async () => {
    const { client } = await open();
    const made = await conversations(client);
    const before = made.list;
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    expect(String(await failure(made.update({ signal: abort.signal })))).toContain('enough');
    expect(made.list).toBe(before);
    await made.update();
    expect(made.list).toEqual(before);
    await client.logout();
  });

  it('is refused where another mailbox is selected', async () => {
    const { client } = await open();
    const made = await conversations(client);
    await client.select('Other');
    expect(await failure(made.update())).toMatchObject({ name: 'ImapStateError' });
    await client.unselect();
    expect(await failure(conversations(client))).toMatchObject({ name: 'ImapStateError' });
    await client.logout();
  });
});

it('a References field that is longer than what is fetched ends in In-Reply-To', async () => {
  const long = Array.from({ length: 3000 }, (_, index) => `<${index}@x>`)
    .join(' ')
    .slice(0, 16_384 - 12);
  const { client } = await open('', [
    { uid: 1, from: 'ada', subject: 'One', id: 'parent', day: 1 },
    {
      uid: 2,
      from: 'bob',
      subject: 'Two',
      id: 'child',
      references: `${long} `,
      inReplyTo: '<parent@x>',
      day: 2,
    },
  ]);
  const made = await conversations(client);
  expect(made.list.map(({ uids }) => uids)).toEqual([[1, 2]]);
  await client.logout();
});

it('10,000 messages take no longer than they should', async () => {
  const kept = Array.from({ length: 10_000 }, (_, index): Kept => ({
    uid: index + 1,
    from: `user${index % 50}`,
    subject: `Subject ${index % 3000}`,
    id: `${index}`,
    references: index >= 3000 ? `<${index % 3000}@x> <${index - 3000}@x>` : undefined,
    day: 1 + (index % 28),
  }));
  const { client } = await open('', kept);
  const made = await conversations(client);
  expect(made.list).toHaveLength(3000);
  const begin = performance.now();
  await made.update({ vanished: [1] });
  expect(performance.now() - begin).toBeLessThan(1000);
  expect(made.list).toHaveLength(3000);
  await client.logout();
});

it('many messages with gaps between them are asked for in lines of a bearable length', async () => {
  const many = Array.from({ length: 3000 }, (_, index): Kept => ({
    uid: 2 * index + 1,
    from: 'ada',
    subject: `Mail ${index}`,
    id: `m${index}`,
    day: 1,
    conversation: null,
  }));
  // The server does not do what it says: all are fetched again for another way.
  const { client, heard } = await open('OBJECTID', many);
  const { list, source } = await conversations(client);
  expect(source).toBe('local');
  expect(list).toHaveLength(3000);
  const commands = heard();
  expect(commands).toHaveLength(7);
  expect(Math.max(...commands.map(({ length }) => length))).toBeLessThan(8000);
});
