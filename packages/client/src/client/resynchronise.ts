// A mailbox selected again on a new connection, and what has changed in it meanwhile: told by the server with QRESYNC
// (RFC 7162 3.2.5), asked for by modification sequence with CONDSTORE (3.1.4), found by comparing where it has neither.
//
// What has to be known for it is no more than what SELECT and the events since have told: UIDVALIDITY, UIDNEXT, the
// number of messages and HIGHESTMODSEQ. Nothing is kept for each message.

import { command, run, type Runner } from '../commands/command.ts';
import { enable } from '../commands/enable.ts';
import { select } from '../commands/select.ts';
import { selected } from '../commands/states.ts';
import { ImapCapabilityError, ImapCommandError, ImapConnectionError } from '../session/errors.ts';
import { readFetch, type FetchedMessage } from '../wire/fetch.ts';
import { readExtendedSearch, readSearch } from '../wire/search.ts';
import { countNumbers, parseSet, type NumberRange } from '../wire/set.ts';
import { isPassing } from './retry.ts';
import type { Selection } from './selection.ts';
import type { MailboxResync, SelectedMailbox } from './types.ts';

const none = { vanished: [], changed: [], added: [], unchecked: [] };

/** Enables what the server has of these; one that refuses goes without. */
export async function enableAll(
  runner: Runner,
  wanted: Iterable<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { session } = runner;
  const extensions = [...new Set(wanted)].filter((one) => !session.enabled.has(one) && session.supports(one));
  if (extensions.length === 0 || session.state !== 'authenticated') return;
  try {
    await run(runner, enable, { extensions }, { signal });
  } catch (error) {
    if (!(error instanceof ImapCommandError || error instanceof ImapCapabilityError)) throw error;
  }
}

/**
 * Selects the mailbox again.
 *
 * @param most flags of so many messages are compared, the newest ones
 * @throws ImapConnectionError, and ImapCommandError where the server refuses for the time being
 */
export async function resynchronise(
  runner: Runner,
  selection: Selection,
  known: SelectedMailbox,
  most: number,
): Promise<MailboxResync> {
  const { name: mailbox, readOnly, uidValidity, highestModSeq: modSeq } = known;
  const { session } = runner;
  const canTell = session.enabled.has('QRESYNC') && modSeq !== null && uidValidity > 0;
  const opening = selection.opening(known);
  const base = { mailbox, error: null, uidValidityChanged: false };
  try {
    await select(
      runner,
      { mailbox: known, readOnly, qresync: canTell ? { uidValidity, modSeq } : undefined },
      opening,
    );
  } catch (error) {
    if (!(error instanceof ImapCommandError) || isPassing(error)) throw error;
    return { ...base, ...none, error, how: 'compare' };
  }
  const now = selection.mailbox!;
  if (now.uidValidity !== uidValidity || now.uidNotSticky === true)
    return { ...base, ...none, uidValidityChanged: true, how: 'compare' };
  const uidNext = known.uidNext ?? Infinity;
  if (canTell && now.highestModSeq !== null) {
    const { vanished, changed } = opening.resync;
    const isNew = ({ uid = 0 }: FetchedMessage): boolean => uid >= uidNext;
    const added = rangesOf(changed.filter(isNew).map(({ uid = 0 }) => uid));
    return {
      ...base,
      vanished,
      changed: changed.filter((one) => !isNew(one)),
      added,
      unchecked: [],
      how: 'qresync',
    };
  }
  try {
    return { ...base, ...(await compare(runner, selection, known, most)) };
  } catch (error) {
    if (error instanceof ImapConnectionError || (error instanceof ImapCommandError && isPassing(error)))
      throw error;
    // The mailbox is open, and the server does not tell what is in it: whatever is known of it may be out of date.
    const last = Math.max(known.uidNext ?? 0, now.uidNext ?? 0, 2) - 1;
    return { ...base, ...none, unchecked: [[1, last]], how: 'compare' };
  }
}

/** Courier, among others, names no next UID with SELECT. Without it, nobody can tell later which messages are new. */
export async function learnUidNext(runner: Runner, selection: Selection): Promise<void> {
  const before = selection.mailbox;
  if (before === null || before.uidNext !== null || before.exists === 0) return;
  const [last] = await run(runner, flagsOf, { uids: '*', changedSince: null });
  const now = selection.mailbox;
  if (last?.uid !== undefined && now?.name === before.name && now.uidValidity === before.uidValidity)
    selection.expect(last.uid + 1);
}

