// The account's mailboxes: the tree, and how many unread messages each holds.
import { hasAttribute } from '@imaplib/client';
import { computed, signal, type Signal } from '@preact/signals';
import { online, type Client } from './account.ts';
import { words } from './problem.ts';
import { buildTree, mailboxFor, mailboxNamed, walkTree, type Mailbox, type SpecialUse } from './tree.ts';

export interface Counts {
  readonly unseen: number;
  readonly messages: number;
}

export const tree = signal<readonly Mailbox[]>([]);
export const treeError = signal<string | null>(null);
/** Mailboxes whose children are hidden. */
export const collapsed = signal<ReadonlySet<string>>(new Set());

const counts = new Map<string, Signal<Counts | null>>();

/** The counts of a mailbox, null until they are known. */
export function countsOf(name: string): Signal<Counts | null> {
  let known = counts.get(name);
  if (known === undefined) {
    known = signal(null);
    counts.set(name, known);
  }
  return known;
}

export const inboxUnseen = computed(() => {
  const inbox = mailboxFor(tree.value, 'inbox');
  return inbox === null ? 0 : (countsOf(inbox.name).value?.unseen ?? 0);
});

/** The mailbox of that use. */
export const specialMailbox = (use: SpecialUse): Mailbox | null => mailboxFor(tree.value, use);

/** What a person calls that mailbox. */
export const labelOf = (name: string): string => mailboxNamed(tree.value, name)?.label ?? name;

export async function loadMailboxes(client: Client): Promise<void> {
  treeError.value = null;
  try {
    const listed = await client.list('*').toArray();
    tree.value = buildTree(listed.filter((box) => !hasAttribute(box, '\\Remote')));
  } catch (error) {
    treeError.value = words(error);
    throw error;
  }
}

/** Asks for the counts of one mailbox. */
export async function refreshCounts(name: string, client: Client = online()): Promise<void> {
  const known = countsOf(name);
  // STATUS of the selected mailbox is not to be relied on (RFC 3501 6.3.10): it is counted.
  if (client.mailbox?.name === name) {
    const unseen = await client.search({ seen: false });
    known.value = { unseen: unseen.length, messages: client.mailbox?.exists ?? 0 };
    return;
  }
  const status = await client.status(name, ['messages', 'unseen']);
  known.value = { unseen: status.unseen ?? 0, messages: status.messages ?? 0 };
}

/** Asks for all counts, one after the other, so that other calls come in between. */
export async function refreshAllCounts(client: Client): Promise<void> {
  for (const { box } of walkTree(tree.value)) {
    if (!box.selectable) continue;
    try {
      await refreshCounts(box.name, client);
    } catch {
      // One mailbox that refuses STATUS (no right to read it) has no count; the others go on.
    }
  }
}

/** Changes what is known at once; the server's own count follows. */
export function adjustCounts(name: string, unseen: number, messages = 0): void {
  const known = countsOf(name);
  if (known.value === null) return;
  known.value = {
    unseen: Math.max(0, known.value.unseen + unseen),
    messages: Math.max(0, known.value.messages + messages),
  };
}

export function toggleCollapsed(name: string, hide: boolean): void {
  const next = new Set(collapsed.value);
  if (hide) next.add(name);
  else next.delete(name);
  collapsed.value = next;
}

export function forgetMailboxes(): void {
  tree.value = [];
  counts.clear();
  treeError.value = null;
}
