// Base subjects: the rules of RFC 5256 2.1, one row each, and what hostile ones cost.

import { describe, expect, it } from 'vitest';
import { baseSubject } from './conversations-subject.ts';

describe('the base subject', () => {
  it.each([
    [null, '', false],
    ['', '', false],
    ['   ', '', false],
    ['Hello', 'HELLO', false],
    ['  Hello \t  World \r\n ', 'HELLO WORLD', false],
    ['Re: Hello', 'HELLO', true],
    ['re:Hello', 'HELLO', true],
    ['RE : Hello', 'HELLO', true],
    ['Fw: Hello', 'HELLO', true],
    ['FWD: Hello', 'HELLO', true],
    ['Re: Fwd: RE: Hello', 'HELLO', true],
    ['Re[2]: Hello', 'HELLO', true],
    ['Re [list]: Hello', 'HELLO', true],
    ['Hello (fwd)', 'HELLO', true],
    ['Hello (fwd) (FWD)  ', 'HELLO', true],
    ['[Fwd: Hello]', 'HELLO', true],
    ['[fwd: Re: [list] Hello (fwd)]', 'HELLO', true],
    ['[fwd: [fwd: Hello]]', 'HELLO', true],
    ['[list] Hello', 'HELLO', false],
    ['[a][b] [c] Hello', 'HELLO', false],
    ['[list] Re: Hello', 'HELLO', true],
    ['Re: [list] Re: [other] Hello', 'HELLO', true],
    // A blob is the base where nothing else would be left.
    ['[list]', '[LIST]', false],
    ['Re: [list]', '[LIST]', true],
    ['[a] [b]', '[B]', false],
    ['Re:', '', true],
    ['(fwd)', '', true],
    ['[fwd: ]', '', true],
    // What only looks like it.
    ['Regarding: Hello', 'REGARDING: HELLO', false],
    ['Reply: Hello', 'REPLY: HELLO', false],
    ['AW: Hallo', 'AW: HALLO', false],
    ['fwdx: Hello', 'FWDX: HELLO', false],
    ['Hello (fwd) there', 'HELLO (FWD) THERE', false],
    ['[fwd: Hello', '[FWD: HELLO', false],
    ['[unclosed Re: Hello', '[UNCLOSED RE: HELLO', false],
    ['Straße', 'STRASSE', false],
    ['Cafe\u0301', 'Caf\u00e9'.normalize('NFKD').toUpperCase(), false],
  ])('of %j is %j, a reply: %s', (subject, base, isReply) => {
    expect(baseSubject(subject)).toEqual({ base, isReply });
  });

  it.each([
    ['blobs', '[a]'.repeat(100_000)],
    ['brackets', '['.repeat(300_000)],
    ['replies', `${'Re: '.repeat(100_000)}x`],
    ['spaces', `a${' '.repeat(300_000)}b`],
    ['forwards', `${'[fwd: '.repeat(50_000)}x${']'.repeat(50_000)}`],
    ['trailers', `a${' (fwd)'.repeat(60_000)}b`],
  ])('of many %s costs no time', (_what, subject) => {
    const begin = performance.now();
    for (let turn = 0; turn < 10; turn++) baseSubject(subject);
    expect(performance.now() - begin).toBeLessThan(500);
  });
});