async function compare(
  runner: Runner,
  selection: Selection,
  known: SelectedMailbox,
  most: number,
): Promise<Pick<MailboxResync, 'vanished' | 'changed' | 'added' | 'unchecked' | 'how'>> {
  const now = selection.mailbox!;
  // Where no next UID is known, all of them may be new.
  const uidNext = known.uidNext ?? 1;
  const uids = now.exists === 0 ? [] : await run(runner, uidsNow, undefined);
  selection.expect(Math.max(uidNext, (uids.at(-1)?.[1] ?? 0) + 1));
  const old = clip(uids, 1, uidNext - 1);
  const added = clip(uids, uidNext, Infinity);
  // As many as there were, none of which can have come since: they are the same.
  const vanished =
    countNumbers(old) === known.exists ? [] : gaps(uids, Math.max(uidNext, now.uidNext ?? 0) - 1);
  const { highestModSeq: before } = known;
  const { highestModSeq: after } = now;
  if (before !== null && after !== null && runner.session.supports('CONDSTORE')) {
    const isSame = before === after || old.length === 0;
    const changed = isSame ? [] : await run(runner, flagsOf, { uids: spanOf(old), changedSince: before });
    return { vanished, changed, added, unchecked: [], how: 'condstore' };
  }
  const [unchecked, newest] = split(old, most);
  const changed =
    newest.length === 0 ? [] : await run(runner, flagsOf, { uids: spanOf(newest), changedSince: null });
  return { vanished, changed, added, unchecked, how: 'compare' };
}

/** Which messages there are, as ranges. */
const uidsNow = command<void, readonly NumberRange[], readonly NumberRange[]>({
  name: 'UID SEARCH',
  states: selected,
  send: (out, _args, session) => {
    if (session.supports('ESEARCH')) out.raw('RETURN (ALL)');
    out.atom('ALL');
  },
  collect: {
    SEARCH: (line) => rangesOf(readSearch(line)),
    ESEARCH: (line) => {
      const { all } = readExtendedSearch(line);
      return all === undefined ? [] : parseSet(all);
    },
  },
  // An answer that cannot be read is not an empty mailbox.
  isWhole: true,
  result: (rows) => joined(rows.flat()),
});

const flagsOf = command<
  { readonly uids: NumberRange | '*'; readonly changedSince: bigint | null },
  FetchedMessage,
  FetchedMessage[]
>({
  name: 'UID FETCH',
  states: selected,
  send: (out, { uids, changedSince }) => {
    out.set(uids === '*' ? uids : [uids]).raw('(UID FLAGS)');
    if (changedSince !== null) out.raw(`(CHANGEDSINCE ${changedSince})`);
  },
  collect: { FETCH: (line, { number }) => readFetch(line, number ?? 0) },
  accepts:
    () =>
    ({ uid, flags }) =>
      uid !== undefined && flags !== undefined,
  result: (rows) => rows,
});

/** Ascending, neighbours joined. */
function joined(ranges: readonly NumberRange[]): NumberRange[] {
  const out: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = out.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else out.push([first, last]);
  }
  return out;
}

function rangesOf(numbers: readonly number[]): NumberRange[] {
  return joined(numbers.map((number) => [number, number]));
}

function clip(ranges: readonly NumberRange[], from: number, to: number): NumberRange[] {
  return ranges.flatMap(([first, last]): NumberRange[] => {
    const clipped: NumberRange = [Math.max(first, from), Math.min(last, to)];
    return clipped[0] <= clipped[1] ? [clipped] : [];
  });
}

/** What is not in the ranges, from 1 to `end`. */
function gaps(ranges: readonly NumberRange[], end: number): NumberRange[] {
  const out: NumberRange[] = [];
  let next = 1;
  for (const [first, last] of ranges) {
    if (first > next) out.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= end) out.push([next, end]);
  return out;
}

/** The last `most` numbers, and those before them. */
function split(ranges: readonly NumberRange[], most: number): [before: NumberRange[], last: NumberRange[]] {
  let room = most;
  for (let at = ranges.length - 1; at >= 0; at--) {
    const [first, last] = ranges[at]!;
    if (last - first + 1 > room) {
      const from = last - room + 1;
      return [clip(ranges, 1, from - 1), clip(ranges, from, Infinity)];
    }
    room -= last - first + 1;
  }
  return [[], [...ranges]];
}

function spanOf(ranges: readonly NumberRange[]): NumberRange {
  return [ranges[0]![0], ranges.at(-1)![1]];
}
