// The list of messages: its head with search or the actions for what is picked, the grid, and what stands there when
// there is nothing to list.
import type { TargetedKeyboardEvent } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import {
  Archive,
  CheckCheck,
  CircleAlert,
  FolderInput,
  Inbox,
  LoaderCircle,
  Mail,
  MailOpen,
  Menu,
  PenLine,
  RefreshCw,
  Rows2,
  Rows4,
  Search as SearchIcon,
  SearchX,
  Star,
  Trash2,
  X,
} from 'lucide';
import { VirtualGrid, type RowProps } from '../list/virtual-grid.tsx';
import { archive, moving, toggleRead, toggleStar, trash } from '../mail/actions.ts';
import { client } from '../mail/account.ts';
import { compose } from '../mail/drafts.ts';
import { count, plural } from '../mail/format.ts';
import { countsOf, labelOf, specialMailbox } from '../mail/mailboxes.ts';
import {
  announced,
  phase,
  remaining,
  rowOf,
  search,
  searchMessages,
  selected,
  selectMailbox,
  shown,
  wantRows,
} from '../mail/messages.ts';
import { loadPreviews } from '../mail/previews.ts';
import { isUnread } from '../mail/row.ts';
import { operators } from '../mail/search.ts';
import {
  cursor,
  moveCursor,
  pickAll,
  picked,
  pickNone,
  pickTo,
  targets,
  togglePick,
} from '../mail/selection.ts';
import { changeSettings, settings } from '../mail/settings.ts';
import { Icon, IconButton, type IconData } from './icon.tsx';
import { MessageRow } from './message-row.tsx';
import { showMessage } from './navigation.ts';
import { drawer, searchFocus } from './panels.ts';

const HEIGHTS = { comfortable: 72, compact: 40 } as const;
/** Previews wait until scrolling has come to rest. */
const REST = 120;

function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal('');
  const isActive = useSignal(false);
  const asked = useRef(searchFocus.peek());
  useEffect(() => {
    if (searchFocus.value !== asked.current) input.current?.select();
    asked.current = searchFocus.value;
  }, [searchFocus.value]);
  useEffect(() => {
    text.value = search.peek()?.text ?? '';
  }, [selected.value]);
  const clear = () => {
    text.value = '';
    search.value = null;
  };
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        void searchMessages(text.value);
        isActive.value = false;
      }}
    >
      <Icon of={search.value?.state === 'searching' ? LoaderCircle : SearchIcon} size={16} />
      <input
        ref={input}
        type="search"
        aria-label="Search this folder"
        placeholder={`Search ${labelOf(selected.value ?? '')}`}
        title="Search (/)"
        dir="auto"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          if (text.value === '') clear();
        }}
        onFocus={() => (isActive.value = true)}
        onBlur={() => (isActive.value = false)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          clear();
          event.currentTarget.blur();
        }}
      />
      {text.value !== '' && <IconButton icon={X} size={14} name="Clear search" onClick={clear} />}
      {isActive.value && text.value === '' && (
        <div class="search-help" aria-hidden="true">
          {operators.map(([example, meaning]) => (
            <div key={example}>
              <code>{example}</code>
              <span>{meaning}</span>
            </div>
          ))}
        </div>
      )}
    </form>
  );
}

function PickBar() {
  const uids = targets(null);
  const unread = uids.some((uid) => {
    const row = rowOf(uid).value;
    return row !== null && isUnread(row);
  });
  return (
    <div class="pick-bar" role="toolbar" aria-label="Selected messages">
      <IconButton icon={X} name="Clear selection" hint="Esc" onClick={pickNone} />
      <strong aria-live="polite">{count(uids.length)} selected</strong>
      <span class="grow" />
      <IconButton icon={Archive} name="Archive" hint="e" onClick={() => void archive(uids)} />
      <IconButton icon={Trash2} name="Delete" hint="#" onClick={() => void trash(uids)} />
      <IconButton icon={FolderInput} name="Move to…" hint="v" onClick={() => (moving.value = uids)} />
      <IconButton
        icon={unread ? MailOpen : Mail}
        name={unread ? 'Mark as read' : 'Mark as unread'}
        hint="u"
        onClick={() => void toggleRead(uids)}
      />
      <IconButton icon={Star} name="Star" hint="s" onClick={() => void toggleStar(uids)} />
    </div>
  );
}

/** What is new comes with the answer; a connection that breaks on the way has its own banner. */
function checkForMail(): void {
  client.value?.noop().catch(() => undefined);
}

function Head() {
  const name = selected.value ?? '';
  const counts = countsOf(name).value;
  const unseen = counts?.unseen ?? 0;
  const { density } = settings.value;
  const found = search.value;
  return (
    <header class="list-head">
      <div class="list-title">
        <IconButton
          class="icon-button only-narrow"
          icon={Menu}
          name="Folders"
          onClick={() => (drawer.value = true)}
        />
        <h1 dir="auto">{labelOf(name)}</h1>
        <span class="list-count">
          {found !== null && found.state === 'done'
            ? `${count(found.uids.length)} found`
            : plural(announced.value, 'message') + (unseen > 0 ? `, ${count(unseen)} unread` : '')}
        </span>
        <span class="grow" />
        <IconButton
          class="icon-button only-narrow"
          icon={PenLine}
          name="Compose"
          disabled={client.value === null}
          onClick={() => void compose()}
        />
        <IconButton icon={CheckCheck} name="Select all" hint="Ctrl+A" onClick={pickAll} />
        <IconButton
          icon={density === 'compact' ? Rows2 : Rows4}
          name={density === 'compact' ? 'Comfortable rows' : 'Compact rows'}
          onClick={() => changeSettings({ density: density === 'compact' ? 'comfortable' : 'compact' })}
        />
        <IconButton
          icon={RefreshCw}
          name="Check for new mail"
          disabled={client.value === null}
          onClick={checkForMail}
        />
      </div>
      <SearchBox />
    </header>
  );
}

