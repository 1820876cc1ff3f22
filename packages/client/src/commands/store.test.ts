import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { run } from './command.ts';
import { storeLabels } from './store-labels.ts';
import { store, type FlagChange } from './store.ts';
import { openRunner } from './testing/opened.ts';

const capabilities = 'IMAP4rev1 LITERAL+ CONDSTORE X-GM-EXT-1';

describe('STORE with UNCHANGEDSINCE (RFC 7162 3.1.3)', () => {
  const args = {
    set: '7,5,9',
    uid: true,
    change: { add: ['\\Deleted'] },
    unchangedSince: 320162338n,
  } as const;

  it('gives the new modification sequences', async () => {
    const { runner, script } = await openRunner({ capabilities });
    const stored = run(runner, store, args);
    await script.play(`
      C: $ UID STORE 5,7,9 (UNCHANGEDSINCE 320162338) +FLAGS (\\Deleted)
      S: * 1 FETCH (UID 5 MODSEQ (320162350))
      S: * 2 FETCH (UID 7 MODSEQ (320162351) FLAGS (\\Deleted))
      S: $ OK
    `);
    expect(await stored).toMatchObject([
      { uid: 5, modSeq: 320162350n },
      { uid: 7, flags: ['\\Deleted'] },
    ]);
  });

  it('rejects with those that were left, and what was done', async () => {
    const { runner, script } = await openRunner({ capabilities });
    const stored = failure(run(runner, store, args));
    await script.play(`
      C: $ UID STORE 5,7,9 (UNCHANGEDSINCE 320162338) +FLAGS (\\Deleted)
      S: * 1 FETCH (UID 5 MODSEQ (320162350))
      S: $ OK [MODIFIED 7,9] Conditional STORE failed
    `);
    const error = await stored;
    expect(error).toMatchObject({
      name: 'ImapPartialError',
      command: 'UID STORE',
      code: {
        name: 'MODIFIED',
        numbers: [
          [7, 7],
          [9, 9],
        ],
      },
      result: [{ uid: 5 }],
    });
    expect(String(error)).toContain('2 of the messages stayed as they are');
  });

  it('refused is refused, with the code', async () => {
    const { runner, script } = await openRunner({ capabilities });
    const stored = failure(run(runner, store, { ...args, unchangedSince: 0n }));
    await script.play(`
      C: $ UID STORE 5,7,9 (UNCHANGEDSINCE 0) +FLAGS (\\Deleted)
      S: $ NO [MODIFIED 5,7,9] no
    `);
    expect(await stored).toMatchObject({
      name: 'ImapCommandError',
      code: {
        numbers: [
          [5, 5],
          [7, 7],
          [9, 9],
        ],
      },
    });
  });

  it('needs CONDSTORE', async () => {
    const { runner, script } = await openRunner();
    expect(await failure(run(runner, store, args))).toMatchObject({ capability: 'CONDSTORE or QRESYNC' });
    await script.silence();
  });
});

describe('STORE with .SILENT', () => {
  it.each<[change: FlagChange, sent: string]>([
    [{ add: ['\\Seen'] }, '+FLAGS.SILENT (\\Seen)'],
    [{ remove: ['\\Seen', '$Junk'] }, '-FLAGS.SILENT (\\Seen $Junk)'],
    [{ replace: [] }, 'FLAGS.SILENT ()'],
  ])('%o', async (change, sent) => {
    const { runner, script } = await openRunner({ capabilities });
    const stored = run(runner, store, { set: '1:*', uid: true, change, silent: true });
    await script.play(`C: $ UID STORE 1:* ${sent}\nS: $ OK`);
    expect(await stored).toEqual([]);
  });
});

describe('STORE of X-GM-LABELS', () => {
  it.each<[change: FlagChange, sent: string]>([
    [{ add: ['\\Inbox', 'Entwürfe'] }, '+X-GM-LABELS ("\\\\Inbox" Entw&APw-rfe)'],
    [{ remove: ['two words', 'a"b'] }, '-X-GM-LABELS ("two words" "a\\"b")'],
    [{ replace: [] }, 'X-GM-LABELS ()'],
  ])('%o', async (change, sent) => {
    const { runner, script, unasked } = await openRunner({ capabilities });
    const stored = run(runner, storeLabels, { set: 7, uid: true, change });
    await script.play(`
      C: $ UID STORE 7 ${sent}
      S: * 1 FETCH (UID 7 X-GM-LABELS (\\Inbox Entw&APw-rfe))
      S: * 1 FETCH (UID 7 FLAGS (\\Seen))
      S: $ OK
    `);
    expect(await stored).toMatchObject([{ uid: 7, gmailLabels: ['\\Inbox', 'Entwürfe'] }]);
    expect(unasked).toEqual(['* 1 FETCH (UID 7 FLAGS (\\Seen))']);
  });

  it('is sent again on another connection, but not where it depends on what it changes', () => {
    const args = { set: 7, uid: true, change: { add: ['x'] } };
    expect(storeLabels.repeatable?.(args)).toBe(true);
    expect(storeLabels.repeatable?.({ ...args, unchangedSince: 5n })).toBe(false);
    expect(storeLabels.repeatable?.({ ...args, set: '$' })).toBe(false);
  });

  it('is for Gmail alone', async () => {
    const { runner } = await openRunner();
    const refused = failure(run(runner, storeLabels, { set: 7, uid: true, change: { add: ['x'] } }));
    expect(await refused).toMatchObject({ capability: 'X-GM-EXT-1' });
  });
});
