import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { openClient } from './testing/opened.ts';

describe('unselect', () => {
  it('is UNSELECT where the server has it', async () => {
    const { client, script } = await openClient({ capabilities: 'UNSELECT' });
    const left = client.unselect();
    await script.play('C: $ UNSELECT\nS: $ OK');
    await left;
    expect([client.state, client.mailbox]).toEqual(['authenticated', null]);
  });

  it('is EXAMINE and CLOSE elsewhere, and nothing comes in between', async () => {
    const { client, script } = await openClient({ capabilities: 'IDLE' });
    const left = client.unselect();
    const after = client.status('INBOX', ['messages']);
    await script.play(`
      C: $ EXAMINE INBOX
      S: * 3 EXISTS
      S: * OK [UIDVALIDITY 7] x
      S: $ OK [READ-ONLY] done
      C: $ CLOSE
      S: $ OK
      C: $ STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 3)
      S: $ OK
    `);
    await left;
    expect((await after).messages).toBe(3);
    expect([client.state, client.mailbox]).toEqual(['authenticated', null]);
  });

  it('of a mailbox that is gone has left it', async () => {
    const { client, script } = await openClient({ capabilities: 'IDLE' });
    const left = client.unselect();
    await script.play('C: $ EXAMINE INBOX\nS: $ NO no such mailbox');
    await left;
    await script.silence();
    expect(client.mailbox).toBeNull();
  });

  it('never closes, and so expunges, where the server does not know EXAMINE', async () => {
    const { client, script } = await openClient({ capabilities: 'IDLE' });
    const left = client.unselect();
    await script.play('C: $ EXAMINE INBOX\nS: $ BAD what?');
    await script.silence();
    await left;
    expect(client.mailbox).toBeNull();
  });

  it('without a mailbox is an error', async () => {
    const { client } = await openClient({ capabilities: 'IDLE', selected: false });
    expect(await failure(client.unselect())).toMatchObject({ name: 'ImapStateError' });
  });
});
