// Search keys as a plain object, and how they are written (RFC 3501 6.4.4). Every command with a search program takes
// them.
//
//   search-key = "ALL" / "ANSWERED" / "BCC" SP astring / … / "(" search-key *(SP search-key) ")"
//
// Keys of extensions: OLDER, YOUNGER (RFC 5032), FUZZY (RFC 6203), `$` (RFC 5182), MODSEQ (RFC 7162), EMAILID,
// THREADID (RFC 8474), SAVEDBEFORE, SAVEDON, SAVEDSINCE, SAVEDATESUPPORTED (RFC 8514), and Gmail's X-GM-….

import type { SequenceSet } from '../wire/set.ts';
import { encodeUtf7 } from '../wire/utf7.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { savedNeeds } from './saved.ts';

/** What to look for; all that is named must hold. An empty query is every message. */
export interface SearchQuery {
  readonly seen?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
  readonly deleted?: boolean;
  readonly draft?: boolean;
  /** As RFC 3501 has them, for servers of IMAP4rev1: RECENT; NEW is RECENT UNSEEN, OLD is not RECENT. */
  readonly recent?: true;
  readonly new?: true;
  readonly old?: true;
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
  /** Day of arrival: on or after, before, on. As everywhere here, the day of that instant in UTC. */
  readonly since?: Date;
  readonly before?: Date;
  readonly on?: Date;
  /** Day in the Date header. */
  readonly sentSince?: Date;
  readonly sentBefore?: Date;
  readonly sentOn?: Date;
  /** Day on which it came into this mailbox, and whether the mailbox knows. Needs SAVEDATE. */
  readonly savedSince?: Date;
  readonly savedBefore?: Date;
  readonly savedOn?: Date;
  readonly saveDateSupported?: true;
  /** Seconds since its arrival: at least, at most. Needs WITHIN. */
  readonly older?: number;
  readonly younger?: number;
  /** Octets. */
  readonly larger?: number;
  readonly smaller?: number;
  /** Changed at this modification sequence or later; with a flag, when that flag was changed. Needs CONDSTORE. */
  readonly modSeq?: bigint | ModSeqOfFlag;
  /** Needs OBJECTID. */
  readonly emailId?: string;
  readonly threadId?: string;
  /** What Gmail's own search box takes; a label; its numbers. Needs X-GM-EXT-1. */
  readonly gmailRaw?: string;
  readonly gmailLabels?: string;
  readonly gmailMessageId?: bigint;
  readonly gmailThreadId?: bigint;
  /** What the last search has saved (`$`). Needs SEARCHRES. */
  readonly saved?: true;
  readonly uid?: SequenceSet;
  readonly sequence?: SequenceSet;
  /** All of these as well. */
  readonly and?: readonly SearchQuery[];
  readonly not?: SearchQuery;
  /** About so: words that resemble these. Needs SEARCH=FUZZY. */
  readonly fuzzy?: SearchQuery;
  readonly or?: readonly [SearchQuery, SearchQuery, ...SearchQuery[]];
}

/** One flag's modification sequence (RFC 7162 3.1.5). */
export interface ModSeqOfFlag {
  readonly flag: string;
  /** Whose flag it is, where the server tells them apart. */
  readonly type: 'priv' | 'shared' | 'all';
  readonly value: bigint;
}

type Keys<T> = keyof {
  [Key in keyof SearchQuery as SearchQuery[Key] extends T | undefined ? Key : never]: Key;
};

const flags: readonly Keys<boolean>[] = ['seen', 'flagged', 'answered', 'deleted', 'draft'];
const bare: readonly Keys<true>[] = ['recent', 'new', 'old', 'saveDateSupported'];
const texts: readonly Keys<string>[] = [
  'from',
  'to',
  'cc',
  'bcc',
  'subject',
  'body',
  'text',
  'emailId',
  'threadId',
];
const dates: readonly Keys<Date>[] = [
  'since',
  'before',
  'on',
  'sentSince',
  'sentBefore',
  'sentOn',
  'savedSince',
  'savedBefore',
  'savedOn',
];
const numbers: readonly Keys<number>[] = ['larger', 'smaller', 'older', 'younger'];
const keywords = ['keyword', 'unkeyword'] as const;
const gmailNumbers = [
  ['gmailMessageId', 'X-GM-MSGID'],
  ['gmailThreadId', 'X-GM-THRID'],
] as const;

