// The commands of ID, ENABLE, NAMESPACE, QUOTA, ACL, METADATA, ANNOTATE, NOTIFY, JMAPACCESS, LIST-EXTENDED and others:
// what is sent, what comes, what that gives.

import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { check } from './check.ts';
import { run, type Runner } from './command.ts';
import { create } from './create.ts';
import { deleteAcl } from './delete-acl.ts';
import { enable } from './enable.ts';
import { fetchAnnotations } from './fetch-annotations.ts';
import { getAcl } from './get-acl.ts';
import { getJmapAccess } from './get-jmap-access.ts';
import { getMetadata } from './get-metadata.ts';
import { getQuotaRoot } from './get-quota-root.ts';
import { getQuota } from './get-quota.ts';
import { id } from './id.ts';
import { listExtended } from './list-extended.ts';
import { listRights } from './list-rights.ts';
import { list } from './list.ts';
import { myRights } from './my-rights.ts';
import { namespace } from './namespace.ts';
import { notify, type EventGroup } from './notify.ts';
import { rename } from './rename.ts';
import { setAcl } from './set-acl.ts';
import { setMetadata } from './set-metadata.ts';
import { setQuota } from './set-quota.ts';
import { status } from './status.ts';
import { storeAnnotations } from './store-annotations.ts';
import { call, exchange, outcomeOf, type Exchange } from './testing/exchange.ts';
import { openRunner } from './testing/opened.ts';
import { unauthenticate } from './unauthenticate.ts';
import { xlist } from './xlist.ts';

const keyed = (values: object): object => Object.assign(Object.create(null), values) as object;
const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = { delimiter: '/', extended: {} };

