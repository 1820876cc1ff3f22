// What is typed into the search box, as a search of the server: words, "phrases", and operators.
import type { SearchQuery } from '@imaplib/client';

/** The operators, as the help shows them. */
export const operators: readonly (readonly [string, string])[] = [
  ['from:ada', 'sender'],
  ['to:team', 'recipient'],
  ['subject:"two words"', 'subject'],
  ['is:unread  is:starred', 'state'],
  ['since:2026-11-01  before:…', 'date of arrival'],
  ['larger:2M', 'size'],
  ['-from:ada', 'not'],
];

type Term = SearchQuery;

function day(value: string): Date | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(value);
  if (match === null) return null;
  const [year, month, date] = match.slice(1).map(Number);
  const found = new Date(year ?? 0, (month ?? 1) - 1, date);
  return found.getMonth() === (month ?? 1) - 1 ? found : null;
}

function octets(value: string): number | null {
  const match = /^(\d+)([kmg]?)b?$/i.exec(value);
  if (match === null) return null;
  const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}

const states: Readonly<Record<string, Term>> = {
  unread: { seen: false },
  read: { seen: true },
  starred: { flagged: true },
  flagged: { flagged: true },
  answered: { answered: true },
  draft: { draft: true },
};

/** What belongs behind the operators that do not take any text. */
const values: Readonly<Record<string, string>> = {
  is: 'unread, read, starred, flagged, answered or draft',
  since: 'a day, such as 2026-11-01',
  after: 'a day, such as 2026-11-01',
  before: 'a day, such as 2026-11-01',
  larger: 'a size, such as 2M or 500k',
  smaller: 'a size, such as 2M or 500k',
};

/** The term of one operator, or null where it is none or its value makes no sense. */
function operator(name: string, value: string): Term | null {
  switch (name) {
    case 'from':
    case 'to':
    case 'cc':
    case 'subject':
    case 'body':
      return { [name]: value };
    case 'is':
      return Object.hasOwn(states, value.toLowerCase()) ? (states[value.toLowerCase()] ?? null) : null;
    case 'since':
    case 'after': {
      const since = day(value);
      return since && { since };
    }
    case 'before': {
      const before = day(value);
      return before && { before };
    }
    case 'larger': {
      const larger = octets(value);
      return larger === null ? null : { larger };
    }
    case 'smaller': {
      const smaller = octets(value);
      return smaller === null ? null : { smaller };
    }
    default:
      return null;
  }
}

/** All terms must hold; a key that is there already goes into a part of its own. */
function join(terms: readonly Term[]): SearchQuery {
  let query: SearchQuery = {};
  const more: Term[] = [];
  for (const term of terms) {
    if (Object.keys(term).some((key) => key in query)) more.push(term);
    else query = { ...query, ...term };
  }
  return more.length === 0 ? query : { ...query, and: more };
}

/**
 * Reads a search. What is no operator is looked for in header and body. Null where nothing is asked.
 *
 * @throws RangeError where an operator's value makes no sense, or a minus stands by itself
 */
export function parseSearch(text: string): SearchQuery | null {
  const terms: Term[] = [];
  for (const match of text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi)) {
    const [, minus = '', written = '', phrase, word = ''] = match;
    const value = phrase ?? word;
    if (value === '') continue;
    const name = written.toLowerCase();
    if (name === '' && word === '-') {
      throw new RangeError('A - by itself: what is not to be found belongs right behind it, as in -from:ada');
    }
    const term = operator(name, value);
    if (term === null && Object.hasOwn(values, name)) {
      throw new RangeError(`${name}:${value}: behind ${name}: belongs ${values[name]}`);
    }
    const wanted = term ?? { text: (written === '' ? '' : `${written}:`) + value };
    terms.push(minus === '-' ? { not: wanted } : wanted);
  }
  return terms.length === 0 ? null : join(terms);
}
