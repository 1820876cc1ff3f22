// The selected mailbox's messages. The UIDs and the first rows come at once; the other rows follow in chunks, what is
// on the screen first, then newest first, and never so many at a time that a frame would be late.
import type { FetchedMessage, FetchItems } from '@imaplib/client';
import { batch, computed, signal } from '@preact/signals';
import { client as current, online, type Client } from './account.ts';
import { serverWords } from './problem.ts';
import { hasFlag, isUnread, type Row } from './row.ts';
import { breathe, forgetRows, knownRow, readRows } from './rows.ts';
import { parseSearch } from './search.ts';
import { toasts } from './toasts.ts';

export type Phase =
  | { readonly state: 'idle' | 'loading' | 'ready' }
  | { readonly state: 'error'; readonly text: string };

/** A search of the selected mailbox. */
export interface Search {
  readonly text: string;
  readonly state: 'searching' | 'done' | 'error';
  readonly error?: string;
  readonly uids: readonly number[];
}

/** Name of the mailbox on the screen. */
export const selected = signal<string | null>(null);
export const phase = signal<Phase>({ state: 'idle' });
/** UIDs, newest first. */
export const order = signal<readonly number[]>([]);
/** How many messages the server has told of, before their UIDs are known. */
export const announced = signal(0);
/** How many rows are still to come. */
export const remaining = signal(0);
export const search = signal<Search | null>(null);
/** Messages that are on their way out: hidden until the server has answered. */
export const leaving = signal<ReadonlySet<number>>(new Set());
/** Told once for each arrival of new mail. */
export const arrived = signal<{ readonly rows: readonly Row[] } | null>(null);

/** UIDs as the list shows them. */
export const shown = computed<readonly number[]>(() => {
  const uids = search.value?.uids ?? order.value;
  return leaving.value.size === 0 ? uids : uids.filter((uid) => !leaving.value.has(uid));
});

/** UIDs by sequence number, which expunges count by. */
let bySequence: number[] = [];
let uidValidity = 0;
let asked = new Set<number>();
let wanted: readonly [from: number, to: number] = [0, 30];
let abort = new AbortController();
/** Changes of the list are made one after the other. */
let changes: Promise<unknown> = Promise.resolve();

const FIRST = 60;
const CHUNK = 250;
const LIST_ITEMS: FetchItems = {
  flags: true,
  envelope: true,
  internalDate: true,
  size: true,
  bodyStructure: true,
};

/** Empties the list. */
export function forgetMessages(): void {
  abort.abort();
  forgetRows();
  bySequence = [];
  asked = new Set();
  batch(() => {
    selected.value = null;
    order.value = [];
    announced.value = 0;
    remaining.value = 0;
    search.value = null;
    leaving.value = new Set();
    phase.value = { state: 'idle' };
  });
}

/**
 * Selects a mailbox and loads its list. What goes wrong is told in {@link phase}. While the connection is lost it is
 * only remembered: {@link restoreMailbox} selects it.
 */
export async function selectMailbox(name: string, client: Client | null = current.value): Promise<void> {
  batch(() => {
    forgetMessages();
    selected.value = name;
    phase.value = { state: 'loading' };
  });
  if (client === null) return;
  abort = new AbortController();
  const { signal: stop } = abort;
  try {
    const box = await client.select(name, { signal: stop });
    uidValidity = box.uidValidity;
    announced.value = box.exists;
    if (box.exists > 0) {
      const [top, all] = await Promise.all([
        loadTop(client, box.exists, stop),
        client.search({}, { signal: stop }),
      ]);
      if (stop.aborted) return;
      bySequence = all.toSorted((a, b) => a - b);
      for (const row of top) asked.add(row.uid);
      order.value = bySequence.toReversed();
    }
    phase.value = { state: 'ready' };
    await fill(client, stop);
    await settle(client);
  } catch (error) {
    if (stop.aborted) return;
    if (phase.value.state !== 'ready') phase.value = { state: 'error', text: serverWords(error) };
    // Where the connection broke, the rows that are missing come with the next one.
    else if (current.value === client) toasts.bad(`Some messages could not be listed: ${serverWords(error)}`);
  }
}

