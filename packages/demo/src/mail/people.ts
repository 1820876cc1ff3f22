// Names and initials of the people in an envelope.
import type { Address, EnvelopeAddress } from '@imaplib/client';

/** All addresses, those inside of groups too. */
export function addresses(list: readonly EnvelopeAddress[]): Address[] {
  return list.flatMap((entry) => ('group' in entry ? [...entry.members] : [entry]));
}

/** What to call a person: the name, else what stands before the `@`. */
export function displayName(person: Address): string {
  const name = person.name?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  return name === '' ? (person.address.split('@')[0] ?? person.address) : name;
}

/** One line for a list of people. */
export function names(list: readonly EnvelopeAddress[]): string {
  return addresses(list).map(displayName).join(', ');
}

/** `Name <address>`, quoted where the name needs it. */
export function formatAddress(person: Address): string {
  if (person.name === null || person.name.trim() === '') return person.address;
  // A draft's entry that is no address yet.
  if (person.address === '') return person.name;
  const name = /[",;:<>@()[\]\\]/.test(person.name)
    ? `"${person.name.replaceAll(/["\\]/g, '\\$&')}"`
    : person.name;
  return `${name} <${person.address}>`;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstLetter(word: string): string {
  for (const { segment } of graphemes.segment(word)) {
    if (/\p{L}|\p{N}/u.test(segment)) return segment;
  }
  return '';
}

/** One or two letters to stand for a person; one where the script has no capitals. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => firstLetter(word) !== '');
  const first = firstLetter(words[0] ?? '');
  if (first === '' || first.toLowerCase() === first.toUpperCase() || words.length < 2) {
    return first.toUpperCase();
  }
  return (first + firstLetter(words.at(-1) ?? '')).toUpperCase();
}

/** A hue for a person, always the same. */
export function hue(key: string): number {
  let hash = 7;
  for (const character of key.toLowerCase()) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 36_000;
  return Math.floor(hash / 100);
}
