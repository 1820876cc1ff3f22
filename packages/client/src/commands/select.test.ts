import { describe, expect, it } from 'vitest';
import { lineOf, failure, nextTurn } from '../session/testing/opened.ts';
import { openRunner } from './testing/opened.ts';
import { select, type Opening } from './select.ts';

function opening(): Opening & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    restart: () => void told.push('restart'),
    take: (response) => void told.push(lineOf(response)),
    opened: (readOnly) => void told.push(`opened${readOnly ? ', read only' : ''}`),
  };
}

describe('SELECT and EXAMINE', () => {
  it.each([
    ['SELECT', false, 'OK [READ-WRITE] done', 'opened'],
    ['SELECT', false, 'OK [READ-ONLY] done', 'opened, read only'],
    ['EXAMINE', true, 'OK done', 'opened, read only'],
  ])('%s: %s, %s', async (name, readOnly, answer, last) => {
    const { runner, script, unasked } = await openRunner({ state: 'authenticated' });
    const told = opening();
    const done = select(runner, { mailbox: 'a b', readOnly }, told);
    await script.play(`
      C: $ ${name} "a b"
      S: * FLAGS (\\Seen)
      S: * 3 EXISTS
      S: * OK [UIDVALIDITY 7] x
      S: * LIST () "/" "a b"
      S: $ ${answer}
    `);
    await done;
    expect(told.told).toEqual(['* FLAGS (\\Seen)', '* 3 EXISTS', '* OK [UIDVALIDITY 7] x', last]);
    expect(unasked).toEqual(['* LIST () "/" "a b"']);
    expect(runner.session.state).toBe('selected');
  });

  it.each(['NO', 'BAD'])('refused with %s leaves nothing selected', async (status) => {
    const { runner, script } = await openRunner();
    const told = opening();
    const refused = failure(select(runner, { mailbox: 'x', readOnly: false }, told));
    await script.play(`C: $ SELECT x\nS: $ ${status} [NONEXISTENT] no such mailbox`);
    expect(await refused).toMatchObject({ name: 'ImapCommandError', command: 'SELECT' });
    expect(told.told).toEqual([]);
    expect(runner.session.state).toBe('authenticated');
  });

  it('whose data cannot be read opens the mailbox all the same, and warns', async () => {
    const { runner, script, warnings } = await openRunner({ state: 'authenticated' });
    const told = opening();
    const done = select(
      runner,
      { mailbox: 'x', readOnly: false },
      {
        ...told,
        take: () => {
          throw new Error('no flags');
        },
      },
    );
    await script.play('C: $ SELECT x\nS: * FLAGS (\nS: $ OK');
    await done;
    expect(warnings).toEqual(['no flags in * FLAGS (']);
    expect(told.told).toEqual(['opened']);
  });

  it('aborted once it is sent, the mailbox is selected all the same', async () => {
    const { runner, script } = await openRunner({ state: 'authenticated' });
    const abort = new AbortController();
    const told = opening();
    const gone = failure(select(runner, { mailbox: 'x', readOnly: false }, told, { signal: abort.signal }));
    await script.play('C: $ SELECT x');
    abort.abort(new Error('enough'));
    expect(await gone).toMatchObject({ message: 'enough' });
    await script.play('S: $ OK');
    await nextTurn();
    expect(told.told).toEqual(['opened']);
    expect(runner.session.state).toBe('selected');
  });
});
