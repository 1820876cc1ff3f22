// Where the keyboard is in the list, and which messages are picked.
import { batch, signal } from '@preact/signals';
import { shown } from './messages.ts';

/** The row that has the keyboard. */
export const cursor = signal<number | null>(null);
export const picked = signal<ReadonlySet<number>>(new Set());
let anchor: number | null = null;

/** All UIDs between two, both included, in the order of the list. */
export function between(uids: readonly number[], from: number, to: number): number[] {
  const [a, b] = [uids.indexOf(from), uids.indexOf(to)];
  if (a === -1 || b === -1) return [to];
  return uids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

export function moveCursor(uid: number | null): void {
  cursor.value = uid;
}

export function pickNone(): void {
  anchor = null;
  if (picked.value.size > 0) picked.value = new Set();
}

export function pickAll(): void {
  picked.value = new Set(shown.value);
}

export function togglePick(uid: number): void {
  const next = new Set(picked.value);
  if (!next.delete(uid)) next.add(uid);
  anchor = uid;
  batch(() => {
    picked.value = next;
    cursor.value = uid;
  });
}

/** Picks everything from where picking began to here. */
export function pickTo(uid: number): void {
  anchor ??= cursor.value ?? uid;
  batch(() => {
    picked.value = new Set(between(shown.value, anchor ?? uid, uid));
    cursor.value = uid;
  });
}

/** What an action works on: the picked messages, else the one with the keyboard, else the open one. */
export function targets(open: number | null): number[] {
  if (picked.value.size > 0) return shown.value.filter((uid) => picked.value.has(uid));
  const uid = open ?? cursor.value;
  return uid === null ? [] : [uid];
}