const rows: readonly (readonly [title: string, row: Exchange])[] = [
  [
    'ID',
    {
      call: call(id, { name: 'a"b', version: null }),
      capabilities: 'ID',
      sent: 'ID ("name" "a\\"b" "version" NIL)',
      answer: '* ID ("Name" "Cyrus" "os" NIL) ',
      gives: keyed({ name: 'Cyrus', os: null }),
    },
  ],
  [
    'ID that tells nothing',
    { call: call(id, null), capabilities: 'ID', sent: 'ID NIL', answer: '* ID NIL', gives: null },
  ],
  ['ID of nothing', { call: call(id, {}), capabilities: 'ID', sent: 'ID ()', gives: null }],
  [
    'NAMESPACE',
    {
      call: call(namespace, undefined),
      capabilities: 'NAMESPACE',
      sent: 'NAMESPACE',
      answer: '* NAMESPACE (("" "/")) NIL (("Public/" "/"))',
      gives: {
        personal: [{ prefix: '', delimiter: '/', extensions: {} }],
        other: [],
        shared: [{ prefix: 'Public/', delimiter: '/', extensions: {} }],
      },
    },
  ],
  [
    'NAMESPACE, malformed',
    {
      call: call(namespace, undefined),
      capabilities: 'IMAP4rev2',
      sent: 'NAMESPACE',
      answer: '* NAMESPACE ("" "/") NIL NIL',
      gives: { personal: [], other: [], shared: [] },
      warns: 'in * NAMESPACE',
    },
  ],
  ['CHECK', { call: call(check, undefined), sent: 'CHECK', answer: '* 3 EXISTS', unasked: ['* 3 EXISTS'] }],
  [
    'CREATE for a special use',
    {
      call: call(create, { mailbox: 'Everything/', use: ['\\All', '\\Archive'] }),
      capabilities: 'CREATE-SPECIAL-USE',
      sent: 'CREATE Everything/ (USE (\\All \\Archive))',
      answer: '$ OK [MAILBOXID (F2212ea87)] done',
      gives: { mailboxId: 'F2212ea87' },
    },
  ],
  [
    'STATUS of all that extensions count',
    {
      call: call(status, {
        mailbox: 'INBOX',
        items: ['mailboxId', 'appendLimit', 'deleted', 'deletedStorage'],
      }),
      capabilities: 'OBJECTID APPENDLIMIT=257890 QUOTA=RES-STORAGE QUOTA=RES-MESSAGE',
      sent: 'STATUS INBOX (MAILBOXID APPENDLIMIT DELETED DELETED-STORAGE)',
      answer: '* STATUS inbox (MAILBOXID (F2) APPENDLIMIT NIL DELETED 4 DELETED-STORAGE 8)',
      gives: { name: 'INBOX', mailboxId: 'F2', appendLimit: null, deleted: 4, deletedStorage: 8n },
    },
  ],
  [
    'RENAME of a mailbox that no name reaches',
    {
      call: call(rename, { mailbox: { name: 'A&B', raw: octets(65, 38, 66) }, newName: 'A&B' }),
      sent: 'RENAME A&B A&-B',
    },
  ],
  [
    'GETQUOTA',
    {
      call: call(getQuota, { root: '' }),
      capabilities: 'QUOTA',
      sent: 'GETQUOTA ""',
      answer: '* QUOTA "other" ()\n* QUOTA "" (STORAGE 10 512)',
      gives: { root: '', resources: keyed({ STORAGE: { usage: 10n, limit: 512n } }) },
    },
  ],
  [
    'GETQUOTAROOT',
    {
      call: call(getQuotaRoot, { mailbox: 'Entwürfe' }),
      capabilities: 'QUOTA',
      sent: 'GETQUOTAROOT Entw&APw-rfe',
      answer: '* QUOTAROOT Entw&APw-rfe "User quota"\n* QUOTA "User quota" (MESSAGE 42 1000)',
      gives: {
        roots: ['User quota'],
        quotas: [{ root: 'User quota', resources: keyed({ MESSAGE: { usage: 42n, limit: 1000n } }) }],
      },
    },
  ],
  [
    'GETQUOTAROOT of what nothing bounds',
    {
      call: call(getQuotaRoot, { mailbox: 'x' }),
      capabilities: 'QUOTA',
      sent: 'GETQUOTAROOT x',
      answer: '* QUOTAROOT x',
      gives: { roots: [], quotas: [] },
    },
  ],
  [
    'SETQUOTA',
    {
      call: call(setQuota, { root: '#user/alice', limits: { STORAGE: 510, MESSAGE: 9223372036854775807n } }),
      capabilities: 'QUOTASET',
      sent: 'SETQUOTA #user/alice (STORAGE 510 MESSAGE 9223372036854775807)',
      gives: null,
    },
  ],
  [
    'GETACL',
    {
      call: call(getAcl, { mailbox: 'INBOX' }),
      capabilities: 'ACL',
      sent: 'GETACL INBOX',
      answer: '* ACL INBOX Fred rwipslxetad "-Chris" w',
      gives: [
        { identifier: 'Fred', rights: 'rwipslxetad' },
        { identifier: '-Chris', rights: 'w' },
      ],
    },
  ],
  [
    'SETACL',
    {
      call: call(setAcl, { mailbox: 'INBOX', identifier: 'any one', rights: 'lrs' }),
      capabilities: 'ACL',
      sent: 'SETACL INBOX "any one" lrs',
    },
  ],
  [
    'SETACL, more',
    {
      call: call(setAcl, {
        mailbox: 'x',
        identifier: 'John',
        rights: 'lrQswicda'.replace('Q', ''),
        change: 'add',
      }),
      capabilities: 'ACL',
      sent: 'SETACL x John +lrswicda',
    },
  ],
  [
    'SETACL, nothing',
    {
      call: call(setAcl, { mailbox: 'x', identifier: 'John', rights: '' }),
      capabilities: 'ACL',
      sent: 'SETACL x John ""',
    },
  ],
  [
    'DELETEACL',
    {
      call: call(deleteAcl, { mailbox: 'INBOX', identifier: 'Fred' }),
      capabilities: 'ACL',
      sent: 'DELETEACL INBOX Fred',
    },
  ],
  [
    'LISTRIGHTS',
    {
      call: call(listRights, { mailbox: '~/Mail/saved', identifier: 'smith' }),
      capabilities: 'ACL',
      sent: 'LISTRIGHTS ~/Mail/saved smith',
      answer: '* LISTRIGHTS ~/Mail/saved smith la r swicdkxte',
      gives: { name: '~/Mail/saved', identifier: 'smith', required: 'la', optional: ['r', 'swicdkxte'] },
    },
  ],
  [
    'MYRIGHTS',
    {
      call: call(myRights, { mailbox: 'INBOX' }),
      capabilities: 'ACL',
      sent: 'MYRIGHTS INBOX',
      answer: '* MYRIGHTS INBOX rwiptsldaex',
      gives: 'rwiptsldaex',
    },
  ],
  [
    'GETMETADATA',
    {
      call: call(getMetadata, {
        mailbox: 'INBOX',
        entries: ['/shared/comment', '/private/x y'],
        depth: 'infinity',
        maxSize: 1024,
      }),
      capabilities: 'METADATA',
      sent: 'GETMETADATA (MAXSIZE 1024 DEPTH infinity) INBOX (/shared/comment "/private/x y")',
      answer: `* METADATA "INBOX" /private/other
        * METADATA "INBOX" (/shared/comment "Shared comment")
        * METADATA "INBOX" (/private/X NIL)
        $ OK [METADATA LONGENTRIES 2199] done`,
      gives: { values: keyed({ '/shared/comment': 'Shared comment', '/private/x': null }), longest: 2199 },
      unasked: ['* METADATA "INBOX" /private/other'],
    },
  ],
  [
    'GETMETADATA of the server',
    {
      call: call(getMetadata, { mailbox: '', entries: ['/shared/admin'] }),
      capabilities: 'METADATA-SERVER',
      sent: 'GETMETADATA "" (/shared/admin)',
      answer: '* METADATA "" (/shared/admin "mailto:x@example.org")',
      gives: { values: keyed({ '/shared/admin': 'mailto:x@example.org' }), longest: null },
    },
  ],
  [
    'SETMETADATA',
    {
      call: call(setMetadata, {
        mailbox: 'INBOX',
        values: { '/private/comment': 'My "comment"', '/shared/comment': null, '/shared/x': octets(0, 255) },
      }),
      capabilities: 'METADATA',
      sent: 'SETMETADATA INBOX (/private/comment "My \\"comment\\"" /shared/comment NIL /shared/x ~{2+}\n\0\ufffd)',
    },
  ],
  [
    'FETCH of annotations',
    {
      call: call(fetchAnnotations, { set: '1:2', uid: true, entries: ['/comment', '/*'] }),
      capabilities: 'ANNOTATE-EXPERIMENT-1',
      sent: 'UID FETCH 1:2 (UID ANNOTATION (("/comment" "/*") (value)))',
      answer: `* 3 FETCH (UID 3 ANNOTATION ())
        * 1 FETCH (FLAGS ())
        * 1 FETCH (UID 1 ANNOTATION (/comment (value.priv "My comment" value.shared NIL)))`,
      gives: [
        {
          sequence: 1,
          uid: 1,
          annotations: keyed({ '/comment': keyed({ 'value.priv': 'My comment', 'value.shared': null }) }),
        },
      ],
      unasked: ['* 3 FETCH (UID 3 ANNOTATION ())', '* 1 FETCH (FLAGS ())'],
    },
  ],
  [
    'STORE of annotations',
    {
      call: call(storeAnnotations, {
        set: 1,
        uid: false,
        annotations: { '/comment': { 'value.priv': 'New', 'value.shared': null } },
      }),
      capabilities: 'ANNOTATE-EXPERIMENT-1',
      sent: 'STORE 1 ANNOTATION ("/comment" (value.priv "New" value.shared NIL))',
    },
  ],
  [
    'GETJMAPACCESS',
    {
      call: call(getJmapAccess, undefined),
      capabilities: 'JMAPACCESS',
      sent: 'GETJMAPACCESS',
      answer: '* JMAPACCESS "https://example.com/jmap"',
      gives: 'https://example.com/jmap',
    },
  ],
  [
    'XLIST',
    {
      call: call(xlist, { reference: '', pattern: '%' }),
      capabilities: 'XLIST',
      sent: 'XLIST "" %',
      answer: '* XLIST (\\HasNoChildren \\Inbox) "/" "Posteingang"\n* LIST () "/" x',
      gives: [{ name: 'Posteingang', ...plain, attributes: ['\\HasNoChildren', '\\Inbox'] }],
      unasked: ['* LIST () "/" x'],
    },
  ],
  [
    'NOTIFY SET',
    {
      call: call(notify, {
        status: true,
        groups: [
          {
            mailboxes: 'selected',
            events: ['MessageNew', 'MessageExpunge', 'FlagChange'],
            fetch: { flags: true, sections: ['HEADER.FIELDS (FROM)'] },
          },
          { mailboxes: { subtree: ['Lists', 'Entwürfe & so'] }, events: ['MessageNew', 'MessageExpunge'] },
          { mailboxes: { names: [{ name: 'A&B', raw: octets(65, 38, 66) }] }, events: [] },
          { mailboxes: 'personal', events: ['MailboxName', 'SubscriptionChange'] },
        ],
      }),
      capabilities: 'NOTIFY',
      sent:
        'NOTIFY SET STATUS (selected (MessageNew (UID FLAGS BODY.PEEK[HEADER.FIELDS (FROM)]) MessageExpunge ' +
        'FlagChange)) (subtree (Lists "Entw&APw-rfe &- so") (MessageNew MessageExpunge)) (mailboxes (A&B) NONE) ' +
        '(personal (MailboxName SubscriptionChange))',
      answer: '* STATUS Lists (MESSAGES 1)',
      unasked: ['* STATUS Lists (MESSAGES 1)'],
    },
  ],
  ['NOTIFY NONE', { call: call(notify, { groups: [] }), capabilities: 'NOTIFY', sent: 'NOTIFY NONE' }],
  [
    'LIST with options',
    {
      call: call(listExtended, {
        reference: '',
        patterns: ['INBOX', 'Entwürfe/%'],
        select: ['subscribed', 'recursiveMatch'],
        return: {
          subscribed: true,
          children: true,
          specialUse: true,
          rights: true,
          metadata: ['/shared/color'],
          status: ['messages', 'unseen'],
        },
      }),
      capabilities: 'LIST-EXTENDED LIST-STATUS LIST-MYRIGHTS LIST-METADATA SPECIAL-USE',
      sent:
        'LIST (SUBSCRIBED RECURSIVEMATCH) "" (INBOX Entw&APw-rfe/%) RETURN (SUBSCRIBED CHILDREN SPECIAL-USE MYRIGHTS ' +
        'METADATA (/shared/color) STATUS (MESSAGES UNSEEN))',
      answer: `* LIST (\\Subscribed) "/" INBOX
        * MYRIGHTS INBOX lrs
        * LIST () "/" "A&B" ("CHILDINFO" ("SUBSCRIBED"))
        * LIST (\\NonExistent) "/" x
        * STATUS "A&B" (MESSAGES 2 UNSEEN 1)
        * METADATA "A&B" (/shared/color "#f00")
        * STATUS inbox (MESSAGES 17 UNSEEN 16)
        * METADATA "" /shared/other`,
      gives: [
        {
          name: 'INBOX',
          ...plain,
          attributes: ['\\Subscribed'],
          rights: 'lrs',
          status: { name: 'INBOX', messages: 17, unseen: 16 },
        },
        {
          name: 'A&B',
          raw: octets(65, 38, 66),
          delimiter: '/',
          attributes: [],
          childInfo: ['SUBSCRIBED'],
          extended: keyed({ CHILDINFO: ['SUBSCRIBED'] }),
          status: { name: 'A&B', raw: octets(65, 38, 66), messages: 2, unseen: 1 },
          metadata: keyed({ '/shared/color': '#f00' }),
        },
        { name: 'x', ...plain, attributes: ['\\NonExistent'] },
      ],
    },
  ],
  [
    'LIST of two patterns and no more',
    {
      call: call(listExtended, { reference: 'a', patterns: ['b', '*'], return: { children: false } }),
      capabilities: 'IMAP4rev2',
      sent: 'LIST a (b *)',
      answer: '* STATUS x (MESSAGES 1)',
      gives: [],
      unasked: ['* STATUS x (MESSAGES 1)'],
    },
  ],
];

