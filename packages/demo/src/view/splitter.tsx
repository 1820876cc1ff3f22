// The line between two panes: it can be dragged, and moved with the arrow keys (ARIA APG: window splitter).
import type { TargetedPointerEvent } from 'preact';
import { changeSettings, settings } from '../mail/settings.ts';

export interface SplitterProps {
  readonly name: string;
  readonly setting: 'sidebarWidth' | 'listWidth';
  readonly min: number;
  readonly max: number;
}

export function Splitter({ name, setting, min, max }: SplitterProps) {
  const width = settings.value[setting];
  const set = (next: number) => changeSettings({ [setting]: Math.round(Math.min(max, Math.max(min, next))) });
  const onPointerDown = (event: TargetedPointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget;
    const from = event.clientX;
    const direction = getComputedStyle(handle).direction === 'rtl' ? -1 : 1;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    const end = new AbortController();
    const { signal } = end;
    handle.addEventListener('pointermove', (move) => set(width + direction * (move.clientX - from)), {
      signal,
    });
    handle.addEventListener('pointerup', () => end.abort(), { signal });
    handle.addEventListener('pointercancel', () => end.abort(), { signal });
  };
  return (
    <div
      class="splitter"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={name}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={onPointerDown}
      onKeyDown={(event) => {
        const steps: Readonly<Record<string, number>> = {
          ArrowLeft: -16,
          ArrowRight: 16,
          Home: min - width,
          End: max - width,
        };
        const by = steps[event.key];
        if (by === undefined) return;
        event.preventDefault();
        set(width + by);
      }}
    />
  );
}
