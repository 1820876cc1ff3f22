import { describe, expect, it } from 'vitest';
import { iterate, run } from './command.ts';
import { fetch } from './fetch.ts';
import { store } from './store.ts';
import { openRunner } from './testing/opened.ts';

const text = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? undefined);

describe('rows of one message, asked for by several commands at once', () => {
  it('a body section that comes before the answer to STORE is not its own', async () => {
    const { runner, script } = await openRunner();
    const part = run(runner, fetch, { set: 7, uid: true, items: { sections: ['2'] } });
    const flags = run(runner, store, { set: 7, uid: true, change: { add: ['\\Flagged'] } });
    await script.play('C: $ UID FETCH 7 (UID BODY.PEEK[2])');
    await script.play('C: $ UID STORE 7 +FLAGS (\\Flagged)');
    await script.play(`
      S: * 1 FETCH (UID 7 FLAGS (\\Flagged))
      S: * 1 FETCH (UID 7 BODY[2] "data")
      S: $2 OK
      S: $1 OK
    `);
    expect((await part).map(({ sections }) => text(sections[0]?.bytes))).toEqual(['data']);
    expect((await flags).map((row) => row.flags)).toEqual([['\\Flagged']]);
  });

  it('STORE first: it leaves the section to the one that asked for it', async () => {
    const { runner, script } = await openRunner();
    const flags = run(runner, store, { set: 7, uid: true, change: { add: ['\\Flagged'] } });
    const part = run(runner, fetch, { set: 7, uid: true, items: { sections: ['2'] } });
    await script.play('C: $ UID STORE 7 +FLAGS (\\Flagged)');
    await script.play('C: $ UID FETCH 7 (UID BODY.PEEK[2])');
    await script.play(`
      S: * 1 FETCH (UID 7 BODY[2] "data")
      S: * 1 FETCH (UID 7 FLAGS (\\Flagged))
      S: $2 OK
      S: $1 OK
    `);
    expect((await part).map(({ sections }) => text(sections[0]?.bytes))).toEqual(['data']);
    expect((await flags).map((row) => row.flags)).toEqual([['\\Flagged']]);
  });

  it('two ranges of two parts find their way by name and offset', async () => {
    const { runner, script } = await openRunner();
    const ask = (section: string, offset: number) =>
      run(runner, fetch, { set: 7, uid: true, items: { sections: [{ section, offset, length: 4 }] } });
    const asked = [ask('1', 0), ask('1', 4), ask('2', 0)];
    for (const range of ['1]<0', '1]<4', '2]<0'])
      await script.play(`C: $ UID FETCH 7 (UID BODY.PEEK[${range}.4>)`);
    await script.play(`
      S: * 1 FETCH (UID 7 BODY[2]<0> "cccc")
      S: * 1 FETCH (UID 7 BODY[1]<4> "bbbb")
      S: * 1 FETCH (UID 7 BODY[1]<0> "aaaa")
      S: $3 OK
      S: $2 OK
      S: $1 OK
    `);
    const rows = await Promise.all(asked);
    expect(rows.map((row) => row.map(({ sections }) => text(sections[0]?.bytes)))).toEqual([
      ['aaaa'],
      ['bbbb'],
      ['cccc'],
    ]);
  });

  it('a long row that comes before the tagged OK of a loop is not the loop’s', async () => {
    const { runner, script, unasked } = await openRunner();
    const rows: number[] = [];
    const loop = (async () => {
      for await (const { uid } of iterate(runner, fetch, { set: '1:*', uid: true, items: { flags: true } }))
        rows.push(uid!);
    })();
    const part = run(runner, fetch, { set: 7, uid: true, items: { sections: ['2'] } });
    await script.play('C: $ UID FETCH 1:* (UID FLAGS)');
    await script.play('C: $ UID FETCH 7 (UID BODY.PEEK[2])');
    await script.play(`
      S: * 1 FETCH (UID 7 FLAGS ())
      S: * 1 FETCH (UID 7 BODY[2] "${'x'.repeat(1000)}")
      S: $2 OK
      S: $1 OK
    `);
    expect(await part).toHaveLength(1);
    await loop;
    expect(rows).toEqual([7]);
    expect(unasked).toEqual([]);
  });

  it.each([
    [
      'a server that ignores the range',
      { section: '1', offset: 4, length: 4 },
      '1]<4.4>',
      'BODY[1] "abcdefgh"',
    ],
    [
      'header names in other words',
      { section: 'HEADER.FIELDS (From To)' },
      'HEADER.FIELDS (From To)]',
      'BODY[HEADER.FIELDS ("FROM" "TO")] "x"',
    ],
  ])('%s is understood', async (_title, section, sent, item) => {
    const { runner, script } = await openRunner();
    const rows = run(runner, fetch, { set: 7, uid: true, items: { sections: [section] } });
    await script.play(`C: $ UID FETCH 7 (UID BODY.PEEK[${sent})`);
    await script.play(`
      S: * 1 FETCH (UID 7 ${item})
      S: $ OK
    `);
    expect(await rows).toHaveLength(1);
  });
});
