import { describe, expect, it } from 'vitest';
import { failure, nextTurn } from '../session/testing/opened.ts';
import { enable } from '../commands/enable.ts';
import { openClient, type OpenedClient } from './testing/opened.ts';

async function openQResync(enabled = 'QRESYNC'): Promise<OpenedClient> {
  const opened = await openClient({ capabilities: 'ENABLE QRESYNC UIDPLUS', selected: false });
  const enabling = opened.client.run(enable, { extensions: ['QRESYNC'] });
  await opened.script.play(`C: $ ENABLE QRESYNC\nS: * ENABLED ${enabled}\nS: $ OK`);
  await enabling;
  const selecting = opened.client.select('INBOX');
  await opened.script.play('C: $ SELECT INBOX\nS: * 3 EXISTS\nS: $ OK');
  await selecting;
  return opened;
}

describe('the selected mailbox, with extensions', () => {
  it('counts by VANISHED what has gone, and not what went earlier', async () => {
    const { client, script, told } = await openClient();
    await script.play('S: * VANISHED (EARLIER) 1:4294967295\nS: * VANISHED 405,407');
    await nextTurn();
    expect(client.mailbox?.exists).toBe(1);
    expect(told).toEqual(['vanished [[1,4294967295]] true', 'vanished [[405,405],[407,407]] false']);
    await script.say('* VANISHED 1:4294967295\r\n');
    await nextTurn();
    expect(client.mailbox?.exists).toBe(0);
  });

  it.each(['* VANISHED', '* VANISHED (EARLIER)', '* VANISHED 1:*', '* UIDFETCH (FLAGS ())'])(
    'warns of %j and changes nothing',
    async (line) => {
      const { client, script, told } = await openClient();
      const before = client.mailbox;
      await script.say(`${line}\r\n`);
      await nextTurn();
      expect(client.mailbox).toEqual(before);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/^warning /);
    },
  );

  it.each<[lines: string, uidNext: number]>([
    ['* 5 EXISTS', 12],
    ['* 3 EXISTS', 10],
    ['* 1 EXPUNGE\r\n* 3 EXISTS', 11],
    ['* 3 FETCH (UID 20 FLAGS ())', 21],
    ['* 3 FETCH (UID 9 FLAGS ())', 10],
    ['* 30 UIDFETCH (FLAGS ())', 31],
    ['* OK [UIDNEXT 44] told', 44],
  ])('knows the next UID after %j', async (lines, uidNext) => {
    const { client, script } = await openClient();
    await script.say(`${lines}\r\n`);
    await nextTurn();
    expect(client.mailbox?.uidNext).toBe(uidNext);
  });

  it('tells a message by its UID with UIDONLY', async () => {
    const { script, told } = await openClient();
    await script.say('* 25996 UIDFETCH (FLAGS (\\Seen))\r\n');
    await nextTurn();
    expect(told).toEqual([
      'fetch {"sequence":0,"sections":[],"other":{},"unparsed":{},"flags":["\\\\Seen"],"uid":25996}',
    ]);
  });

  it('keeps the modification sequence that EXPUNGE leaves behind', async () => {
    const { client, script } = await openClient();
    const expunged = client.expunge('7');
    await script.play(
      'C: $ UID EXPUNGE 7\nS: * VANISHED 7\nS: $ OK [HIGHESTMODSEQ 20010715194045319] expunged',
    );
    await expunged;
    expect(client.mailbox).toMatchObject({ exists: 2, highestModSeq: 20010715194045319n });
  });

  it('knows NOMODSEQ, UIDNOTSTICKY and MAILBOXID', async () => {
    const { client, script } = await openClient();
    const selecting = client.select('x', { readOnly: true });
    await script.play(`
      C: $ EXAMINE x
      S: * OK [HIGHESTMODSEQ 5] x
      S: * OK [NOMODSEQ] x
      S: * OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] x
      S: * NO [UIDNOTSTICKY] x
      S: * OK [UIDNOTSTICKY] x
      S: $ OK
    `);
    expect(await selecting).toMatchObject({
      highestModSeq: null,
      uidNotSticky: true,
      mailboxId: 'F2212ea87-6097-4256-9d51-71338625',
    });
    expect(await selecting).not.toHaveProperty('resync');
  });

  it('tells of searches that the server keeps up to date, and how far a command is', async () => {
    const { script, told } = await openClient();
    await script.play(`
      S: * ESEARCH (TAG "B01") UID ADDTO (0 32768:32769) REMOVEFROM (0 7)
      S: * OK [INPROGRESS ("A001" 175 1000)] Processed 17%
      S: * OK [INPROGRESS] Still here
      S: * NO [NOUPDATE "B01"] Too many contexts
      S: * NO nothing to do with it
    `);
    await nextTurn();
    expect(told).toEqual([
      'searchUpdate B01 true [{"position":0,"set":"32768:32769"}] [{"position":0,"set":"7"}]',
      'progress A001 175 1000 Processed 17%',
      'progress null null null Still here',
      'searchUpdate B01 true',
    ]);
  });
});

