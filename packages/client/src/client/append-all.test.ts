import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { appendAll, ImapAppendAllError } from './append-all.ts';
import { replaceMessage } from './replace-message.ts';
import { openClient } from './testing/opened.ts';

const two = [{ message: 'a' }, { message: 'b', flags: ['\\Seen'] }];

describe('appendAll', () => {
  it('is one command where the server can', async () => {
    const { client, script } = await openClient({ capabilities: 'UIDPLUS LITERAL+ MULTIAPPEND' });
    const done = appendAll(client, 'x', two);
    await script.play('C: $ APPEND x {1+}\nC: a (\\Seen) {1+}\nC: b\nS: $ OK [APPENDUID 7 1,3] done');
    expect(await done).toEqual([
      { uidValidity: 7, uid: 1 },
      { uidValidity: 7, uid: 3 },
    ]);
    expect(await appendAll(client, 'x', [])).toEqual([]);
    await script.silence();
  });

  it('is all or nothing there', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+ MULTIAPPEND' });
    const done = failure(appendAll(client, 'x', two));
    await script.play('C: $ APPEND x {1+}\nC: a (\\Seen) {1+}\nC: b\nS: $ NO [OVERQUOTA] full');
    expect(await done).toMatchObject({ name: 'ImapCommandError', code: { name: 'OVERQUOTA' } });
  });

  it('does not wait between single ones', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+' });
    const done = appendAll(client, 'x', two);
    await script.play(
      'C: $ APPEND x {1+}\nC: a\nC: $ APPEND x (\\Seen) {1+}\nC: b\nS: $2 OK [APPENDUID 7 1] x\nS: $3 OK',
    );
    expect(await done).toEqual([{ uidValidity: 7, uid: 1 }, null]);
  });

  it('says which are there where some are refused', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+' });
    const done = failure(appendAll(client, 'x', [...two, { message: '\0' }]));
    await script.play(
      'C: $ APPEND x {1+}\nC: a\nC: $ APPEND x (\\Seen) {1+}\nC: b\nS: $2 NO full\nS: $3 OK [APPENDUID 7 2] x',
    );
    const error = await done;
    expect(error).toBeInstanceOf(ImapAppendAllError);
    expect(error).toMatchObject({
      message: '2 of 3 messages were not stored: APPEND: the server answered NO: full',
      outcomes: [
        { stored: false, error: { name: 'ImapCommandError' } },
        { stored: true, appended: { uidValidity: 7, uid: 2 } },
        { stored: false, error: { name: 'RangeError' } },
      ],
    });
  });

  it('says what is known where the connection is lost', async () => {
    const { client, script, server } = await openClient({ capabilities: 'LITERAL+' });
    const done = failure(appendAll(client, 'x', two));
    await script.play('C: $ APPEND x {1+}\nC: a\nC: $ APPEND x (\\Seen) {1+}\nC: b\nS: $2 OK');
    server.fail();
    expect(await done).toMatchObject({
      outcomes: [
        { stored: true, appended: null },
        { stored: false, error: { name: 'ImapConnectionError' } },
      ],
    });
  });
});

