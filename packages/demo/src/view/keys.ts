// The page's keys. They are silent while somebody types, and in dialogs.
import { archive, moving, toggleRead, toggleStar, trash } from '../mail/actions.ts';
import { answer, compose } from '../mail/drafts.ts';
import { search } from '../mail/messages.ts';
import { closeMessage, open } from '../mail/reader.ts';
import { cursor, picked, pickNone, targets } from '../mail/selection.ts';
import { toasts } from '../mail/toasts.ts';
import { showMessage, step } from './navigation.ts';
import { drawer, panel, searchFocus } from './panels.ts';

const chosen = (): number[] => targets(open.value?.uid ?? null);

function escape(): void {
  if (drawer.value) drawer.value = false;
  else if (picked.value.size > 0) pickNone();
  else if (open.value !== null) closeMessage();
  else search.value = null;
}

const actions: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  e: () => void archive(chosen()),
  '#': () => void trash(chosen()),
  Delete: () => void trash(chosen()),
  s: () => void toggleStar(chosen()),
  u: () => void toggleRead(chosen()),
  v: () => {
    const uids = chosen();
    if (uids.length > 0) moving.value = uids;
  },
  c: () => void compose(),
  r: () => void answer('reply'),
  a: () => void answer('replyAll'),
  f: () => void answer('forward'),
  '/': () => (searchFocus.value += 1),
  '?': () => (panel.value = 'help'),
  Enter: () => {
    if (cursor.value !== null) showMessage(cursor.value);
  },
  Escape: escape,
};

/** The arrows belong to what has the focus; where nothing has it, to the list. */
const arrows: Readonly<Record<string, () => void>> = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };

const isTyping = (target: Partial<HTMLElement> | null): boolean =>
  target?.isContentEditable === true || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target?.tagName ?? '');

/** Does what a key stands for; events of a message's frame come here too. */
export function onShortcut(event: KeyboardEvent): void {
  const target = event.target as Partial<HTMLElement> | null;
  if (event.defaultPrevented || isTyping(target) || document.querySelector('dialog[open]') !== null) return;
  if ((event.ctrlKey || event.metaKey) && event.key === 'z') {
    event.preventDefault();
    void toasts.undo();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // Enter on a button is the button's.
  if (event.key === 'Enter' && target?.closest?.('button,a,[role=treeitem],[role=separator]')) return;
  const action = actions[event.key] ?? (target === document.body ? arrows[event.key] : undefined);
  if (action === undefined) return;
  event.preventDefault();
  action();
}

/** Listens until the returned function is called. */
export function listenForKeys(): () => void {
  document.addEventListener('keydown', onShortcut);
  return () => document.removeEventListener('keydown', onShortcut);
}
