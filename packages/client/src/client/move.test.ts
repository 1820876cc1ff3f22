import { describe, expect, it } from 'vitest';
import { failure, nextTurn } from '../session/testing/opened.ts';
import { openClient } from './testing/opened.ts';

const bridged = { capabilities: 'UIDPLUS LITERAL+' };

describe('move', () => {
  it('is MOVE where the server has it', async () => {
    const { client, script, told } = await openClient();
    const done = client.move('5:6', 'Trash');
    await script.play(`
      C: $ UID MOVE 5:6 Trash
      S: * OK [COPYUID 9 5:6 1:2] moved
      S: * 2 EXPUNGE
      S: * 2 EXPUNGE
      S: $ OK
    `);
    expect(await done).toMatchObject({ uidValidity: 9, source: [5, 6], destination: [1, 2] });
    expect(told).toEqual(['expunge 2', 'expunge 2']);
  });

  it('is COPY, \\Deleted and UID EXPUNGE of what was copied where it has not', async () => {
    const { client, script } = await openClient(bridged);
    const done = client.move('5:*', 'Trash');
    await script.play('C: $ UID COPY 5:* Trash');
    await script.silence();
    await script.play(`
      S: $ OK [COPYUID 9 5,7 1:2] copied
      C: $ UID STORE 5,7 +FLAGS (\\Deleted)
      S: * 2 FETCH (UID 5 FLAGS (\\Deleted))
      S: $ OK
      C: $ UID EXPUNGE 5,7
      S: * 2 EXPUNGE
      S: $ OK
    `);
    expect(await done).toMatchObject({ source: [5, 7], destination: [1, 2] });
    await script.silence();
  });

  it.each([
    ['the copy', 'C: $ UID COPY 5 Trash\nS: $ NO [TRYCREATE] no such mailbox', 'UID COPY'],
    [
      'the mark',
      'C: $ UID COPY 5 Trash\nS: $ OK [COPYUID 9 5 1] x\nC: $ UID STORE 5 +FLAGS (\\Deleted)\nS: $ NO read only',
      'UID STORE',
    ],
  ])('deletes nothing where %s fails', async (_step, dialogue, command) => {
    const { client, script } = await openClient(bridged);
    const failed = failure(client.move(5, 'Trash'));
    await script.play(dialogue);
    expect(await failed).toMatchObject({ name: 'ImapCommandError', command });
    await script.silence();
  });

  it('deletes nothing where the server does not say what was copied', async () => {
    const { client, script } = await openClient(bridged);
    const failed = failure(client.move('5:*', 'Trash'));
    await script.play(`
      C: $ UID COPY 5:* Trash
      S: $ OK copied
      C: $ UID SEARCH UID 5:*
      S: * SEARCH 5 6
      S: $ OK
    `);
    expect(String(await failed)).toContain('Deleting what was copied to Trash needs COPYUID');
    expect(String(await failed)).toContain('in both mailboxes');
    await script.silence();
  });

  it.each([
    ['no message', 'S: $ OK nothing to copy\nC: $ UID SEARCH UID 99\nS: * SEARCH\nS: $ OK'],
    ['nothing, as it says', 'S: $ OK [COPYUID 9 0 0] x\nC: $ UID SEARCH UID 99\nS: * SEARCH\nS: $ OK'],
  ])('of %s deletes nothing', async (_what, answer) => {
    const { client, script } = await openClient(bridged);
    const done = client.move(99, 'Trash');
    await script.play(`C: $ UID COPY 99 Trash\n${answer}`);
    expect(await done).toBeNull();
    await script.silence();
  });

  it('never reaches another mailbox that is selected meanwhile', async () => {
    const { client, script } = await openClient(bridged);
    const failed = failure(client.move(5, 'Trash'));
    const selecting = client.select('Other');
    await script.play(`
      C: $ UID COPY 5 Trash
      S: $ OK [COPYUID 9 5 1] copied
      C: $ SELECT Other
      S: * OK [UIDVALIDITY 8] x
      S: $ OK
    `);
    await selecting;
    expect(await failed).toMatchObject({
      name: 'ImapStateError',
      message: 'The messages are in Trash, but not deleted: the mailbox INBOX is no longer selected',
    });
    await script.silence();
  });

  it('aborted after the copy deletes nothing', async () => {
    const { client, script } = await openClient(bridged);
    const abort = new AbortController();
    const failed = failure(client.move(5, 'Trash', { signal: abort.signal }));
    await script.play('C: $ UID COPY 5 Trash');
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    await script.play('S: $ OK [COPYUID 9 5 1] copied');
    await nextTurn();
    await script.silence();
  });

  it.each([
    ['', 5, true],
    ['UIDPLUS', '1', false],
  ])('is impossible with "%s"', async (capabilities, set, uid) => {
    const { client, script } = await openClient({ capabilities });
    expect(await failure(client.move(set, 'Trash', { uid }))).toMatchObject({ name: 'ImapCapabilityError' });
    await script.silence();
  });
});
