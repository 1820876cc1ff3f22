// Whatever a mailbox is called on the wire, it is sent back as it came.

import { describe, expect, it } from 'vitest';
import { mailboxKey, mailboxOf, nameOf } from './mailbox-name.ts';
import { ResponseReader } from './reader.ts';
import { CommandWriter } from './writer.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** The octets that a server reads where this mailbox is named. */
function sent(octets: Uint8Array, utf8: boolean): Uint8Array {
  const pieces = new CommandWriter({ utf8 }).mailbox(mailboxOf(octets, utf8)).finish();
  const whole = pieces.flatMap((piece) => [
    ...(piece.kind === 'bytes' ? piece.bytes : (piece.data as Uint8Array)),
  ]);
  return new ResponseReader(Uint8Array.from(whole)).astringBytes().slice();
}

describe.each([
  ['modified UTF-7', false],
  ['UTF-8', true],
])('names in %s', (_what, utf8) => {
  it.each([
    'a b',
    'A&-B',
    'A&B',
    'x&AA0-y',
    'x&AAA-',
    'x\ny',
    'x\r\n',
    '&AOQA-',
    '&2D0-',
    '\xc3\xbc',
    '\xfc',
    '\xef\xbb\xbfx',
    '"\\%*{3}',
    '',
  ])('%j is sent as it came', (name) => {
    expect(sent(bytes(name), utf8)).toEqual(bytes(name));
  });

  it('of any octets are sent as they came', () => {
    let state = 20_261_123;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 16) % below;
    };
    const letters = bytes('&-AQD,/ "\\{}\r\n\xc3\xbc\xfcaz');
    for (let turn = 0; turn < 20_000; turn++) {
      const name = Uint8Array.from({ length: random(9) }, () => letters[random(letters.length)] ?? 0);
      expect(sent(name, utf8), String(name)).toEqual(name);
    }
  });
});

it('tells mailboxes apart that have one name', () => {
  const named = ['\xc3\xbc', '\xfc', '&APw-'].map((name) => mailboxOf(bytes(name), false));
  expect(named.map(nameOf)).toEqual(['ü', 'ü', 'ü']);
  expect(new Set(named.map(mailboxKey)).size).toBe(3);
  expect(nameOf('x')).toBe('x');
  expect(mailboxOf(bytes('iNbOx'), false)).toEqual({ name: 'INBOX' });
});