describe('commands of extensions', () => {
  it.each(rows)('%s', async (_title, row) => {
    expect(await exchange(row)).toEqual(outcomeOf(row));
  });

  const group = (more: Partial<EventGroup>): ((runner: Runner) => Promise<unknown>) =>
    call(notify, { groups: [{ mailboxes: 'personal', events: [], ...more }] });
  it.each<[string, (runner: Runner) => Promise<unknown>, RegExp]>([
    [
      '31 fields',
      call(id, Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`f${at}`, '']))),
      /31 fields/,
    ],
    ['a long field', call(id, { [`${'ü'.repeat(15)}x`]: '' }), /31 octets, where 30/],
    ['a long value', call(id, { name: 'x'.repeat(1025) }), /name has 1025 octets, where 1024/],
    ['a field twice', call(id, { name: 'a', Name: 'b' }), /twice/],
    ['ENABLE of nothing', call(enable, { extensions: [] }), /at least one/],
    ['no right', call(setAcl, { mailbox: 'x', identifier: 'y', rights: '+l' }), /are no rights/],
    ['no entry', call(getMetadata, { mailbox: 'x', entries: [] }), /at least one entry/],
    ['an entry of nobody', call(getMetadata, { mailbox: 'x', entries: ['/comment'] }), /is no entry/],
    ['an entry with a wildcard', call(getMetadata, { mailbox: 'x', entries: ['/shared/*'] }), /is no entry/],
    ['nothing to set', call(setMetadata, { mailbox: 'x', values: {} }), /at least one entry/],
    ['no annotation', call(fetchAnnotations, { set: 1, uid: true, entries: [] }), /at least one entry/],
    [
      'nothing to store',
      call(storeAnnotations, { set: 1, uid: true, annotations: {} }),
      /at least one entry/,
    ],
    ['no pattern', call(listExtended, { reference: '', patterns: [] }), /at least one pattern/],
    [
      'recursiveMatch alone',
      call(listExtended, { reference: '', patterns: ['*'], select: ['recursiveMatch'] }),
      /goes only with/,
    ],
    ['new messages without expunges', group({ events: ['MessageNew'] }), /go only together/],
    ['changes of flags alone', group({ events: ['FlagChange'] }), /go only with/],
    ['no mailbox', group({ mailboxes: { names: [] } }), /without a mailbox/],
    [
      'names of the selected mailbox',
      group({ mailboxes: 'selected', events: ['MailboxName' as 'MessageNew'] }),
      /only changes of its messages/,
    ],
    [
      'the selected mailbox twice',
      call(notify, {
        groups: [
          { mailboxes: 'selected', events: [] },
          { mailboxes: 'selected-delayed', events: [] },
        ],
      }),
      /two groups/,
    ],
  ])('refuse %s before a byte is sent', async (_what, start, message) => {
    const { runner, script } = await openRunner({
      state: 'authenticated',
      capabilities: 'IMAP4rev2 ID ACL METADATA NOTIFY ANNOTATE-EXPERIMENT-1',
    });
    if (_what.includes('annotation') || _what.includes('store')) runner.session.enter('selected');
    const error = await failure(start(runner));
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toMatch(message);
    await script.silence();
  });

  it.each<[string, (runner: Runner) => Promise<unknown>]>([
    ['ID', call(id, null)],
    ['NAMESPACE', call(namespace, undefined)],
    ['CREATE-SPECIAL-USE', call(create, { mailbox: 'x', use: ['\\Sent'] })],
    ['STATUS=SIZE', call(status, { mailbox: 'x', items: ['messages', 'size'] })],
    ['APPENDLIMIT', call(status, { mailbox: 'x', items: ['appendLimit'] })],
    ['OBJECTID', call(status, { mailbox: 'x', items: ['mailboxId'] })],
    ['QUOTA', call(getQuota, { root: '' })],
    ['ACL', call(getAcl, { mailbox: 'x' })],
    ['METADATA', call(getMetadata, { mailbox: 'x', entries: ['/shared/x'] })],
    ['METADATA or METADATA-SERVER', call(setMetadata, { mailbox: '', values: { '/shared/x': null } })],
    ['LIST-EXTENDED', call(listExtended, { reference: '', patterns: ['*'] })],
    ['NOTIFY', call(notify, { groups: [] })],
    ['XLIST', call(xlist, { reference: '', pattern: '*' })],
    ['JMAPACCESS', call(getJmapAccess, undefined)],
    ['UNAUTHENTICATE', call(unauthenticate, undefined)],
  ])('need %s', async (capability, start) => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1' });
    expect(await failure(start(runner))).toMatchObject({ name: 'ImapCapabilityError', capability });
    await script.silence();
  });

  it.each<[string, (runner: Runner) => Promise<unknown>]>([
    ['FETCH', call(fetchAnnotations, { set: '$', uid: true, entries: ['/comment'] })],
    ['STORE', call(storeAnnotations, { set: '$', uid: true, annotations: { '/comment': { value: null } } })],
  ])('%s of annotations of what a search has saved needs SEARCHRES', async (_name, start) => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 ANNOTATE-EXPERIMENT-1' });
    expect(await failure(start(runner))).toMatchObject({ capability: 'SEARCHRES' });
    await script.silence();
  });
});

