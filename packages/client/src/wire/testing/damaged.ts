// Responses as a broken, or hostile, server might send them.

import type { Chance } from './random.ts';

const tokens = [
  ...[
    '(',
    ')',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    '<',
    '>',
    '*',
    '+',
    '-',
    '%',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\xff',
  ],
  ...[
    'NIL',
    'nil',
    '""',
    '()',
    '{0}\r\n',
    '{3}\r\n',
    '~{3}\r\n',
    '{3+}\r\n',
    '{3}',
    ')\r\n* OK',
    '[]',
    '\\"',
    '"\r\n"',
  ],
  ...[
    '-1',
    '0',
    '4294967296',
    '9007199254740993',
    '18446744073709551616',
    '1e999',
    '00000000000000000001',
    '1:4294967295',
    '*:1',
  ],
  ...[
    '__proto__',
    'constructor',
    '=?utf-8?B?',
    '=?x?q?=ff?=',
    '&AAA',
    '&-',
    '\xc3',
    '\xed\xa0\x80',
    '\xef\xbb\xbf',
  ],
];

/** Changes a text, one character an octet, in up to four places; `other` is what may be mixed into it. */
export function damaged(text: string, other: () => string, chance: Chance): string {
  let all = text;
  for (let changes = 1 + chance.below(4); changes > 0; changes--) {
    const at = chance.below(all.length + 1);
    const behind = Math.min(all.length, at + chance.below(chance.is(0.8) ? 8 : 80));
    const [before, taken, after] = [all.slice(0, at), all.slice(at, behind), all.slice(behind)];
    switch (chance.below(11)) {
      case 0:
      case 1:
        all =
          before +
          String.fromCharCode((all.charCodeAt(at) || 0) ^ (1 << chance.below(8))) +
          all.slice(at + 1);
        break;
      case 2:
        all = before + after;
        break;
      case 3:
        all = before + taken.repeat(1 + chance.below(chance.is(0.9) ? 3 : 60)) + after;
        break;
      case 4: {
        const mixed = other();
        const from = chance.below(mixed.length);
        all = before + mixed.slice(from, from + chance.below(40)) + after;
        break;
      }
      case 5:
        all = before;
        break;
      case 6:
        all = before + '9'.repeat(chance.pick([10, 16, 20, 400])) + after;
        break;
      case 7:
        all =
          before +
          chance.pick(['(', '((', '[', '(x ', '"', '{1}\r\n']).repeat(chance.pick([3, 99, 101, 500])) +
          after;
        break;
      case 8:
        all = all.replace(
          /\{\d+/,
          () => `{${chance.pick([0, 1, 5, 50, 1000, 70_000_000, 2 ** 31, 2 ** 53])}`,
        );
        break;
      default:
        all = before + chance.pick(tokens) + after;
    }
  }
  return all;
}
