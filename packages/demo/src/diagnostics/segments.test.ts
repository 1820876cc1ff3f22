// Lines and literals, however the bytes come in.
import { describe, expect, test } from 'vitest';
import { Segments, type Segment } from './segments.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const told = (segments: readonly Segment[]) =>
  segments.map(({ literal, text, announces }) => ({
    literal: literal === null ? null : new TextDecoder().decode(literal.head),
    text,
    announces,
  }));

describe('segments', () => {
  const sent =
    '* 1 FETCH (BODY[1] {12}\r\n{3}\r\nabc\r\n)! FLAGS ())\r\na OK {2} is no literal\r\nb X {2+}\r\nhi\r\n';
  const expected = [
    { literal: null, text: '* 1 FETCH (BODY[1] {12}', announces: 12 },
    { literal: '{3}\r\nabc\r\n)!', text: ' FLAGS ())', announces: null },
    { literal: null, text: 'a OK {2} is no literal', announces: null },
    { literal: null, text: 'b X {2+}', announces: 2 },
    { literal: 'hi', text: '', announces: null },
  ];

  test('are the same for every split of the bytes', () => {
    const whole = bytes(sent);
    expect(told(new Segments().push(whole))).toEqual(expected);
    for (let at = 1; at < whole.length; at++) {
      const segments = new Segments();
      const parts = [...segments.push(whole.subarray(0, at)), ...segments.push(whole.subarray(at))];
      expect(told(parts), `cut at ${at}`).toEqual(expected);
    }
    const one = new Segments();
    expect(told([...whole].flatMap((octet) => one.push(Uint8Array.of(octet))))).toEqual(expected);
  });

  test('keep the beginning of what is long, and stay in step', () => {
    const segments = new Segments();
    const [line, rest, next] = segments.push(
      bytes(`* ${'x'.repeat(100_000)} {200000}\r\n${'y'.repeat(200_000)})\r\n* OK\r\n`),
    );
    expect(line?.text.length).toBe(16 * 1024);
    expect(line?.cut).toBe(100_002 + ' {200000}\r\n'.length - 16 * 1024);
    expect(rest?.literal?.size).toBe(200_000);
    expect(rest?.literal?.head.length).toBe(16 * 1024);
    expect(rest?.text).toBe(')');
    expect(next?.text).toBe('* OK');
  });

  test('a literal that the server did not want is not waited for', () => {
    const segments = new Segments();
    segments.push(bytes('a APPEND x {100}\r\n'));
    segments.literalRefused();
    expect(told(segments.push(bytes('b NOOP\r\n')))).toEqual([
      { literal: null, text: 'b NOOP', announces: null },
    ]);
  });

  test('a literal that has begun is', () => {
    const segments = new Segments();
    segments.push(bytes('a APPEND x {6}\r\nabc'));
    segments.literalRefused();
    expect(told(segments.push(bytes('def\r\n')))).toEqual([{ literal: 'abcdef', text: '', announces: null }]);
  });

  test('bytes that are no UTF-8 do no harm', () => {
    const [line] = new Segments().push(Uint8Array.of(0x2a, 0x20, 0xff, 0xfe, 13, 10));
    expect(line?.text).toBe('* \ufffd\ufffd');
  });
});