describe('enable', () => {
  const opened = (): ReturnType<typeof openRunner> =>
    openRunner({ state: 'authenticated', capabilities: 'IMAP4rev1 ENABLE UTF8=ACCEPT QRESYNC LITERAL+' });

  it('changes how names are written and read from there on', async () => {
    const { runner, script } = await opened();
    const enabling = run(runner, enable, { extensions: ['UTF8=ACCEPT'] });
    const listing = run(runner, list, { reference: 'ü', pattern: '*' });
    await script.play(`
      C: $ ENABLE UTF8=ACCEPT
      S: * ENABLED utf8=accept
      S: $ OK enabled
      C: $ LIST "ü" *
      S: * LIST () "/" "ü&-"
      S: $ OK listed
    `);
    expect(await enabling).toEqual(['UTF8=ACCEPT']);
    expect(await listing).toEqual([{ name: 'ü&-', ...plain, attributes: [] }]);
    expect(runner.session.enabled).toEqual(new Set(['UTF8=ACCEPT']));
    expect(runner.session.utf8).toBe(true);
  });

  // quirk: no-enabled
  it('takes an OK without ENABLED for all that was offered', async () => {
    const { runner, script } = await opened();
    const enabling = run(runner, enable, { extensions: ['qresync', 'X-UNHEARD'] });
    await script.play(`
      C: $ ENABLE qresync X-UNHEARD
      S: $ OK ENABLE completed
    `);
    expect(await enabling).toEqual(['QRESYNC']);
    expect(runner.session.enabled).toEqual(new Set(['QRESYNC']));
    expect(runner.session.utf8).toBe(false);
  });

  it.each([
    ['S: * ENABLED\nS: $ OK nothing', []],
    ['S: * ENABLED (\nS: $ OK nothing', []],
  ])('enables nothing after %j', async (answer, expected) => {
    const { runner, script } = await opened();
    const enabling = run(runner, enable, { extensions: ['UTF8=ACCEPT'] });
    await script.play(`C: $ ENABLE UTF8=ACCEPT\n${answer}`);
    expect(await enabling).toEqual(expected);
    expect(runner.session.utf8).toBe(false);
  });

  it('keeps what was enabled before, and hears what is enabled later', async () => {
    const { runner, script } = await opened();
    await script.say('* ENABLED CONDSTORE\r\n* ENABLED IMAP4rev2\r\n');
    const enabling = run(runner, enable, { extensions: ['QRESYNC'] });
    await script.play('C: $ ENABLE QRESYNC\nS: * ENABLED QRESYNC\nS: $ OK');
    await enabling;
    expect([...runner.session.enabled]).toEqual(['CONDSTORE', 'IMAP4REV2', 'QRESYNC']);
    expect(runner.session.utf8).toBe(true);
  });

  it('is refused where a mailbox is selected', async () => {
    const { runner, script } = await opened();
    runner.session.enter('selected');
    const error = await failure(run(runner, enable, { extensions: ['QRESYNC'] }));
    expect(error).toMatchObject({ name: 'ImapStateError' });
    await script.silence();
  });
});

