// The arithmetic of a list of which only the visible rows exist. Browsers cap the height of an element (Firefox
// below 20 million pixels): a longer list is scaled, and scrolling moves it by more than a pixel a pixel.

export const MAX_HEIGHT = 15_000_000;

export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
}

export interface Range {
  /** First row that exists, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Height of the whole list as the browser sees it. */
  readonly height: number;
  /** Where row `index` stands: `index * rowHeight - shift`. */
  readonly shift: number;
}

/** Which rows exist. `spare` rows on both sides hide what scrolling uncovers before the next frame. */
export function visibleRange(count: number, rowHeight: number, view: Viewport, spare = 6): Range {
  const whole = count * rowHeight;
  const height = Math.min(whole, MAX_HEIGHT);
  const scrollable = Math.max(1, height - view.height);
  const scrollTop = Math.min(Math.max(0, view.scrollTop), Math.max(0, height - view.height));
  const top = whole === height ? scrollTop : (scrollTop / scrollable) * (whole - view.height);
  return {
    from: Math.max(0, Math.floor(top / rowHeight) - spare),
    to: Math.min(count, Math.ceil((top + view.height) / rowHeight) + spare),
    height,
    shift: top - scrollTop,
  };
}

/** Where to scroll so that row `index` is whole on the screen; the same place where it is already. */
export function scrollToRow(index: number, count: number, rowHeight: number, view: Viewport): number {
  const whole = count * rowHeight;
  const height = Math.min(whole, MAX_HEIGHT);
  const { shift } = visibleRange(count, rowHeight, view, 0);
  const top = index * rowHeight - shift;
  if (top >= view.scrollTop && top + rowHeight <= view.scrollTop + view.height) return view.scrollTop;
  const wanted =
    top < view.scrollTop ? index * rowHeight : Math.max(0, (index + 1) * rowHeight - view.height);
  if (whole === height) return wanted;
  return (wanted / Math.max(1, whole - view.height)) * (height - view.height);
}

/** The row that a key leads to; null for keys that move nothing. */
export function rowForKey(key: string, index: number, count: number, page: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  };
  const next = moves[key];
  return next === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, next));
}