describe('replaceMessage', () => {
  const draft = { message: 'new', flags: ['\\Draft'] };

  it('is one command where the server can', async () => {
    const { client, script, told } = await openClient({ capabilities: 'LITERAL+ REPLACE' });
    const done = replaceMessage(client, 7, draft);
    await script.play(
      'C: $ UID REPLACE 7 INBOX (\\Draft) {3+}\nC: new\nS: * OK [APPENDUID 7 10] ready\nS: * 4 EXISTS\nS: * 2 EXPUNGE\nS: $ OK',
    );
    expect(await done).toEqual({ uidValidity: 7, uid: 10 });
    expect(told).toEqual(['exists 4 3', 'expunge 2']);
  });

  it('deletes the old one only when the new one is there', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+ UIDPLUS' });
    const done = replaceMessage(client, 7, { ...draft, mailbox: 'Drafts' });
    await script.play('C: $ APPEND Drafts (\\Draft) {3+}\nC: new');
    await script.silence();
    await script.play(`
      S: $ OK [APPENDUID 9 10] done
      C: $ UID STORE 7 +FLAGS (\\Deleted)
      S: $ OK
      C: $ UID EXPUNGE 7
      S: $ OK
    `);
    expect(await done).toEqual({ uidValidity: 9, uid: 10 });
  });

  it('puts the new one into the selected mailbox, whatever stands for its name', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+ UIDPLUS', selected: false });
    const listing = client.list().toArray();
    await script.play('C: $ LIST "" *\nS: * LIST () "/" "A&B"\nS: $ OK');
    const [mailbox] = await listing;
    const selecting = client.select(mailbox ?? '');
    await script.play('C: $ SELECT A&B\nS: * OK [UIDVALIDITY 7] x\nS: $ OK');
    await selecting;
    const done = replaceMessage(client, 7, draft);
    await script.play(`
      C: $ APPEND A&B (\\Draft) {3+}
      C: new
      S: $ OK [APPENDUID 7 10] done
      C: $ UID STORE 7 +FLAGS (\\Deleted)
      S: $ OK
      C: $ UID EXPUNGE 7
      S: $ OK
    `);
    expect(await done).toEqual({ uidValidity: 7, uid: 10 });
  });

  it.each([
    ['NO [OVERQUOTA] full', 'ImapCommandError', 'full'],
    ['OK done', 'ImapCapabilityError', 'both messages are there now'],
    ['OK [APPENDUID x] done', 'ImapCapabilityError', 'both messages are there now'],
  ])('deletes nothing behind %s', async (answer, name, words) => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+ UIDPLUS' });
    const done = failure(replaceMessage(client, 7, draft));
    await script.play(`C: $ APPEND INBOX (\\Draft) {3+}\nC: new\nS: $ ${answer}`);
    expect(await done).toMatchObject({ name, message: expect.stringContaining(words) });
    await script.silence();
  });

  it('expunges nothing where it could not be marked', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+ UIDPLUS' });
    const done = failure(replaceMessage(client, 7, draft));
    await script.play(
      'C: $ APPEND INBOX (\\Draft) {3+}\nC: new\nS: $ OK [APPENDUID 9 10] x\nC: $ UID STORE 7 +FLAGS (\\Deleted)\nS: $ NO read-only',
    );
    expect(await done).toMatchObject({ name: 'ImapCommandError', command: 'UID STORE' });
    await script.silence();
  });

  it.each([
    ['LITERAL+ UIDPLUS', 'C: $ APPEND INBOX (\\Draft) {3+}\nC: new', 'S: $2 OK [APPENDUID 9 10] x'],
    ['LITERAL+ REPLACE', '', ''],
  ])('reaches no other mailbox (%s)', async (capabilities, before, answer) => {
    const { client, script } = await openClient({ capabilities });
    const other = before === '' ? client.select('Other') : null;
    const done = failure(replaceMessage(client, 7, draft));
    await script.play(before);
    const selecting = other ?? client.select('Other');
    await script.play(
      `${answer}\nC: $ SELECT Other\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 8] x\nS: $ OK [READ-WRITE] done`,
    );
    await selecting;
    expect(await done).toMatchObject({
      name: 'ImapStateError',
      message: expect.stringContaining('INBOX is no longer selected'),
    });
    await script.silence();
  });

  it('needs REPLACE or UIDPLUS, and a mailbox', async () => {
    const { client, script } = await openClient({ capabilities: 'LITERAL+' });
    expect(await failure(replaceMessage(client, 7, draft))).toMatchObject({
      capability: 'REPLACE or UIDPLUS',
    });
    const other = await openClient({ selected: false });
    expect(await failure(replaceMessage(other.client, 7, draft))).toMatchObject({ name: 'ImapStateError' });
    await script.silence();
    await other.script.silence();
  });
});
