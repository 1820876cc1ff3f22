// Every response there is, in every way it may be written: read as it was meant, however the bytes are cut. And broken
// in every way: nothing is thrown but what is declared, nothing takes long, and the response behind it is whole.
//
// FUZZ_SEED and FUZZ_CASES: see testing/random.ts.

import { isDeepStrictEqual } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { readAnnotations } from './annotation.ts';
import { Framer, FramingError, type Frame } from './framer.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { parseResponse } from './parse.ts';
import { ParseError, ResponseReader } from './reader.ts';
import { readHead } from './response.ts';
import { damaged } from './testing/damaged.ts';
import { bytesOf, Generated } from './testing/generated.ts';
import { Chance, fuzzCases, fuzzSeed } from './testing/random.ts';

const generated = new Generated();

/** More cases may take more time. */
const patient = { timeout: 20_000 + fuzzCases };

/** The number of each case, and what a failure is called: with this seed it is the first one. */
function* seeds(share: number): Generator<number> {
  for (let count = 0; count < Math.max(10, fuzzCases * share); count++) yield fuzzSeed + count;
}

function called(seed: number, text: string): string {
  return `FUZZ_SEED=${seed} FUZZ_CASES=1: ${JSON.stringify(text.slice(0, 2000))}`;
}

/** All frames, and what is left behind them; null where the stream could not be followed to its end. */
interface Framed {
  readonly frames: readonly Frame[];
  readonly left: number | null;
}

function framed(chunks: Iterable<Uint8Array>, limits: Limits = defaultLimits): Framed {
  const framer = new Framer(limits);
  const frames: Frame[] = [];
  try {
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) frames.push(frame);
    }
    return { frames, left: framer.pending };
  } catch (error) {
    if (!(error instanceof FramingError)) throw error;
    return { frames, left: null };
  }
}

/** Cuts bytes at random places, some of them next to each other. */
function* cut(all: Uint8Array, chance: Chance): Generator<Uint8Array> {
  const most = chance.pick([3, 50, 400]);
  for (let at = 0; at < all.length;) {
    const end = at + 1 + chance.below(most);
    yield all.subarray(at, end);
    at = end;
  }
}

it('what is written is read as it was meant', patient, () => {
  for (const seed of seeds(0.5)) {
    const { text, value } = generated.response(seed);
    const { frames, left } = framed([bytesOf(text)]);
    const found = frames.map(({ bytes }) => parseResponse(bytes));
    if (isDeepStrictEqual(found, [value]) && left === 0) continue;
    expect({ found, left }, called(seed, text)).toEqual({ found: [value], left: 0 });
  }
});

it('annotations are read as they were meant', patient, () => {
  for (const seed of seeds(0.02)) {
    const { text, value } = generated.annotations(seed);
    const { frames, left } = framed([bytesOf(text)]);
    const found = frames.map(({ bytes }) => {
      const head = readHead(bytes);
      return readAnnotations(head.reader(), head.number ?? 0);
    });
    if (isDeepStrictEqual(found, [value]) && left === 0) continue;
    expect({ found, left }, called(seed, text)).toEqual({ found: [value], left: 0 });
  }
});

it('the same is read, wherever it is cut', patient, () => {
  for (const seed of seeds(0.01)) {
    const many = [0, 1, 2].map((index) => generated.response(seed + index * 1_000_000));
    const written = many.map((one) => one.text).join('');
    const all = bytesOf(written);
    const whole = many.map(({ value }) => value);
    const octets = Array.from(all, (_, at) => all.subarray(at, at + 1));
    const ways = [octets, [...cut(all, generated.chance)]];
    // Two chunks, cut at each place, where that is not too many.
    if (all.length < 300)
      for (let at = 0; at < all.length; at++) ways.push([all.subarray(0, at), all.subarray(at)]);
    for (const chunks of ways) {
      const { frames, left } = framed(chunks);
      const found = frames.map(({ bytes }) => parseResponse(bytes));
      if (isDeepStrictEqual(found, whole) && left === 0) continue;
      const places = chunks.map(({ length }) => length).join();
      const name = `${called(seed, written)} in chunks of ${places}`;
      expect({ found, left }, name).toEqual({ found: whole, left: 0 });
    }
  }
});

/** So many octets of one response are kept, or passed over, at the most. */
const tight: Limits = { line: 300, literal: 300, discard: 900, depth: 20, tokens: 200 };
const marker = Buffer.from(`* LIST (\\Marked) "/" "${'m'.repeat(80)}"`);
/** More than any literal may swallow. */
const markers = `${marker.toString()}\r\n`.repeat(12);

it('what is broken throws nothing, takes no time, and leaves the next response whole', patient, () => {
  // Most of what is thrown here is expected, and where it came from is not looked at.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  onTestFinished(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  let slowest = { ms: 0, name: '' };
  let dropped = 0;
  for (const seed of seeds(0.5)) {
    const chance = new Chance(seed + 1_000_000);
    const other = (): string => generated.response(seed + 1_000_000).text;
    const text = damaged(generated.response(seed).text, other, chance);
    const all = bytesOf(`${text}\r\n${markers}`);
    const begin = performance.now();
    // A literal may well be longer than all that follows, where that is allowed.
    const limits = chance.is(0.5) ? tight : defaultLimits;
    const whole = framed([all], limits);
    const again = framed(cut(all, chance), limits);
    if (!isSame(again, whole)) expect(again, called(seed, text)).toEqual(whole);
    for (const { bytes, exceeded } of whole.frames) {
      if (exceeded === null && marker.compare(bytes) !== 0) read(bytes, limits, seed, text);
      if (exceeded !== null) dropped++;
      if (limits === tight && bytes.length > 600)
        expect(bytes.length, called(seed, text)).toBeLessThanOrEqual(600);
    }
    if (limits === tight && whole.left !== null) {
      const last = whole.frames.at(-1);
      const isWhole = whole.left === 0 && last?.exceeded === null && marker.compare(last.bytes) === 0;
      if (!isWhole) expect({ left: whole.left, last }, called(seed, text)).toEqual({ left: 0, last: marker });
    }
    const ms = performance.now() - begin;
    if (ms > slowest.ms) slowest = { ms, name: called(seed, text) };
  }
  expect(slowest.ms, slowest.name).toBeLessThan(2000);
  expect(dropped).toBeGreaterThan(0);
});

function isSame(one: Framed, other: Framed): boolean {
  return (
    one.left === other.left &&
    one.frames.length === other.frames.length &&
    one.frames.every(({ bytes, exceeded }, index) => {
      const that = other.frames[index];
      return exceeded === that?.exceeded && Buffer.compare(bytes, that.bytes) === 0;
    })
  );
}

/** Reads a response in every way there is. */
function read(bytes: Uint8Array, limits: Limits, seed: number, text: string): void {
  let doing = 'parseResponse';
  try {
    parseResponse(bytes);
    doing = 'readAnnotations';
    for (const way of [
      (reader: ResponseReader) => readAnnotations(reader, 1),
      (reader: ResponseReader) => reader.value(),
    ]) {
      const reader = new ResponseReader(bytes, Math.min(bytes.length, 10), limits);
      try {
        way(reader);
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
      }
      if (reader.position > bytes.length) throw new Error('the cursor is behind the end');
      doing = 'value';
    }
  } catch (error) {
    throw new Error(`${doing} threw ${String(error)}: ${called(seed, text)}`, { cause: error });
  }
}
