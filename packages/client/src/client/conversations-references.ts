// Messages and the replies to them, put together here rather than by the server: the algorithm REFERENCES
// (RFC 5256 3). The steps are numbered as they are there.

import { deepestThread, type Thread } from '../wire/thread.ts';
import { baseSubject, type BaseSubject } from './conversations-subject.ts';

/** What is known of a message, as its header has it. */
export interface ThreadMessage {
  /** UID or sequence number; of two messages sent at once the lower comes first. */
  readonly id: number;
  readonly messageId: string | null;
  /** Oldest first, the last one is the parent's: References, else the first of In-Reply-To. */
  readonly references: readonly string[];
  readonly subject: string | null;
  /** When it was sent, in milliseconds since 1970. */
  readonly sent: number;
}

/** The most that are kept of one message's references: the first, and the last. */
const MOST_REFERENCES = 200;

/**
 * A link is refused where it would make a loop, which is looked for up the tree. Honest mail takes a few steps for each
 * link; what is made to take more has no links any more once so many are spent.
 */
const MOST_STEPS = 20_000_000;

interface Container {
  /** Null for a message that is referred to and not there. */
  message: ThreadMessage | null;
  parent: Container | null;
  children: Container[];
  isReferred: boolean;
}

const messageId = /<\s*(?:"((?:[^"\\]|\\.){1,200})"|([^<>"\s]{1,500}?))\s*(@[^<>\s]{1,500})?\s*>/g;

/** The message IDs in a header field, without brackets and quotes; what is none is passed over. */
export function readMessageIds(field: string | null): string[] {
  const ids: string[] = [];
  for (const [, quoted, plain, domain = ''] of (field ?? '').matchAll(messageId)) {
    ids.push((quoted === undefined ? plain! : quoted.replaceAll(/\\(.)/g, '$1')) + domain);
  }
  return ids.length > MOST_REFERENCES ? [ids[0]!, ...ids.slice(1 - MOST_REFERENCES)] : ids;
}

/** Threads, oldest first, as `THREAD REFERENCES` gives them. */
export function threadByReferences(messages: readonly ThreadMessage[]): Thread[] {
  const roots = prune(linked(messages.toSorted((a, b) => a.id - b.id)));
  return threadsOf(sorted(mergedBySubject(sorted(roots, false)), true));
}

/** Steps 1 and 2: every message below the last that it refers to. Gives those that have no parent. */
function linked(messages: readonly ThreadMessage[]): Container[] {
  const byId = new Map<string, Container>();
  const all: Container[] = [];
  const add = (message: ThreadMessage | null): Container => {
    const container: Container = { message, parent: null, children: [], isReferred: false };
    all.push(container);
    return container;
  };
  const find = (id: string): Container => {
    let container = byId.get(id);
    if (container === undefined) byId.set(id, (container = add(null)));
    return container;
  };
  let steps = 0;
  const link = (parent: Container, child: Container): void => {
    if (parent === child) return;
    // Nobody is below a message that nobody refers to.
    if (child.isReferred) {
      for (let above: Container | null = parent; above !== null; above = above.parent) {
        if (above === child || ++steps > MOST_STEPS) return;
      }
    }
    child.parent = parent;
    parent.isReferred = true;
  };
  for (const message of messages) {
    const own = message.messageId === null ? null : find(message.messageId);
    // The second of two with one ID has none.
    const container = own === null || own.message !== null ? add(message) : own;
    container.message = message;
    let before: Container | null = null;
    for (const reference of message.references) {
      const after = find(reference);
      if (before !== null && after.parent === null) link(before, after);
      before = after;
    }
    // An older link to it comes from somebody who had cut off the middle of his references.
    container.parent = null;
    if (before !== null) link(before, container);
  }
  for (const container of all) container.parent?.children.push(container);
  return all.filter(({ parent }) => parent === null);
}

/** Each container before those below it. */
function walk(roots: readonly Container[]): Container[] {
  const all = [...roots];
  for (let at = 0; at < all.length; at++) for (const child of all[at]!.children) all.push(child);
  return all;
}

/** Step 3: a message that is not there is left out, but for one that holds several threads together. */
function prune(roots: readonly Container[]): Container[] {
  for (const container of walk(roots).toReversed()) {
    const isWhole = container.children.every(({ message }) => message !== null);
    if (isWhole) continue;
    const children: Container[] = [];
    for (const child of container.children) {
      if (child.message !== null) children.push(child);
      else for (const promoted of child.children) children.push(promoted);
    }
    container.children = children;
  }
  return roots.flatMap((root) =>
    root.message === null && root.children.length < 2 ? root.children : [root],
  );
}

/** Steps 4 and 6: by the date of sending; one that is not there goes by the first below it. */
function sorted(roots: Container[], isLast: boolean): Container[] {
  const first = ({ message, children }: Container): ThreadMessage => message ?? children[0]!.message!;
  const older = (a: Container, b: Container): number =>
    first(a).sent - first(b).sent || first(a).id - first(b).id;
  const all = isLast ? walk(roots).toReversed() : roots.filter(({ message }) => message === null);
  for (const { children } of all) children.sort(older);
  return roots.toSorted(older);
}

/** Step 5: threads with one subject are one. */
function mergedBySubject(roots: readonly Container[]): Container[] {
  const subjects = new Map<Container, BaseSubject>();
  const table = new Map<string, Container>();
  const isReply = (root: Container): boolean => root.message !== null && subjects.get(root)!.isReply;
  for (const root of roots) {
    const subject = baseSubject((root.message ?? root.children[0]!.message!).subject);
    subjects.set(root, subject);
    if (subject.base === '') continue;
    const there = table.get(subject.base);
    const isBetter =
      there === undefined ||
      (root.message === null && there.message !== null) ||
      (isReply(there) && !isReply(root));
    if (isBetter) table.set(subject.base, root);
  }
  const gone = new Set<Container>();
  const made: Container[] = [];
  for (const root of roots) {
    const subject = subjects.get(root)!;
    const there = table.get(subject.base);
    if (there === undefined || there === root) continue;
    gone.add(root);
    if (there.message === null) {
      if (root.message === null) for (const child of root.children) there.children.push(child);
      else there.children.push(root);
    } else if (isReply(root) && !isReply(there)) {
      there.children.push(root);
    } else {
      gone.add(there);
      const both: Container = { message: null, parent: null, children: [there, root], isReferred: false };
      made.push(both);
      subjects.set(both, subject);
      table.set(subject.base, both);
    }
  }
  return [...roots, ...made].filter((root) => !gone.has(root));
}

/** The tree as the wire has it, no deeper than that. */
function threadsOf(roots: readonly Container[]): Thread[] {
  const threads: Thread[] = [];
  const waiting: [Container, Thread[], number][] = roots
    .map((root) => [root, threads, 0] as [Container, Thread[], number])
    .toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [{ message, children }, siblings, depth] = next;
    const replies: Thread[] = [];
    siblings.push({ id: message?.id ?? null, replies });
    const isDeepest = depth === deepestThread;
    for (const child of children.toReversed()) {
      waiting.push([child, isDeepest ? siblings : replies, isDeepest ? depth : depth + 1]);
    }
  }
  return threads;
}
