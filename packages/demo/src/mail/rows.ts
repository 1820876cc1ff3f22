// The rows of the selected mailbox, each a signal of its own, so that a change of one draws one. They are read a few
// milliseconds at a time, so that no frame is late.
import type { FetchedMessage } from '@imaplib/client';
import { batch, signal, type Signal } from '@preact/signals';
import { toRow, type Row } from './row.ts';

const rows = new Map<number, Signal<Row | null>>();

/** The row of a message, null until it has been loaded. */
export function rowOf(uid: number): Signal<Row | null> {
  let row = rows.get(uid);
  if (row === undefined) {
    row = signal(null);
    rows.set(uid, row);
  }
  return row;
}

/** Lets the browser draw and react before the work goes on. */
export function breathe(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

function put(found: readonly Row[]): void {
  batch(() => {
    for (const row of found) rowOf(row.uid).value = row;
  });
}

/** Reads rows as they come, a few milliseconds at a time. */
export async function readRows(source: AsyncIterable<FetchedMessage>): Promise<Row[]> {
  const all: Row[] = [];
  let fresh: Row[] = [];
  let since = performance.now();
  for await (const message of source) {
    const row = toRow(message);
    if (row !== null) fresh.push(row);
    if (performance.now() - since < 6) continue;
    put(fresh);
    all.push(...fresh);
    fresh = [];
    await breathe();
    since = performance.now();
  }
  put(fresh);
  return all.concat(fresh);
}

/** The row of a message as far as it is known, without making a place for it. */
export function knownRow(uid: number): Signal<Row | null> | undefined {
  return rows.get(uid);
}

/** Forgets all rows: another mailbox has other messages by the same UIDs. */
export function forgetRows(): void {
  rows.clear();
}
