// The transcript's lines, of which only the visible ones exist. It follows the newest line until somebody scrolls up.
import type { TargetedKeyboardEvent } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowForKey, scrollToRow, visibleRange, type Viewport } from '../../list/range.ts';
import { seconds, type TranscriptLine } from '../transcript.ts';
import { taggedStatus } from '../console.ts';

const ROW = 24;

const fromWords = { C: 'client', S: 'server', '·': 'note' } as const;

function lineClass(line: TranscriptLine): string {
  const status = taggedStatus(line);
  const classes = ['line', `line-${line.from === '·' ? 'note' : line.from}`];
  if (line.isError) classes.push('line-error');
  else if (status === 'OK') classes.push('line-ok');
  return classes.join(' ');
}

export interface LineListProps {
  readonly lines: readonly TranscriptLine[];
  /** Whether the lines are of more than one connection. */
  readonly several: boolean;
  readonly selected: number | null;
  readonly onSelect: (id: number | null) => void;
}

export function LineList({ lines, several, selected, onSelect }: LineListProps) {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [view, setView] = useState<Viewport>({ scrollTop: 0, height: 600 });
  const count = lines.length;
  const { from, to, height, shift } = visibleRange(count, ROW, view);
  const at = lines.findIndex(({ id }) => id === selected);

  const measure = useCallback(() => {
    const element = list.current;
    if (element === null) return;
    const next = { scrollTop: element.scrollTop, height: element.clientHeight };
    setView((last) => (last.scrollTop === next.scrollTop && last.height === next.height ? last : next));
  }, []);

  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (list.current !== null) observer.observe(list.current);
    measure();
    return () => observer.disconnect();
  }, [measure]);

  useLayoutEffect(() => {
    const element = list.current;
    if (element !== null && follows.current && selected === null) element.scrollTop = element.scrollHeight;
    measure();
  }, [lines, selected, measure]);

  const onScroll = () => {
    const element = list.current;
    if (element !== null) {
      follows.current = element.scrollTop + element.clientHeight >= element.scrollHeight - ROW;
    }
    measure();
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Escape' && selected !== null) {
      event.preventDefault();
      return onSelect(null);
    }
    const page = Math.max(1, Math.floor(view.height / ROW) - 1);
    const next =
      event.ctrlKey || event.metaKey || event.altKey ? null : rowForKey(event.key, at, count, page);
    const line = next === null ? undefined : lines[next];
    if (next === null || line === undefined) return;
    event.preventDefault();
    onSelect(line.id);
    const element = list.current;
    if (element !== null) {
      const now = { scrollTop: element.scrollTop, height: element.clientHeight };
      element.scrollTop = scrollToRow(next, count, ROW, now);
    }
  };

  return (
    <div
      ref={list}
      class="lines"
      role="listbox"
      aria-label="Lines"
      tabIndex={0}
      aria-activedescendant={at >= from && at < to ? `line-${selected}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="lines-space" role="presentation" style={{ height: `${height}px` }}>
        {lines.slice(from, to).map((line, index) => (
          <div
            key={line.id}
            id={`line-${line.id}`}
            role="option"
            aria-selected={line.id === selected}
            aria-posinset={from + index + 1}
            aria-setsize={count}
            class={lineClass(line)}
            style={{ transform: `translateY(${(from + index) * ROW - shift}px)` }}
            onClick={() => onSelect(line.id === selected ? null : line.id)}
          >
            <span class="line-at">{seconds(line.at)}</span>
            {several && (
              <span class="line-connection" title={`Connection ${line.connection}`}>
                #{line.connection}
              </span>
            )}
            <span class="line-from">
              <span aria-hidden="true">{line.from}</span>
              <span class="visually-hidden">{fromWords[line.from]}</span>
            </span>
            <span class="line-text">
              {line.text.length > 600 ? `${line.text.slice(0, 600)}…` : line.text}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