it('UNAUTHENTICATE forgets what held for the user', async () => {
  const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 UNAUTHENTICATE' });
  const { session } = runner;
  session.enable(['UTF8=ACCEPT']);
  const leaving = run(runner, unauthenticate, undefined);
  await script.play('C: $ UNAUTHENTICATE\nS: $ OK so long');
  await leaving;
  expect([session.state, session.enabled.size, session.utf8, session.capabilitiesKnown]).toEqual([
    'notAuthenticated',
    0,
    false,
    false,
  ]);
});

it('NOTIFY leaves to STATUS what is its own, and takes nothing else for it', async () => {
  const { runner, script, unasked } = await openRunner({ capabilities: 'NOTIFY' });
  const groups: EventGroup[] = [{ mailboxes: 'inboxes', events: ['MessageNew', 'MessageExpunge'] }];
  const notifying = run(runner, notify, { groups });
  await script.play('C: $ NOTIFY SET (inboxes (MessageNew MessageExpunge))\nS: $ OK');
  await notifying;
  const counting = run(runner, status, { mailbox: 'Entwürfe', items: ['messages'] });
  await script.play(`
    C: $ STATUS Entw&APw-rfe (MESSAGES)
    S: * STATUS other (MESSAGES 7 UIDNEXT 8)
    S: * STATUS ENTW&ANw-RFE (MESSAGES 3)
    S: $ OK
  `);
  expect(await counting).toEqual({ name: 'ENTWÜRFE', messages: 3 });
  expect(unasked).toEqual(['* STATUS other (MESSAGES 7 UIDNEXT 8)']);
  const quieting = run(runner, notify, { groups: [] });
  await script.play('C: $ NOTIFY NONE\nS: $ OK');
  await quieting;
  expect(runner.session.notifies).toBe(false);
});

it('BADEVENT names the events that the server knows', async () => {
  const { runner, script } = await openRunner({ capabilities: 'NOTIFY' });
  const refused = failure(run(runner, notify, { groups: [{ mailboxes: 'inboxes', events: [] }] }));
  await script.play('C: $ NOTIFY SET (inboxes NONE)\nS: $ NO [BADEVENT (MessageNew MessageExpunge)] no');
  expect(await refused).toMatchObject({
    code: { name: 'BADEVENT', events: ['MessageNew', 'MessageExpunge'] },
  });
});