/** quirk: qresync-alone. James names QRESYNC and means CONDSTORE too. */
const extensions: readonly (readonly [capability: string, ...keys: (keyof SearchQuery)[]])[] = [
  ['WITHIN', 'older', 'younger'],
  ['SEARCH=FUZZY', 'fuzzy'],
  ['SEARCHRES', 'saved'],
  ['CONDSTORE or QRESYNC', 'modSeq'],
  ['OBJECTID', 'emailId', 'threadId'],
  ['SAVEDATE', 'savedSince', 'savedBefore', 'savedOn', 'saveDateSupported'],
  ['X-GM-EXT-1', 'gmailRaw', 'gmailLabels', 'gmailMessageId', 'gmailThreadId'],
];

/** The capabilities that a query needs, at any depth. */
export function queryNeeds(query: SearchQuery): string[] {
  const own = extensions.flatMap(([capability, ...keys]) =>
    keys.some((key) => query[key] !== undefined) ? [capability] : [],
  );
  const sets = [query.uid, query.sequence].flatMap(savedNeeds);
  return [...own, ...sets, ...partsOf(query).flatMap(queryNeeds)];
}

/**
 * Names the character set of a query. Some servers refuse any (BADCHARSET), so it is named only where the text needs
 * it; where UTF-8 is enabled it must not be (RFC 6855 3).
 */
export function writeCharset(out: CommandWriter, query: SearchQuery, utf8: boolean): void {
  if (!utf8 && !isAscii(query)) out.atom('CHARSET').atom('UTF-8');
}

/** Writes search keys. */
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
  for (const name of bare) if (query[name] === true) key(name.toUpperCase());
  for (const name of keywords) if (query[name] !== undefined) key(name.toUpperCase()).atom(query[name]);
  for (const name of texts) if (query[name] !== undefined) key(name.toUpperCase()).astring(query[name]);
  for (const name of dates) if (query[name] !== undefined) key(name.toUpperCase()).date(query[name]);
  for (const name of numbers) if (query[name] !== undefined) key(name.toUpperCase()).number(query[name]);
  if (query.header !== undefined) key('HEADER').astring(query.header[0]).astring(query.header[1]);
  if (query.modSeq !== undefined) writeModSeq(key('MODSEQ'), query.modSeq);
  if (query.gmailRaw !== undefined) key('X-GM-RAW').astring(query.gmailRaw);
  if (query.gmailLabels !== undefined) key('X-GM-LABELS').astring(encodeUtf7(query.gmailLabels));
  for (const [name, word] of gmailNumbers) if (query[name] !== undefined) key(word).number(query[name]);
  if (query.uid !== undefined) key('UID').set(query.uid);
  if (query.sequence !== undefined) {
    keys += 1;
    out.set(query.sequence);
  }
  if (query.saved === true) {
    keys += 1;
    out.raw('$');
  }
  for (const part of query.and ?? []) {
    if (countKeys(part) === 0) continue;
    keys += 1;
    writeQuery(out, part);
  }
  if (query.not !== undefined) writeGroup(key('NOT'), query.not);
  if (query.fuzzy !== undefined) writeGroup(key('FUZZY'), query.fuzzy);
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

/** Whether it names sequence numbers, at any depth; `$` stands for messages, whatever their numbers. */
export function countsBySequence(query: SearchQuery): boolean {
  const { sequence } = query;
  return (sequence !== undefined && sequence !== '$') || partsOf(query).some(countsBySequence);
}

/** Whether it names what the last search has saved, which another connection does not know. */
export function usesSaved(query: SearchQuery): boolean {
  const { saved, uid, sequence } = query;
  return saved === true || uid === '$' || sequence === '$' || partsOf(query).some(usesSaved);
}

/** The queries within a query. */
function partsOf({ and, or, not, fuzzy }: SearchQuery): readonly SearchQuery[] {
  return [and, or, not, fuzzy].flatMap((part) => part ?? []);
}

/** "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer */
function writeModSeq(out: CommandWriter, modSeq: bigint | ModSeqOfFlag): void {
  if (typeof modSeq === 'bigint') out.number(modSeq);
  else out.string(`/flags/${modSeq.flag}`).atom(modSeq.type).number(modSeq.value);
}
