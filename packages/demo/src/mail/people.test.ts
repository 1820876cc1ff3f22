import { expect, test } from 'vitest';
import { addresses, displayName, formatAddress, hue, initials, names } from './people.ts';

const initialsOf: readonly (readonly [string, string])[] = [
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Анна Морозова', 'АМ'],
  ['佐藤 遥', '佐'],
  ['ليلى حداد', 'ل'],
  ['jean-luc.picard', 'JP'],
  ['"Quoted" Name', 'QN'],
  ['', ''],
  ['🚀', ''],
];
test.each(initialsOf)('initials of %s', (name, letters) => expect(initials(name)).toBe(letters));

test('groups are opened', () => {
  const list = [
    { group: 'Team', members: [{ name: 'A', address: 'a@x' }] },
    { name: null, address: 'bo@x' },
  ];
  expect(addresses(list).map(displayName)).toEqual(['A', 'bo']);
  expect(names(list)).toBe('A, bo');
});

test('a name that would break a header is quoted', () => {
  expect(formatAddress({ name: 'Doe, "J"', address: 'j@x' })).toBe('"Doe, \\"J\\"" <j@x>');
  expect(formatAddress({ name: null, address: 'j@x' })).toBe('j@x');
});

test('a colour stays', () => expect(hue('Ada@example.org')).toBe(hue('ada@EXAMPLE.org')));
