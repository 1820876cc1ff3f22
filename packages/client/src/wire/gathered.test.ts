import { expect, it } from 'vitest';
import { Gathered } from './gathered.ts';

const block = (length: number, first: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (first + index) % 251);

it('gives back what it was given, from the front and from the end', () => {
  const gathered = new Gathered();
  const sizes = [1, 0, 1023, 1024, 5000, 3, 16_384, 1000, 1000, 15_000, 7];
  const all: number[] = [];
  for (const size of sizes) {
    const piece = block(size, all.length);
    gathered.push(piece);
    all.push(...piece);
  }
  expect(gathered.length).toBe(all.length);
  expect([...gathered.tail(0)]).toEqual(all);
  for (const from of [1, 1023, 1024, 20_000, all.length - 1, all.length]) {
    expect([...gathered.tail(from)]).toEqual(all.slice(from));
    expect([...gathered.head(from)]).toEqual(all.slice(0, from));
  }
  gathered.clear();
  expect([gathered.length, gathered.tail(0).length, gathered.head(5).length]).toEqual([0, 0, 0]);
});

it('keeps a copy of small pieces, so that they may be parts of something large', () => {
  const gathered = new Gathered();
  const piece = block(10, 0);
  gathered.push(piece);
  piece.fill(255);
  expect([...gathered.tail(0)]).toEqual([...block(10, 0)]);
});

it('forgets all but the end where only that is needed', () => {
  const gathered = new Gathered();
  for (let count = 0; count < 5000; count++) {
    gathered.push(block(40, count));
    gathered.shorten(40);
    expect(gathered.length).toBeLessThan(20_000);
    expect([...gathered.tail(gathered.length - 40)]).toEqual([...block(40, count)]);
  }
});
