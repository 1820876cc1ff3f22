// mailboxes(): one LIST where the server can, several commands where it cannot, and what the servers do that say they
// can and do not.

import { describe, expect, it } from 'vitest';
import { notify } from '../commands/notify.ts';
import { failure } from '../session/testing/opened.ts';
import { mailboxes } from './mailboxes.ts';
import { openClient } from './testing/opened.ts';

const opened = (capabilities: string): ReturnType<typeof openClient> =>
  openClient({ capabilities: `LITERAL+ ${capabilities}`, selected: false });
const keyed = (values: object): object => Object.assign(Object.create(null), values) as object;
const plain = { delimiter: '/', extended: {} };

describe('mailboxes', () => {
  it('asks everything in one command', async () => {
    const { client, script } = await opened(
      'LIST-EXTENDED LIST-STATUS LIST-MYRIGHTS LIST-METADATA SPECIAL-USE',
    );
    const found = mailboxes(client, {
      patterns: ['INBOX', '%'],
      status: ['messages'],
      rights: true,
      metadata: ['/shared/color'],
    });
    await script.play(`
      C: $ LIST "" (INBOX %) RETURN (SUBSCRIBED CHILDREN SPECIAL-USE MYRIGHTS METADATA (/shared/color) STATUS (MESSAGES))
      S: * LIST (\\Subscribed) "/" INBOX
      S: * LIST (\\Noselect) "/" x
      S: * STATUS INBOX (MESSAGES 3)
      S: * METADATA INBOX (/shared/color "#f00")
      S: * MYRIGHTS INBOX lr
      S: $ OK
    `);
    expect(await found).toEqual([
      {
        name: 'INBOX',
        ...plain,
        attributes: ['\\Subscribed'],
        status: { name: 'INBOX', messages: 3 },
        rights: 'lr',
        metadata: keyed({ '/shared/color': '#f00' }),
      },
      { name: 'x', ...plain, attributes: ['\\Noselect'] },
    ]);
    await script.silence();
  });

  // quirk: special-use-refused
  it('asks again without SPECIAL-USE where that is refused', async () => {
    const { client, script } = await opened('LIST-EXTENDED SPECIAL-USE');
    const found = mailboxes(client, { subscribed: true });
    await script.play(`
      C: $ LIST (SUBSCRIBED) "" * RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)
      S: $ BAD what
      C: $ LIST (SUBSCRIBED) "" * RETURN (SUBSCRIBED CHILDREN)
      S: * LIST (\\Subscribed) "/" a
      S: $ OK
    `);
    expect(await found).toEqual([{ name: 'a', ...plain, attributes: ['\\Subscribed'] }]);
  });

  // quirk: empty-list-extended
  it.each([
    ['finds nothing', 'S: $ OK LIST completed'],
    ['is refused', 'S: $ BAD what'],
  ])('asks in the old way where LIST with options %s', async (_what, answer) => {
    const { client, script } = await opened('LIST-EXTENDED LIST-STATUS');
    const found = mailboxes(client, { status: ['unseen'] });
    await script.play(`
      C: $ LIST "" * RETURN (SUBSCRIBED CHILDREN STATUS (UNSEEN))
      ${answer}
      C: $ LIST "" *
      S: * LIST () "/" INBOX
      S: * LIST (\\Noselect) "/" a
      S: * LIST () "/" b
      S: * LIST () "/" b
      S: $ OK
      C: $ LSUB "" *
      S: * LSUB () "/" INBOX
      S: * LSUB (\\Noselect) "/" b
      S: * LSUB () "/" gone
      S: $ OK
      C: $ STATUS INBOX (UNSEEN)
      C: $ STATUS b (UNSEEN)
      S: * STATUS INBOX (UNSEEN 2)
      S: $4 OK
      S: $5 NO [NOPERM] no
    `);
    expect(await found).toEqual([
      { name: 'INBOX', ...plain, attributes: ['\\Subscribed'], status: { name: 'INBOX', unseen: 2 } },
      { name: 'a', ...plain, attributes: ['\\Noselect'] },
      { name: 'b', ...plain, attributes: [] },
    ]);
  });

  // quirk: lsub-refused
  it('puts rights and annotations together one by one', async () => {
    const { client, script } = await opened('ACL METADATA XLIST');
    const found = mailboxes(client, { patterns: ['%', 'x/%'], rights: true, metadata: ['/private/comment'] });
    await script.play(`
      C: $ XLIST "" %
      C: $ XLIST "" x/%
      S: * XLIST (\\Inbox) "/" Posteingang
      S: * XLIST () "/" "A&B"
      S: $1 OK
      S: $2 OK
      C: $ LSUB "" %
      C: $ LSUB "" x/%
      S: $3 BAD Command Argument Error. 12
      S: $4 BAD Command Argument Error. 12
      C: $ MYRIGHTS Posteingang
      C: $ GETMETADATA Posteingang (/private/comment)
      C: $ MYRIGHTS A&B
      C: $ GETMETADATA A&B (/private/comment)
      S: * MYRIGHTS Posteingang lrs
      S: $5 OK
      S: * METADATA Posteingang (/private/comment hm)
      S: * METADATA Posteingang (/private/comment "hm")
      S: $6 OK
      S: $7 NO no
      S: $8 OK
    `);
    expect(await found).toEqual([
      {
        name: 'Posteingang',
        ...plain,
        attributes: ['\\Inbox'],
        rights: 'lrs',
        metadata: keyed({ '/private/comment': 'hm' }),
      },
      { name: 'A&B', raw: Uint8Array.of(65, 38, 66), ...plain, attributes: [], metadata: keyed({}) },
    ]);
  });

  it('gives those alone that are subscribed to, or fails where the server does not tell', async () => {
    const { client, script } = await opened('');
    const found = mailboxes(client, { subscribed: true });
    await script.play(`
      C: $ LIST "" *
      S: * LIST () "/" a
      S: * LIST () "/" b
      S: $ OK
      C: $ LSUB "" *
      S: * LSUB () "/" b
      S: $ OK
    `);
    expect(await found).toEqual([{ name: 'b', ...plain, attributes: ['\\Subscribed'] }]);
    const refused = failure(mailboxes(client, { subscribed: true }));
    await script.play(`
      C: $ LIST "" *
      S: $ OK
      C: $ LSUB "" *
      S: $ BAD no
    `);
    expect(await refused).toMatchObject({ name: 'ImapCommandError', command: 'LSUB' });
  });

  it('does not say that counts are missing which the server cannot count', async () => {
    const { client, script } = await opened('LIST-EXTENDED LIST-STATUS');
    const error = await failure(mailboxes(client, { status: ['size'] }));
    expect(error).toMatchObject({ name: 'ImapCapabilityError', capability: 'STATUS=SIZE' });
    await script.silence();
  });

  it('keeps at most 32 commands under way', async () => {
    const { client, script } = await opened('');
    const found = mailboxes(client, { status: ['messages'] });
    const names = Array.from({ length: 40 }, (_, at) => `m${at}`);
    await script.play(`
      C: $ LIST "" *
      ${names.map((name) => `S: * LIST () "/" ${name}`).join('\n')}
      S: $ OK
      C: $ LSUB "" *
      S: $ OK
      ${names
        .slice(0, 32)
        .map((name) => `C: $ STATUS ${name} (MESSAGES)`)
        .join('\n')}
    `);
    await script.silence();
    await script.play(`
      ${names
        .slice(0, 32)
        .map((name, at) => `S: * STATUS ${name} (MESSAGES 1)\nS: $${at + 3} OK`)
        .join('\n')}
      ${names
        .slice(32)
        .map((name) => `C: $ STATUS ${name} (MESSAGES)`)
        .join('\n')}
      ${names
        .slice(32)
        .map((name, at) => `S: * STATUS ${name} (MESSAGES 2)\nS: $${at + 35} OK`)
        .join('\n')}
    `);
    expect((await found).map(({ status }) => status?.messages)).toEqual(
      names.map((_, at) => (at < 32 ? 1 : 2)),
    );
  });
});