interface NothingProps {
  readonly icon: IconData;
  readonly title: string;
  readonly text: string;
  readonly action?: string;
  readonly onAction?: () => void;
}

function Nothing({ icon, title, text, action, onAction }: NothingProps) {
  return (
    <div class="nothing">
      <Icon of={icon} size={32} />
      <strong>{title}</strong>
      <p dir="auto">{text}</p>
      {action !== undefined && (
        <button type="button" class="button" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}

function SkeletonRows() {
  return (
    <div class="grid" aria-busy="true" aria-label="Loading messages">
      {[0, 1, 2, 3, 4, 5].map((at) => (
        <div key={at} class="row row-skeleton row-static">
          <span class="bone bone-round" />
          <span class="row-main">
            <span class="bone" style={{ width: `${30 + ((at * 17) % 25)}%` }} />
            <span class="bone" style={{ width: `${55 + ((at * 13) % 30)}%` }} />
            <span class="bone bone-last" style={{ width: `${70 + ((at * 7) % 25)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}

function Messages() {
  const uids = shown.value;
  const name = selected.value ?? '';
  const { density } = settings.value;
  const outgoing = [specialMailbox('sent'), specialMailbox('drafts')].some((box) => box?.name === name);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const range = useRef<readonly [number, number]>([0, 0]);
  const fill = useCallback(() => {
    clearTimeout(timer.current);
    const rest = () => {
      const visible = shown.peek().slice(...range.current);
      loadPreviews(visible).catch(() => undefined);
      // Rows that are still on their way get their preview when they are here.
      if (visible.some((uid) => rowOf(uid).peek() === null)) timer.current = setTimeout(rest, REST * 2);
    };
    timer.current = setTimeout(rest, REST);
  }, []);
  const onRange = useCallback((from: number, to: number) => {
    range.current = [from, to];
    wantRows(from, to);
    fill();
  }, []);
  useEffect(fill, [client.value, uids]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const at = (index: number) => shown.peek()[index];
  const onMove = (index: number, extend: boolean) => {
    const uid = at(index);
    if (uid === undefined) return;
    if (extend) pickTo(uid);
    else moveCursor(uid);
  };
  const onKey = (event: TargetedKeyboardEvent<HTMLElement>, index: number) => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[role=row]');
    const uid = at(index);
    if (row === null || uid === undefined) return;
    const buttons = [...row.querySelectorAll<HTMLElement>('button')];
    const onButton = buttons.indexOf(target);
    if (event.key === 'ArrowRight' && onButton < buttons.length - 1) buttons[onButton + 1]?.focus();
    else if (event.key === 'ArrowLeft' && onButton >= 0) (buttons[onButton - 1] ?? row).focus();
    else if (onButton >= 0) return;
    else if (event.key === 'Enter') showMessage(uid);
    else if (event.key === ' ') togglePick(uid);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) pickAll();
    else return;
    event.preventDefault();
  };

  const row = (index: number, rowProps: RowProps, isFlying: boolean) => {
    const uid = uids[index];
    return uid === undefined ? null : (
      <MessageRow key={uid} uid={uid} rowProps={rowProps} outgoing={outgoing} isFlying={isFlying} />
    );
  };

  return (
    <VirtualGrid
      label="Messages"
      keys={uids}
      rowHeight={HEIGHTS[density]}
      activeKey={cursor.value}
      row={row}
      resetKey={`${name}\n${search.value?.text ?? ''}`}
      busy={remaining.value > 0}
      onRange={onRange}
      onMove={onMove}
      onKey={onKey}
    />
  );
}

function Body() {
  const now = phase.value;
  const found = search.value;
  const name = selected.value;
  if (name === null || now.state === 'idle') return <SkeletonRows />;
  if (now.state === 'error') {
    return (
      <Nothing
        icon={CircleAlert}
        title={`${labelOf(name)} could not be opened`}
        text={now.text}
        action="Try again"
        onAction={() => {
          if (client.value !== null) void selectMailbox(name);
        }}
      />
    );
  }
  if (found?.state === 'error') {
    return (
      <Nothing
        icon={CircleAlert}
        title="The search failed"
        text={found.error ?? ''}
        action="Try again"
        onAction={() => void searchMessages(found.text)}
      />
    );
  }
  if (shown.value.length > 0) return <Messages />;
  if (now.state === 'loading') return <SkeletonRows />;
  if (found?.state === 'searching') return <SkeletonRows />;
  if (found !== null) {
    return (
      <Nothing
        icon={SearchX}
        title="Nothing found"
        text={`No message in ${labelOf(name)} matches “${found.text}”.`}
        action="Clear search"
        onAction={() => (search.value = null)}
      />
    );
  }
  return (
    <Nothing
      icon={Inbox}
      title="Nothing here"
      text={`${labelOf(name)} is empty. What arrives appears by itself.`}
    />
  );
}

export function ListPane() {
  return (
    <section class="list-pane" aria-label="Message list">
      {picked.value.size > 0 ? <PickBar /> : null}
      <Head />
      <div class="list-progress" aria-hidden="true">
        {remaining.value > 0 && (
          <span style={{ width: `${100 - (100 * remaining.value) / Math.max(1, announced.value)}%` }} />
        )}
      </div>
      <Body />
    </section>
  );
}