/** For commands that name UIDs. @throws Error where the connection has another mailbox open than the screen shows */
export function mustBeOpen(client: Client, name: string): void {
  const box = client.mailbox;
  if (selected.value !== name || box?.name !== name || box.uidValidity !== uidValidity)
    throw new Error(`${name} is not open any more; open it and try again.`);
}

async function loadTop(client: Client, exists: number, stop: AbortSignal): Promise<Row[]> {
  const range = [[Math.max(1, exists - FIRST + 1), exists]] as const;
  const top = await readRows(client.fetch(range, LIST_ITEMS, { uid: false, signal: stop }));
  if (!stop.aborted && order.value.length === 0)
    order.value = top.map((row) => row.uid).toSorted((a, b) => b - a);
  return top;
}

/** The UIDs to ask for next: those on the screen, else the newest that are missing. */
function nextChunk(): number[] {
  const missing = (uid: number) => !asked.has(uid);
  const visible = shown.value.slice(...wanted).filter(missing);
  if (visible.length > 0) return visible.slice(0, CHUNK);
  const chunk: number[] = [];
  for (const uid of order.value) {
    if (missing(uid)) chunk.push(uid);
    if (chunk.length === CHUNK) break;
  }
  return chunk;
}

/** Loads all rows that are missing; two chunks are under way at a time. */
async function fill(client: Client, stop: AbortSignal): Promise<void> {
  const work = async () => {
    for (let chunk = nextChunk(); chunk.length > 0 && !stop.aborted; chunk = nextChunk()) {
      for (const uid of chunk) asked.add(uid);
      await readRows(client.fetch(chunk, LIST_ITEMS, { signal: stop }));
      remaining.value = Math.max(0, order.value.length - asked.size);
    }
  };
  remaining.value = Math.max(0, order.value.length - asked.size);
  await Promise.all([work(), work()]);
  remaining.value = 0;
  sortByDate();
}

const time = (uid: number): number => knownRow(uid)?.value?.date?.getTime() ?? 0;
const newestFirst = (a: number, b: number): number => time(b) - time(a) || b - a;

/** UIDs tell the order of arrival here; a message that was moved back, or imported, belongs where its date is. */
function sortByDate(): void {
  const uids = order.value;
  if (uids.some((uid, at) => at > 0 && newestFirst(uids[at - 1] ?? uid, uid) > 0)) {
    order.value = uids.toSorted(newestFirst);
  }
}

/** Tells which rows are on the screen. */
export function wantRows(from: number, to: number): void {
  wanted = [Math.max(0, from), to];
}

/** Runs one change of the list after the other; a failure is the caller's, the chain goes on. */
function change<T>(run: () => Promise<T>): Promise<T> {
  const result = changes.then(run);
  changes = result.catch(() => undefined);
  return result;
}

function remove(gone: ReadonlySet<number>): void {
  if (gone.size === 0) return;
  const stays = (uid: number) => !gone.has(uid);
  batch(() => {
    order.value = order.value.filter(stays);
    if (search.value !== null) search.value = { ...search.value, uids: search.value.uids.filter(stays) };
    leaving.value = new Set([...leaving.value].filter(stays));
    announced.value = bySequence.length;
  });
}

/** An EXPUNGE of the server. */
export function messageGone(sequence: number): void {
  if (phase.value.state !== 'ready') return;
  const uid = bySequence[sequence - 1];
  if (uid === undefined) return;
  bySequence.splice(sequence - 1, 1);
  remove(new Set([uid]));
}

/** A FETCH of the server that nobody asked for: flags, mostly. */
export function messageChanged(message: FetchedMessage): void {
  const uid = message.uid ?? bySequence[message.sequence - 1];
  const row = uid === undefined ? undefined : knownRow(uid);
  if (row?.value == null || message.flags === undefined) return;
  row.value = { ...row.value, flags: message.flags };
}

/** Loads what has arrived behind the newest message that is known. */
export function loadNew(client: Client): Promise<void> {
  return change(async () => {
    if (phase.value.state !== 'ready') return;
    const { signal: stop } = abort;
    const newest = bySequence.at(-1) ?? 0;
    const found = await readRows(client.fetch([[newest + 1, '*']], LIST_ITEMS, { signal: stop }));
    if (stop.aborted) return;
    insert(found.filter((row) => row.uid > newest));
    await settleNow(client);
  });
}

