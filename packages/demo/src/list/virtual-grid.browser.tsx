import { signal } from '@preact/signals';
import { render } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../style/tokens.css';
import '../style/list.css';
import { VirtualGrid } from './virtual-grid.tsx';

const keys = signal<readonly number[]>([]);
const active = signal<number | null>(null);
const drawn = vi.fn<(from: number, to: number) => void>();
let root: HTMLElement;

function Sample() {
  return (
    <VirtualGrid
      label="Messages"
      keys={keys.value}
      rowHeight={72}
      activeKey={active.value}
      resetKey="box"
      onRange={drawn}
      onMove={(index) => (active.value = keys.value[index] ?? null)}
      row={(index, rowProps) => (
        <div {...rowProps} key={keys.value[index] ?? index} class="row">
          <span role="gridcell">Message {keys.value[index]}</span>
        </div>
      )}
    />
  );
}

const grid = () => root.querySelector<HTMLElement>('[role=grid]') as HTMLElement;
const rows = () => [...root.querySelectorAll<HTMLElement>('[role=row]')];
const focused = () => document.activeElement?.textContent;
/** What stands at the top of the window. */
const onTop = () => {
  const { left, top } = grid().getBoundingClientRect();
  return document.elementFromPoint(left + 20, top + 36)?.closest('[role=row]')?.textContent;
};
const frame = () => new Promise(requestAnimationFrame);

beforeEach(() => {
  keys.value = Array.from({ length: 10_000 }, (_, at) => 10_000 - at);
  active.value = null;
  drawn.mockClear();
  root = document.createElement('div');
  root.style.cssText = 'height:720px;width:400px;display:flex';
  document.body.append(root);
  render(<Sample />, root);
});

afterEach(() => {
  render(null, root);
  root.remove();
});

test('says how long it is, and draws only what can be seen', async () => {
  await frame();
  expect(grid().getAttribute('aria-rowcount')).toBe('10000');
  expect(rows().length).toBeLessThan(30);
  expect(rows()[0]?.getAttribute('aria-rowindex')).toBe('1');
});

test('goes anywhere at once', async () => {
  grid().scrollTop = 5000 * 72;
  await vi.waitFor(() => expect(onTop()).toBe('Message 5000'));
  expect(rows().length).toBeLessThan(40);
  grid().scrollTop = grid().scrollHeight;
  await vi.waitFor(() => expect(rows().at(-1)?.getAttribute('aria-rowindex')).toBe('10000'));
});

test('one row is a tab stop, arrows and pages move it', async () => {
  expect(rows().filter((row) => row.tabIndex === 0)).toHaveLength(1);
  await userEvent.tab();
  expect(focused()).toBe('Message 10000');
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  expect(focused()).toBe('Message 9998');
  await userEvent.keyboard('{PageDown}');
  expect(focused()).toBe('Message 9989');
  await userEvent.keyboard('{End}');
  await vi.waitFor(() => expect(focused()).toBe('Message 1'));
  await userEvent.keyboard('{Home}');
  await vi.waitFor(() => expect(focused()).toBe('Message 10000'));
});

test('the row with the keyboard stays when it is scrolled away', async () => {
  await userEvent.tab();
  grid().scrollTop = 400_000;
  await vi.waitFor(() => expect(onTop()).not.toBe('Message 10000'));
  expect(focused()).toBe('Message 10000');
});

test('new rows on top do not move what is being read', async () => {
  grid().scrollTop = 100 * 72;
  await vi.waitFor(() => expect(onTop()).toBe('Message 9900'));
  keys.value = [10_002, 10_001, ...keys.value];
  await vi.waitFor(() => expect(grid().getAttribute('aria-rowcount')).toBe('10002'));
  expect(onTop()).toBe('Message 9900');
});

test('at the top, new rows are seen', async () => {
  keys.value = [10_001, ...keys.value];
  await vi.waitFor(() => expect(onTop()).toBe('Message 10001'));
});

test('a hundred jumps leave no rows behind, and stay fast', async () => {
  const start = performance.now();
  for (let at = 0; at < 100; at++) {
    grid().scrollTop = (at * 7919 * 72) % (10_000 * 72);
    await frame();
  }
  expect(rows().length).toBeLessThan(40);
  // A frame is 17 ms; this leaves room for a slow machine and still fails where all rows are drawn.
  expect((performance.now() - start) / 100).toBeLessThan(200);
});
