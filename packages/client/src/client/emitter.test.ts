import { expect, it } from 'vitest';
import { Emitter } from './emitter.ts';

it('a listener that begins anew hears of each event once', () => {
  const emitter = new Emitter<{ readonly news: number }>();
  const heard: number[] = [];
  let stop = (): void => {};
  const listen = (news: number): void => {
    heard.push(news);
    stop();
    if (heard.length < 10) stop = emitter.on('news', listen);
  };
  stop = emitter.on('news', listen);
  emitter.emit('news', 1);
  expect(heard).toEqual([1]);
  emitter.emit('news', 2);
  expect(heard).toEqual([1, 2]);
});