function insert(found: readonly Row[]): void {
  if (found.length === 0) return;
  const next = [...order.value];
  for (const row of found.toSorted((a, b) => a.uid - b.uid)) {
    bySequence.push(row.uid);
    asked.add(row.uid);
    const before = next.findIndex((uid) => newestFirst(row.uid, uid) < 0);
    next.splice(before === -1 ? next.length : before, 0, row.uid);
  }
  batch(() => {
    order.value = next;
    announced.value = bySequence.length;
    const unread = found.filter((row) => isUnread(row) && !hasFlag(row, '\\Draft'));
    if (unread.length > 0) arrived.value = { rows: unread };
  });
}

/** Compares what is on the screen with what the server counts, and asks anew where they differ. */
async function settleNow(client: Client): Promise<void> {
  if (client.mailbox === null || client.mailbox.exists === bySequence.length) return;
  await compareAll(client);
}

function settle(client: Client): Promise<void> {
  return change(() => settleNow(client));
}

async function compareAll(client: Client): Promise<void> {
  const { signal: stop } = abort;
  const all = (await client.search({}, { signal: stop })).toSorted((a, b) => a - b);
  if (stop.aborted) return;
  const known = new Set(bySequence);
  const now = new Set(all);
  const fresh = all.filter((uid) => !known.has(uid));
  bySequence = bySequence.filter((uid) => now.has(uid));
  remove(new Set([...known].filter((uid) => !now.has(uid))));
  if (fresh.length === 0) return;
  insert(await readRows(client.fetch(fresh, LIST_ITEMS, { signal: stop })));
  bySequence.sort((a, b) => a - b);
}

/** After a lost connection: selects the mailbox again, keeps the rows, and learns what has changed. */
export async function restoreMailbox(client: Client): Promise<void> {
  const name = selected.value;
  if (name === null) return;
  if (phase.value.state !== 'ready') return selectMailbox(name, client);
  const mine = abort;
  const box = await client.select(name);
  // Another mailbox was opened meanwhile: the list is its now.
  if (abort !== mine || mine.signal.aborted) return;
  if (box.uidValidity !== uidValidity) return selectMailbox(name, client);
  abort.abort();
  abort = new AbortController();
  const { signal: stop } = abort;
  leaving.value = new Set();
  try {
    await catchUp(client, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

async function catchUp(client: Client, stop: AbortSignal): Promise<void> {
  await change(async () => {
    if (!stop.aborted) await compareAll(client);
  });
  if (stop.aborted) return;
  // Chunks that were under way when the connection broke are asked for again.
  asked = new Set([...asked].filter((uid) => knownRow(uid)?.value != null));
  await fill(client, stop);
  let since = performance.now();
  for await (const message of client.fetch('1:*', { flags: true }, { uid: false, signal: stop })) {
    messageChanged(message);
    if (performance.now() - since < 6) continue;
    await breathe();
    since = performance.now();
  }
}

/** Searches the selected mailbox; the empty text ends the search. */
export async function searchMessages(text: string): Promise<void> {
  const uids = search.value?.uids ?? [];
  const mine: Search = { text, state: 'searching', uids };
  search.value = mine;
  try {
    const query = parseSearch(text);
    if (query === null) {
      search.value = null;
      return;
    }
    const found = await online().search(query, { signal: abort.signal });
    if (search.value !== mine) return;
    search.value = { text, state: 'done', uids: found.toSorted(newestFirst) };
  } catch (error) {
    if (search.value === mine) search.value = { text, state: 'error', uids: [], error: serverWords(error) };
  }
}

/** Changes flags on the screen; gives back what they were. */
export function setFlags(
  uids: readonly number[],
  flagsOf: (row: Row) => readonly string[],
): ReadonlyMap<number, readonly string[]> {
  const before = new Map<number, readonly string[]>();
  batch(() => {
    for (const uid of uids) {
      const row = knownRow(uid);
      if (row?.value == null) continue;
      before.set(uid, row.value.flags);
      row.value = { ...row.value, flags: flagsOf(row.value) };
    }
  });
  return before;
}

/** Hides messages that are being moved, or shows them again. */
export function setLeaving(uids: readonly number[], on: boolean): void {
  const next = new Set(leaving.value);
  for (const uid of uids) {
    if (on) next.add(uid);
    else next.delete(uid);
  }
  leaving.value = next;
}
