// A grid of rows of one height of which only the visible ones exist (ARIA APG: grid, with the row as what is focused).
// The row with the keyboard exists always, so that scrolling it away does not lose the focus.
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowForKey, scrollToRow, visibleRange, type Viewport } from './range.ts';

export interface VirtualGridProps {
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  /** The row with the keyboard; the first where it is -1. */
  readonly active: number;
  /** Draws row `index`; the element must take `rowProps`. */
  readonly row: (index: number, rowProps: RowProps) => ComponentChildren;
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
  const { count, rowHeight, onRange, onMove } = props;
  const grid = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Viewport>({ scrollTop: 0, height: 800 });
  const active = Math.min(Math.max(0, props.active), count - 1);
  const range = visibleRange(count, rowHeight, view);

  const measure = useCallback(() => {
    const element = grid.current;
    if (element === null) return;
    const next = { scrollTop: element.scrollTop, height: element.clientHeight };
    setView((last) => (last.scrollTop === next.scrollTop && last.height === next.height ? last : next));
  }, []);

  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (grid.current !== null) observer.observe(grid.current);
    measure();
    return () => observer.disconnect();
  }, [measure]);

  useLayoutEffect(() => {
    if (grid.current !== null) grid.current.scrollTop = 0;
    measure();
  }, [props.resetKey, measure]);

  useEffect(() => onRange(range.from, range.to), [range.from, range.to, onRange, props.resetKey, count]);

  // The keyboard has moved: the row comes on the screen, and has the focus if the grid had it.
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null || props.active < 0) return;
    const now = { scrollTop: element.scrollTop, height: element.clientHeight };
    const top = scrollToRow(props.active, count, rowHeight, now);
    if (top !== now.scrollTop) element.scrollTop = top;
    measure();
    const focused = document.activeElement;
    if (focused === null || focused === document.body || element.contains(focused)) {
      const row = element.querySelector<HTMLElement>(`[data-index="${props.active}"]`);
      if (row !== null && !row.contains(focused)) row.focus({ preventScroll: true });
    }
  }, [props.active, rowHeight]);

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
      onScroll={measure}
      onKeyDown={onKeyDown}
    >
      <div class="grid-space" role="presentation" style={{ height: `${range.height}px` }}>
        {indexes.map((index) =>
          props.row(index, {
            role: 'row',
            'aria-rowindex': index + 1,
            tabIndex: index === active ? 0 : -1,
            style: { transform: `translateY(${index * rowHeight - range.shift}px)` },
            'data-index': index,
          }),
        )}
      </div>
    </div>
  );
}
