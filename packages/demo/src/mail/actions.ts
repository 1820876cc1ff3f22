// What can be done to messages. Nothing is claimed before the server's tagged OK, and what moves can be moved back.
import type { CopyUid } from '@imaplib/client';
import { signal } from '@preact/signals';
import { besides, client, online } from './account.ts';
import { plural } from './format.ts';
import { adjustCounts, labelOf, refreshCounts, specialMailbox } from './mailboxes.ts';
import { mustBeOpen, selected, setFlags, setLeaving, shown } from './messages.ts';
import { rowOf } from './rows.ts';
import { serverWords } from './problem.ts';
import { closeMessage, open } from './reader.ts';
import { hasFlag, isStarred, isUnread, withFlag, type Row } from './row.ts';
import { cursor, moveCursor, picked, pickNone } from './selection.ts';
import { toasts } from './toasts.ts';

/** Messages that wait for a yes before they are deleted for ever. */
export const deleting = signal<readonly number[] | null>(null);
/** Messages that wait for a mailbox to be moved to. */
export const moving = signal<readonly number[] | null>(null);

const known = (uids: readonly number[]): Row[] =>
  uids.flatMap((uid) => {
    const row = rowOf(uid).value;
    return row === null ? [] : [row];
  });

/** Sets or clears a flag: on the screen at once, and back again where the server refuses. */
export async function setFlag(uids: readonly number[], flag: string, on: boolean): Promise<void> {
  const mailbox = selected.value;
  const changed = known(uids).filter((row) => hasFlag(row, flag) !== on);
  const set = changed.map((row) => row.uid);
  if (set.length === 0 || mailbox === null) return;
  const unseen = flag === '\\Seen' ? set.length * (on ? -1 : 1) : 0;
  const before = setFlags(set, (row) => withFlag(row.flags, flag, on));
  adjustCounts(mailbox, unseen);
  try {
    await online().store(set, on ? { add: [flag] } : { remove: [flag] });
  } catch (error) {
    setFlags(set, (row) => before.get(row.uid) ?? row.flags);
    adjustCounts(mailbox, -unseen);
    toasts.bad(`The flag could not be changed: ${serverWords(error)}`);
  }
}

/** Stars all, or where all are starred, none. */
export function toggleStar(uids: readonly number[]): Promise<void> {
  return setFlag(
    uids,
    '\\Flagged',
    known(uids).some((row) => !isStarred(row)),
  );
}

/** Marks all as read, or where all are read, as unread. */
export function toggleRead(uids: readonly number[]): Promise<void> {
  return setFlag(uids, '\\Seen', known(uids).some(isUnread));
}

/** Takes messages off the screen, the keyboard to the next one. */
function leave(uids: readonly number[]): void {
  const list = shown.value;
  const going = new Set(uids);
  const from = list.findIndex((uid) => going.has(uid));
  const next =
    list.slice(from).find((uid) => !going.has(uid)) ?? list.slice(0, from).findLast((uid) => !going.has(uid));
  if (open.value !== null && going.has(open.value.uid)) closeMessage();
  if (cursor.value === null || going.has(cursor.value)) moveCursor(next ?? null);
  if (picked.value.size > 0) pickNone();
  setLeaving(uids, true);
}

function recount(...names: string[]): void {
  for (const name of names) {
    refreshCounts(name).catch(() => {
      // The next round of STATUS asks again.
    });
  }
}

/** How to call what was moved: by its subject where it is one message. */
function nameOf(uids: readonly number[]): string {
  return plural(uids.length, 'message');
}

/** Moves messages out of the selected mailbox; `claim` is what the toast says then. */
export async function moveMessages(
  uids: readonly number[],
  destination: string,
  claim = `${nameOf(uids)} moved to ${labelOf(destination)}`,
): Promise<void> {
  const source = selected.value;
  if (source === null || uids.length === 0 || source === destination) return;
  const moved = known(uids);
  const unseen = moved.filter(isUnread).length;
  leave(uids);
  try {
    const live = online();
    mustBeOpen(live, source);
    const copied = await live.move([...uids], destination);
    adjustCounts(source, -unseen, -uids.length);
    adjustCounts(destination, unseen, uids.length);
    toasts.done(claim, () => moveBack(source, destination, moved, copied));
    recount(source, destination);
  } catch (error) {
    setLeaving(uids, false);
    toasts.bad(`${nameOf(uids)} could not be moved to ${labelOf(destination)}: ${serverWords(error)}`);
  }
}

async function moveBack(
  source: string,
  destination: string,
  moved: readonly Row[],
  copied: CopyUid | null,
): Promise<void> {
  await besides(destination, async (other) => {
    let uids: readonly number[] = copied?.destination ?? [];
    if (copied === null) {
      // A server without UIDPLUS does not say where they went; their Message-IDs do.
      const ids = moved.flatMap((row) => row.envelope?.messageId ?? []);
      const found = await Promise.all(ids.map((id) => other.search({ header: ['Message-ID', id] })));
      uids = found.flatMap((list) => list.slice(-1));
    } else if (copied.uidValidity !== other.mailbox?.uidValidity) {
      throw new Error(`${labelOf(destination)} has been made anew since.`);
    }
    if (uids.length === 0)
      throw new Error(`the server does not say where in ${labelOf(destination)} they are.`);
    await other.move([...uids], source);
  });
  toasts.done(`${nameOf(moved.map((row) => row.uid))} moved back to ${labelOf(source)}`);
  recount(source, destination);
  // What came back is told of at the next command, where the server does not push.
  await client.value?.noop();
}

/** Moves messages to the archive. */
export async function archive(uids: readonly number[]): Promise<void> {
  const box = specialMailbox('archive') ?? specialMailbox('all');
  if (uids.length === 0) return;
  if (box === null)
    return toasts.bad('This account has no mailbox for an archive; move the message instead.');
  if (box.name === selected.value) return toasts.bad('These messages are in the archive already.');
  await moveMessages(uids, box.name, `${nameOf(uids)} archived`);
}

/** Moves messages to the trash; in the trash, asks and then deletes them for ever. */
export async function trash(uids: readonly number[]): Promise<void> {
  if (uids.length === 0) return;
  const box = specialMailbox('trash');
  if (box === null || box.name === selected.value) deleting.value = uids;
  else await moveMessages(uids, box.name, `${nameOf(uids)} deleted`);
}

/** Deletes for ever: \Deleted, then UID EXPUNGE of exactly these. */
export async function deleteForEver(uids: readonly number[]): Promise<void> {
  const source = selected.value;
  deleting.value = null;
  if (source === null) return;
  leave(uids);
  try {
    const live = online();
    mustBeOpen(live, source);
    // Both at once: a mailbox that is opened meanwhile comes after them.
    await Promise.all([live.store([...uids], { add: ['\\Deleted'] }), live.expunge([...uids])]);
    toasts.done(`${nameOf(uids)} deleted for ever`);
    recount(source);
  } catch (error) {
    setLeaving(uids, false);
    toasts.bad(`${nameOf(uids)} could not be deleted: ${serverWords(error)}`);
  }
}
