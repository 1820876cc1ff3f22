// The messages of the selected mailbox as a grid: rows, keys, previews for what is on the screen.
import type { TargetedKeyboardEvent } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { VirtualGrid, type RowProps } from '../list/virtual-grid.tsx';
import { client } from '../mail/account.ts';
import { specialMailbox } from '../mail/mailboxes.ts';
import { remaining, search, selected, shown, wantRows } from '../mail/messages.ts';
import { rowOf } from '../mail/rows.ts';
import { loadPreviews } from '../mail/previews.ts';
import { cursor, moveCursor, pickAll, pickTo, togglePick } from '../mail/selection.ts';
import { settings } from '../mail/settings.ts';
import { MessageRow } from './message-row.tsx';
import { showMessage } from './navigation.ts';

const HEIGHTS = { comfortable: 72, compact: 40 } as const;
/** Previews wait until scrolling has come to rest. */
const REST = 120;

export function MessageList() {
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
