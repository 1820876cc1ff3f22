// A grid of rows of one height of which only the visible ones exist (ARIA APG: grid, with the row as what is focused).
// The row with the keyboard exists always, so that scrolling it away does not lose the focus.
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowForKey, scrollToRow, visibleRange, type Viewport } from './range.ts';

/** Milliseconds without a long jump until the list counts as at rest. */
const LANDING = 100;

export interface VirtualGridProps {
  readonly label: string;
  /** What the rows stand for, in order. */
  readonly keys: readonly number[];
  readonly rowHeight: number;
  /** What has the keyboard; the first row where it is null or not here. */
  readonly activeKey: number | null;
  /** Draws row `index`; the element must take `rowProps`. While the list flies by, what nobody can see may wait. */
  readonly row: (index: number, rowProps: RowProps, isFlying: boolean) => ComponentChildren;
  /** Changes with what is shown, so that the list begins at its top. */
  readonly resetKey: string;
  readonly busy?: boolean;
  /** The rows that exist now. */
  readonly onRange: (from: number, to: number) => void;
  /** The keyboard moves to a row; `extend` with Shift. */
  readonly onMove: (index: number, extend: boolean) => void;
  /** Any other key on a row. */
  readonly onKey?: (event: TargetedKeyboardEvent<HTMLElement>, index: number) => void;
}

/** What a row's element needs. */
export interface RowProps {
  readonly role: 'row';
  readonly 'aria-rowindex': number;
  readonly tabIndex: number;
  readonly style: { readonly transform: string };
  readonly 'data-index': number;
}

export function VirtualGrid(props: VirtualGridProps) {
  const { keys, activeKey, rowHeight, onRange, onMove } = props;
  const count = keys.length;
  const grid = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Viewport>({ scrollTop: 0, height: 800 });
  const found = activeKey === null ? -1 : keys.indexOf(activeKey);
  const active = Math.min(Math.max(0, found), count - 1);
  const range = visibleRange(count, rowHeight, view);
  const [isFlying, setFlying] = useState(false);
  const landing = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(landing.current), []);

  const measure = useCallback(() => {
    const element = grid.current;
    if (element === null) return;
    const next = { scrollTop: element.scrollTop, height: element.clientHeight };
    setView((last) => (last.scrollTop === next.scrollTop && last.height === next.height ? last : next));
  }, []);

  const onScroll = () => {
    const moved = Math.abs((grid.current?.scrollTop ?? 0) - view.scrollTop);
    if (moved > view.height / 2) {
      setFlying(true);
      clearTimeout(landing.current);
      landing.current = setTimeout(() => setFlying(false), LANDING);
    }
    measure();
  };

  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (grid.current !== null) observer.observe(grid.current);
    measure();
    return () => observer.disconnect();
  }, [measure]);

  // What comes or goes above the screen must not move what is on it, unless that is the top of the list.
  const before = useRef({ keys, resetKey: '' });
  useLayoutEffect(() => {
    const element = grid.current;
    const last = before.current;
    before.current = { keys, resetKey: props.resetKey };
    if (element === null) return;
    if (last.resetKey !== props.resetKey) element.scrollTop = 0;
    else if (last.keys !== keys && element.scrollTop > 0) {
      const top = Math.floor((element.scrollTop + range.shift) / rowHeight);
      const now = keys.indexOf(last.keys[top] ?? Number.NaN);
      if (now !== -1) element.scrollTop += (now - top) * rowHeight;
    }
    measure();
  }, [props.resetKey, keys, measure]);

  useEffect(() => onRange(range.from, range.to), [range.from, range.to, onRange, props.resetKey, count]);

  // The keyboard has moved: the row comes on the screen, and has the focus if the grid had it.
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null || found < 0) return;
    const now = { scrollTop: element.scrollTop, height: element.clientHeight };
    const top = scrollToRow(found, count, rowHeight, now);
    if (top !== now.scrollTop) element.scrollTop = top;
    measure();
    const focused = document.activeElement;
    if (focused === null || focused === document.body || element.contains(focused)) {
      const row = element.querySelector<HTMLElement>(`[data-index="${found}"]`);
      if (row !== null && !row.contains(focused)) row.focus({ preventScroll: true });
    }
  }, [activeKey, rowHeight]);

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const next =
      event.ctrlKey || event.metaKey || event.altKey ? null : rowForKey(event.key, active, count, page);
    if (next === null) props.onKey?.(event, active);
    else {
      event.preventDefault();
      onMove(next, event.shiftKey);
    }
  };

  const indexes = Array.from({ length: Math.max(0, range.to - range.from) }, (_, at) => range.from + at);
  if (active >= 0 && active < range.from) indexes.unshift(active);
  if (active >= range.to) indexes.push(active);

  return (
    <div
      ref={grid}
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={count}
      aria-multiselectable
      aria-busy={props.busy}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onMouseDown={(event) => {
        // Shift would select text, and move the focus before the click says how far to pick.
        if (event.shiftKey) event.preventDefault();
      }}
      onFocusIn={(event) => {
        const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
        const index = Number(row?.dataset['index'] ?? -1);
        if (index >= 0 && index !== found && event.target === row) onMove(index, false);
      }}
    >
      <div class="grid-space" role="presentation" style={{ height: `${range.height}px` }}>
        {indexes.map((index) =>
          props.row(
            index,
            {
              role: 'row',
              'aria-rowindex': index + 1,
              tabIndex: index === active ? 0 : -1,
              style: { transform: `translateY(${index * rowHeight - range.shift}px)` },
              'data-index': index,
            },
            isFlying,
          ),
        )}
      </div>
    </div>
  );
}
