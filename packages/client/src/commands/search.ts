// SEARCH and UID SEARCH: which messages match (RFC 3501 6.4.4).
//
//   search = "SEARCH" [SP "CHARSET" SP astring] 1*(SP search-key)

import { readExtendedSearch, readSearch } from '../wire/search.ts';
import { expandSet, type SequenceSet } from '../wire/set.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { selected } from './states.ts';

/** What to look for; all that is named must hold. An empty query is every message. */
export interface SearchQuery {
  readonly seen?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
  readonly deleted?: boolean;
  readonly draft?: boolean;
  readonly keyword?: string;
  readonly unkeyword?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly bcc?: string;
  readonly subject?: string;
  readonly body?: string;
  /** Header or body. */
  readonly text?: string;
  readonly header?: readonly [name: string, value: string];
  /** Day of arrival: on or after, before, on. */
  readonly since?: Date;
  readonly before?: Date;
  readonly on?: Date;
  /** Day in the Date header. */
  readonly sentSince?: Date;
  readonly sentBefore?: Date;
  /** Octets. */
  readonly larger?: number;
  readonly smaller?: number;
  readonly uid?: SequenceSet;
  readonly sequence?: SequenceSet;
  /** All of these as well. */
  readonly and?: readonly SearchQuery[];
  readonly not?: SearchQuery;
  readonly or?: readonly [SearchQuery, SearchQuery, ...SearchQuery[]];
}

type Keys<T> = keyof {
  [Key in keyof SearchQuery as SearchQuery[Key] extends T | undefined ? Key : never]: Key;
};

const flags: readonly Keys<boolean>[] = ['seen', 'flagged', 'answered', 'deleted', 'draft'];
const texts: readonly Keys<string>[] = ['from', 'to', 'cc', 'bcc', 'subject', 'body', 'text'];
const dates: readonly Keys<Date>[] = ['since', 'before', 'on', 'sentSince', 'sentBefore'];
const sizes: readonly Keys<number>[] = ['larger', 'smaller'];
const keywords = ['keyword', 'unkeyword'] as const;

export const search = command<{ readonly query: SearchQuery; readonly uid: boolean }, number[], number[]>({
  name: ({ uid }) => (uid ? 'UID SEARCH' : 'SEARCH'),
  states: selected,
  bySequence: ({ uid, query }) => !uid || countsBySequence(query),
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { query }, { utf8 }) => {
    // Some servers refuse any CHARSET (BADCHARSET), so it is named only where the text needs it; where UTF-8 is
    // enabled it must not be (RFC 6855 3).
    if (!utf8 && !isAscii(query)) out.atom('CHARSET').atom('UTF-8');
    writeQuery(out, query);
  },
  collect: {
    SEARCH: (line) => readSearch(line),
    // IMAP4rev2 answers SEARCH with it (RFC 9051 6.4.4).
    ESEARCH: (line) => {
      const { all } = readExtendedSearch(line);
      return all === undefined ? [] : expandSet(all);
    },
  },
  // Exchange spreads a long answer over several lines.
  result: (rows) => rows.flat(),
});

/** Writes search keys; used by every command that takes a search program. */
export function writeQuery(out: CommandWriter, query: SearchQuery): void {
  let keys = 0;
  const key = (name: string): CommandWriter => {
    keys += 1;
    return out.atom(name);
  };
  for (const name of flags) {
    const wanted = query[name];
    if (wanted !== undefined) key(`${wanted ? '' : 'UN'}${name.toUpperCase()}`);
  }
  for (const name of keywords) if (query[name] !== undefined) key(name.toUpperCase()).atom(query[name]);
  for (const name of texts) if (query[name] !== undefined) key(name.toUpperCase()).astring(query[name]);
  for (const name of dates) if (query[name] !== undefined) key(name.toUpperCase()).date(query[name]);
  for (const name of sizes) if (query[name] !== undefined) key(name.toUpperCase()).number(query[name]);
  if (query.header !== undefined) key('HEADER').astring(query.header[0]).astring(query.header[1]);
  if (query.uid !== undefined) key('UID').set(query.uid);
  if (query.sequence !== undefined) {
    keys += 1;
    out.set(query.sequence);
  }
  for (const part of query.and ?? []) {
    if (countKeys(part) === 0) continue;
    keys += 1;
    writeQuery(out, part);
  }
  if (query.not !== undefined) writeGroup(key('NOT'), query.not);
  if (query.or !== undefined) {
    keys += 1;
    writeOr(out, query.or);
  }
  if (keys === 0) out.atom('ALL');
}

/** One key stands by itself: small servers know no parentheses. */
function writeGroup(out: CommandWriter, query: SearchQuery): void {
  if (countKeys(query) > 1) out.list(() => writeQuery(out, query));
  else writeQuery(out, query);
}

function countKeys({ and = [], ...keys }: SearchQuery): number {
  const own = Object.values(keys).filter((value) => value !== undefined).length;
  return and.reduce((sum, part) => sum + countKeys(part), own);
}

/** OR takes two keys, so more than two are nested. */
function writeOr(out: CommandWriter, [first, second, ...more]: NonNullable<SearchQuery['or']>): void {
  out.atom('OR');
  writeGroup(out, first);
  const [third, ...rest] = more;
  if (third === undefined) writeGroup(out, second);
  else writeOr(out, [second, third, ...rest]);
}

function isAscii(query: SearchQuery): boolean {
  const values: readonly unknown[] = Object.values(query).flat();
  return values.every((value) => {
    if (typeof value === 'string') return !/[^\u0020-\u007e]/.test(value);
    return typeof value !== 'object' || value === null || value instanceof Date || isAscii(value);
  });
}

function countsBySequence({ sequence, and, not, or }: SearchQuery): boolean {
  return (
    sequence !== undefined ||
    (and?.some(countsBySequence) ?? false) ||
    (not !== undefined && countsBySequence(not)) ||
    (or?.some(countsBySequence) ?? false)
  );
}