describe('SELECT with QRESYNC', () => {
  it('gives what has changed', async () => {
    const { client, script, told } = await openQResync();
    const selecting = client.select('INBOX', {
      qresync: {
        uidValidity: 67890007,
        modSeq: 90060115194045000n,
        knownUids: '41:211,214:541',
        sequenceMatch: ['1,2', '5,6'],
      },
    });
    await script.play(`
      C: $ SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541 (1:2 5:6)))
      S: * OK [CLOSED] left
      S: * 100 EXISTS
      S: * OK [UIDVALIDITY 67890007] x
      S: * OK [HIGHESTMODSEQ 90060115205545359] x
      S: * VANISHED (EARLIER) 41,43:116
      S: * VANISHED (EARLIER) 214:540
      S: * 49 FETCH (UID 117 FLAGS (\\Seen \\Answered) MODSEQ (90060115194045001))
      S: $ OK [READ-WRITE] welcome
    `);
    const mailbox = await selecting;
    expect(mailbox).toMatchObject({
      exists: 100,
      highestModSeq: 90060115205545359n,
      resync: {
        vanished: [
          [41, 41],
          [43, 116],
          [214, 540],
        ],
        changed: [{ uid: 117, flags: ['\\Seen', '\\Answered'], modSeq: 90060115194045001n }],
      },
    });
    expect(client.mailbox).toMatchObject({ exists: 100 });
    expect(client.mailbox).not.toHaveProperty('resync');
    expect(told).toEqual([]);
  });

  it('leaves what comes before CLOSED to the mailbox that was open', async () => {
    const { client, script, told } = await openQResync();
    const selecting = client.select('B', { qresync: { uidValidity: 1, modSeq: 1n } });
    await script.play(`
      C: $ SELECT B (QRESYNC (1 1))
      S: * 4 EXISTS
      S: * VANISHED 7
      S: * 2 FETCH (UID 8 FLAGS (\\Seen))
      S: * OK [CLOSED] left
      S: * 9 EXISTS
      S: * VANISHED (EARLIER) 3
      S: $ OK
    `);
    expect(await selecting).toMatchObject({
      name: 'B',
      exists: 9,
      resync: { vanished: [[3, 3]], changed: [] },
    });
    expect(told.map((event) => event.split(' ', 2).join(' '))).toEqual([
      'exists 4',
      'vanished [[7,7]]',
      'fetch {"sequence":2,"sections":[],"other":{},"unparsed":{},"uid":8,"flags":["\\\\Seen"]}',
    ]);
  });

  it('without CLOSED everything is about the new mailbox, but what cannot be', async () => {
    const { client, script, told } = await openClient();
    const selecting = client.select('B');
    await script.play(`
      C: $ SELECT B
      S: * 9 EXISTS
      S: * 1 EXPUNGE
      S: * OK [ALERT] words for a person
      S: $ OK
    `);
    expect(await selecting).toMatchObject({ name: 'B', exists: 9 });
    expect(told.toSorted()).toEqual(['alert words for a person', 'expunge 1']);
  });

  it('warns of changes that cannot be read', async () => {
    const { client, script, told } = await openQResync();
    const selecting = client.select('B', { qresync: { uidValidity: 1, modSeq: 1n } });
    await script.play(
      'C: $ SELECT B (QRESYNC (1 1))\nS: * OK [CLOSED] x\nS: * VANISHED (EARLIER) x\nS: $ OK',
    );
    expect(await selecting).toMatchObject({ name: 'B', resync: { vanished: [] } });
    expect(told[0]).toMatch(/^warning /);
  });

  it('matches no sequence numbers with UIDONLY (RFC 9586)', async () => {
    const { client, script } = await openQResync('QRESYNC UIDONLY');
    const qresync = { uidValidity: 1, modSeq: 1n, sequenceMatch: ['1', '7'] } as const;
    expect(await failure(client.select('B', { qresync }))).toMatchObject({ name: 'ImapStateError' });
    await script.silence();
  });

  it('needs QRESYNC, enabled; CONDSTORE may be asked for alone', async () => {
    const bare = await openClient();
    const qresync = { uidValidity: 1, modSeq: 1n };
    expect(await failure(bare.client.select('B', { qresync }))).toMatchObject({ capability: 'QRESYNC' });
    expect(await failure(bare.client.select('B', { condstore: true }))).toMatchObject({
      capability: 'CONDSTORE',
    });
    await bare.script.silence();
    expect(bare.client.mailbox?.name).toBe('INBOX');
    const { client, script } = await openClient({ capabilities: 'QRESYNC' });
    expect(await failure(client.select('B', { qresync }))).toMatchObject({ name: 'ImapStateError' });
    expect(await failure(client.select('B', { qresync: { uidValidity: -1, modSeq: 1n } }))).toBeInstanceOf(
      Error,
    );
    const selecting = client.select('B', { condstore: true });
    await script.play('C: $ SELECT B (CONDSTORE)\nS: $ OK');
    expect(await selecting).toMatchObject({ name: 'B' });
  });
});
