// The mailboxes as a tree (ARIA APG: tree view): arrows move, Enter opens, letters jump, messages can be dropped.
import type { TargetedKeyboardEvent } from 'preact';
import { useComputed, useSignal } from '@preact/signals';
import { ChevronRight } from 'lucide';
import { moveMessages } from '../mail/actions.ts';
import { count } from '../mail/format.ts';
import { collapsed, countsOf, toggleCollapsed, tree } from '../mail/mailboxes.ts';
import { selected } from '../mail/messages.ts';
import { walkTree, type Mailbox } from '../mail/tree.ts';
import { draggedMessages, isMessageDrag } from './drag.ts';
import { folderIcon } from './folder-icons.ts';
import { Icon } from './icon.tsx';
import { showMailbox } from './navigation.ts';

interface Visible {
  readonly box: Mailbox;
  readonly depth: number;
  readonly parent: string | null;
}

function* visibleItems(
  boxes: readonly Mailbox[],
  depth = 0,
  parent: string | null = null,
): Generator<Visible> {
  for (const box of boxes) {
    yield { box, depth, parent };
    if (!collapsed.value.has(box.name)) yield* visibleItems(box.children, depth + 1, box.name);
  }
}

function Count({ name, use }: { name: string; use: Mailbox['use'] }) {
  const counts = countsOf(name).value;
  // What matters of drafts is how many there are.
  const shown = use === 'drafts' ? (counts?.messages ?? 0) : (counts?.unseen ?? 0);
  if (shown === 0 || use === 'trash' || use === 'sent') return null;
  return (
    <span class="tree-count">
      {count(shown)}
      <span class="visually-hidden"> {use === 'drafts' ? 'drafts' : 'unread'}</span>
    </span>
  );
}

function hasUnread(box: Mailbox): boolean {
  return box.use !== 'drafts' && box.use !== 'trash' && (countsOf(box.name).value?.unseen ?? 0) > 0;
}

interface ItemProps extends Visible {
  readonly isTabStop: boolean;
  readonly position: number;
  readonly siblings: number;
}

function Item({ box, depth, isTabStop, position, siblings }: ItemProps) {
  const isOver = useSignal(false);
  const isSelected = selected.value === box.name;
  const isParent = box.children.length > 0;
  const isOpen = !collapsed.value.has(box.name);
  const accepts = box.selectable && !isSelected;
  const classes = ['tree-item'];
  if (isSelected) classes.push('is-selected');
  if (isOver.value) classes.push('is-over');
  if (hasUnread(box)) classes.push('is-unread');
  return (
    <div
      role="treeitem"
      class={classes.join(' ')}
      style={{ '--depth': String(depth) }}
      tabIndex={isTabStop ? 0 : -1}
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={isSelected}
      aria-expanded={isParent ? isOpen : undefined}
      aria-disabled={box.selectable ? undefined : true}
      data-name={box.name}
      onClick={() => {
        if (box.selectable) showMailbox(box.name);
        else toggleCollapsed(box.name, isOpen);
      }}
      onDragOver={(event) => {
        if (!accepts || !isMessageDrag(event)) return;
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        isOver.value = false;
        event.preventDefault();
        const uids = draggedMessages(event);
        if (accepts && uids.length > 0) void moveMessages(uids, box.name);
      }}
    >
      {isParent ? (
        <span
          class={isOpen ? 'tree-twist is-open' : 'tree-twist'}
          onClick={(event) => {
            event.stopPropagation();
            toggleCollapsed(box.name, isOpen);
          }}
        >
          <Icon of={ChevronRight} size={14} />
        </span>
      ) : (
        <span class="tree-twist" />
      )}
      <Icon of={folderIcon(box.use)} />
      <span class="tree-label" dir="auto" title={box.name}>
        {box.label}
      </span>
      <Count name={box.name} use={box.use} />
    </div>
  );
}

export function FolderTree() {
  const items = useComputed(() => [...visibleItems(tree.value)]);
  const focused = useSignal<string | null>(null);
  const current = items.value.some(({ box }) => box.name === focused.value) ? focused.value : selected.value;
  const tabStop = items.value.some(({ box }) => box.name === current) ? current : items.value[0]?.box.name;

  const focus = (root: HTMLElement, name: string | undefined | null) => {
    if (name == null) return;
    focused.value = name;
    root.querySelector<HTMLElement>(`[data-name="${CSS.escape(name)}"]`)?.focus();
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const root = event.currentTarget;
    const list = items.value;
    const at = list.findIndex(({ box }) => box.name === tabStop);
    const item = list[at];
    if (item === undefined) return;
    const { box, parent } = item;
    const isOpen = box.children.length > 0 && !collapsed.value.has(box.name);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(root, list[at + 1]?.box.name),
      ArrowUp: () => focus(root, list[at - 1]?.box.name),
      Home: () => focus(root, list[0]?.box.name),
      End: () => focus(root, list.at(-1)?.box.name),
      ArrowRight: () => {
        if (isOpen) focus(root, box.children[0]?.name);
        else toggleCollapsed(box.name, false);
      },
      ArrowLeft: () => {
        if (isOpen) toggleCollapsed(box.name, true);
        else focus(root, parent);
      },
      Enter: () => {
        if (box.selectable) showMailbox(box.name);
      },
      ' ': () => {
        if (box.selectable) showMailbox(box.name);
      },
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };

  const siblingsOf = (name: string | null): readonly Mailbox[] =>
    name === null
      ? tree.value
      : ([...walkTree(tree.value)].find(({ box }) => box.name === name)?.box.children ?? []);

  return (
    <div
      role="tree"
      aria-label="Folders"
      class="tree"
      onKeyDown={onKeyDown}
      onFocusIn={(event) => {
        const item = (event.target as HTMLElement).closest<HTMLElement>('[data-name]');
        if (item !== null) focused.value = item.dataset['name'] ?? null;
      }}
    >
      {items.value.map((item) => {
        const siblings = siblingsOf(item.parent);
        return (
          <Item
            key={item.box.name}
            {...item}
            isTabStop={item.box.name === tabStop}
            position={siblings.indexOf(item.box) + 1}
            siblings={siblings.length}
          />
        );
      })}
    </div>
  );
}