describe('events of NOTIFY', () => {
  it('tell of counts, mailboxes and the end of it', async () => {
    const { client, script } = await opened('NOTIFY');
    const told: unknown[] = [];
    client.on('status', ({ status }) => told.push(status));
    client.on('mailbox', ({ mailbox }) => told.push([mailbox.name, mailbox.oldName, mailbox.attributes]));
    client.on('overflow', ({ text }) => told.push(text));
    client.on('untagged', ({ response }) => told.push(response.name));
    const groups = [{ mailboxes: 'personal', events: ['MessageNew', 'MessageExpunge'] }] as const;
    const notifying = client.run(notify, { groups });
    await script.play('C: $ NOTIFY SET (personal (MessageNew MessageExpunge))\nS: $ OK');
    await notifying;
    const probing = client.noop();
    await script.play(`
      C: $ NOOP
      S: * STATUS Lists (MESSAGES 4 UNSEEN 1)
      S: * LIST (\\NonExistent) "/" old
      S: * LIST () "/" new ("OLDNAME" ("old"))
      S: * METADATA "" /shared/comment
      S: * OK [NOTIFICATIONOVERFLOW] too much
      S: $ OK
    `);
    await probing;
    expect(told).toEqual([
      { name: 'Lists', messages: 4, unseen: 1 },
      ['old', undefined, ['\\NonExistent']],
      ['new', 'old', []],
      'METADATA',
      'too much',
    ]);
    // Nothing is told any more, so that any STATUS is an answer.
    const counting = client.status('Lists', ['messages']);
    await script.play('C: $ STATUS Lists (MESSAGES)\nS: * STATUS "Listes" (MESSAGES 5)\nS: $ OK');
    expect(await counting).toEqual({ name: 'Listes', messages: 5 });
  });
});
