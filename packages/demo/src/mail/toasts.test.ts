import { beforeEach, expect, test, vi } from 'vitest';
import { createToasts, type Toasts } from './toasts.ts';

let toasts: Toasts;

beforeEach(() => {
  vi.useFakeTimers();
  toasts = createToasts();
  return () => vi.useRealTimers();
});

test('Undo is there for eight seconds', () => {
  toasts.done('moved', () => Promise.resolve());
  vi.advanceTimersByTime(7_900);
  expect(toasts.current.value?.text).toBe('moved');
  vi.advanceTimersByTime(200);
  expect(toasts.current.value).toBeNull();
});

test('the clock stops while somebody points at it', () => {
  toasts.done('moved', () => Promise.resolve());
  vi.advanceTimersByTime(7_000);
  toasts.hold();
  vi.advanceTimersByTime(60_000);
  expect(toasts.current.value).not.toBeNull();
  toasts.release();
  vi.advanceTimersByTime(1_600);
  expect(toasts.current.value).toBeNull();
});

test('undoes once', async () => {
  const undo = vi.fn<() => Promise<void>>(() => Promise.resolve());
  toasts.done('moved', undo);
  expect(await Promise.all([toasts.undo(), toasts.undo()])).toEqual([true, false]);
  expect(undo).toHaveBeenCalledTimes(1);
  expect(toasts.current.value).toBeNull();
});

test('the next action takes the place of the one before', async () => {
  const first = vi.fn<() => Promise<void>>(() => Promise.resolve());
  toasts.done('one', first);
  toasts.done('two');
  expect(await toasts.undo()).toBe(false);
  expect(first).not.toHaveBeenCalled();
});

test('says why something could not be undone', async () => {
  toasts.done('moved', () => Promise.reject(new Error('the mailbox is gone')));
  await toasts.undo();
  expect(toasts.current.value).toMatchObject({
    tone: 'bad',
    text: expect.stringContaining('the mailbox is gone') as string,
  });
});
