// The tree of mailboxes: hierarchy by delimiter, special use, order.
import { hasAttribute, type ListedMailbox } from '@imaplib/client';

export type SpecialUse = 'inbox' | 'flagged' | 'drafts' | 'sent' | 'archive' | 'all' | 'junk' | 'trash';

export interface Mailbox {
  /** The whole name, as the server takes it. */
  readonly name: string;
  /** Its own level of the name. */
  readonly label: string;
  readonly use: SpecialUse | null;
  /** False for a level that only holds others. */
  readonly selectable: boolean;
  readonly children: readonly Mailbox[];
}

const order: readonly SpecialUse[] = [
  'inbox',
  'flagged',
  'drafts',
  'sent',
  'archive',
  'all',
  'junk',
  'trash',
];

const attributes: readonly (readonly [string, SpecialUse])[] = [
  ['\\Flagged', 'flagged'],
  ['\\Drafts', 'drafts'],
  ['\\Sent', 'sent'],
  ['\\Archive', 'archive'],
  ['\\All', 'all'],
  ['\\Junk', 'junk'],
  ['\\Trash', 'trash'],
];

/** What servers without SPECIAL-USE (RFC 6154) usually call them. */
const usualNames: readonly (readonly [SpecialUse, RegExp])[] = [
  ['drafts', /^drafts?$/i],
  ['sent', /^sent([ -](items|mail|messages))?$/i],
  ['archive', /^archives?$/i],
  ['junk', /^(junk([ -]e?-?mail)?|spam|bulk mail)$/i],
  ['trash', /^(trash|deleted([ -](items|messages))?|bin)$/i],
];

interface Node {
  name: string;
  label: string;
  use: SpecialUse | null;
  selectable: boolean;
  children: Map<string, Node>;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function compare(a: Mailbox, b: Mailbox): number {
  const rank = (box: Mailbox) => (box.use === null ? order.length : order.indexOf(box.use));
  return rank(a) - rank(b) || collator.compare(a.label, b.label);
}

function finish(nodes: Iterable<Node>): Mailbox[] {
  return Array.from(nodes, (node) => ({ ...node, children: finish(node.children.values()) })).toSorted(
    compare,
  );
}

function announcedUse(listed: ListedMailbox): SpecialUse | null {
  if (listed.name.toUpperCase() === 'INBOX') return 'inbox';
  return attributes.find(([attribute]) => hasAttribute(listed, attribute))?.[1] ?? null;
}

/** Builds the tree. Levels that the server does not list are there, but cannot be selected. */
export function buildTree(listed: readonly ListedMailbox[]): Mailbox[] {
  const roots = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const box of listed) {
    if (hasAttribute(box, '\\NonExistent') && !hasAttribute(box, '\\HasChildren')) continue;
    const levels = box.delimiter === null ? [box.name] : box.name.split(box.delimiter);
    let siblings = roots;
    let name = '';
    let node: Node | null = null;
    for (const label of levels) {
      name = name === '' ? label : name + box.delimiter + label;
      node = siblings.get(label) ?? null;
      if (node === null) {
        node = { name, label, use: null, selectable: false, children: new Map() };
        siblings.set(label, node);
        nodes.push(node);
      }
      siblings = node.children;
    }
    if (node === null) continue;
    node.selectable = !hasAttribute(box, '\\Noselect') && !hasAttribute(box, '\\NonExistent');
    node.use = announcedUse(box);
    if (node.use === 'inbox') node.label = 'Inbox';
  }
  for (const [use, usual] of usualNames) {
    if (nodes.some((node) => node.use === use)) continue;
    const found = nodes.find((node) => node.selectable && node.use === null && usual.test(node.label));
    if (found !== undefined) found.use = use;
  }
  // Some servers keep everything under INBOX: those levels say nothing, so they are lifted.
  const [first] = roots.values();
  if (roots.size === 1 && first?.use === 'inbox') {
    for (const [label, child] of first.children) roots.set(label, child);
    first.children = new Map();
  }
  return finish(roots.values());
}

/** Every mailbox of the tree, parents before their children. */
export function* walkTree(tree: readonly Mailbox[], depth = 0): Generator<{ box: Mailbox; depth: number }> {
  for (const box of tree) {
    yield { box, depth };
    yield* walkTree(box.children, depth + 1);
  }
}

/** The one with that use, if there is one. */
export function mailboxFor(tree: readonly Mailbox[], use: SpecialUse): Mailbox | null {
  for (const { box } of walkTree(tree)) if (box.use === use && box.selectable) return box;
  return null;
}

/** The one with that name. */
export function mailboxNamed(tree: readonly Mailbox[], name: string): Mailbox | null {
  for (const { box } of walkTree(tree)) if (box.name === name) return box;
  return null;
}
