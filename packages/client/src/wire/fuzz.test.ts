// What must hold for any input: what is written can be read, the way the bytes are cut changes nothing, nothing that a
// server sends throws anything else than its own errors, and one bad response leaves the next one whole.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWords } from './encoded-word.ts';
import { Framer, FramingError } from './framer.ts';
import { defaultLimits } from './limits.ts';
import { parseMessageDate } from './message-date.ts';
import { parseResponse } from './parse.ts';
import { ParseError, ResponseReader, type Value } from './reader.ts';
import { expandSet, formatSet, setContains } from './set.ts';
import { Chance, fuzzCases, fuzzSeed } from './testing/random.ts';
import { decodeTransferred } from './transfer-encoding.ts';
import { decodeUtf7, encodeUtf7, readUtf7 } from './utf7.ts';
import { CommandWriter } from './writer.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const latin1 = (octets: Uint8Array): string => {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
};
const utf8 = (text: string): string => latin1(new TextEncoder().encode(text));

/** The share of the cases that these take: see testing/random.ts. */
const cases = Math.max(10, Math.round(fuzzCases / 25));
const seed = fuzzSeed;
/** More cases may take more time. */
const patient = { timeout: 5000 + cases };
const runs = { numRuns: Math.max(200, Math.round(cases / 10)), seed };

/** Any text that can be sent. */
const sendable = fc
  .string({ unit: 'binary', maxLength: 40 })
  .filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
const octets = fc.uint8Array({ maxLength: 30 });
/** Octets that mean something, more often than others. */
const tricky = fc
  .array(
    fc.constantFrom(
      ...'(){}[]"\\ \r\n*+~<>%&=?0129aAN',
      'NIL',
      '{3}\r\n',
      '{0}',
      '"',
      '\xc3\xbc',
      '\xff',
      '\0',
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(''));

function framesOf(chunks: readonly Uint8Array[], limits = defaultLimits): string[] {
  const framer = new Framer(limits);
  const frames: string[] = [];
  try {
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) {
        frames.push(`${frame.exceeded ?? ''}|${latin1(frame.bytes)}`);
      }
    }
    frames.push(`left ${framer.pending}`);
  } catch (error) {
    if (!(error instanceof FramingError)) throw error;
    frames.push('ended');
  }
  return frames;
}

/** Cuts bytes at the given places. */
function cut(all: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = places.map((place) => place % (all.length + 1)).toSorted((a, b) => a - b);
  return [0, ...sorted].map((from, index) => all.subarray(from, sorted[index] ?? all.length));
}

describe('what is written', patient, () => {
  const commands = fc.record({
    words: fc.array(sendable, { maxLength: 6 }),
    mailbox: sendable.filter((text) => !/[\r\n]/.test(text)),
    literal: octets,
    options: fc.record({
      literals: fc.constantFrom('synchronising', 'LITERAL-', 'LITERAL+'),
      utf8: fc.boolean(),
    }),
  });

  it('is read as the same values, framed as one response', () => {
    fc.assert(
      fc.property(commands, ({ words, mailbox, literal, options }) => {
        const out = new CommandWriter(options).list((inner) => {
          for (const word of words) inner.astring(word);
        });
        for (const word of words) out.string(word).nstring(null);
        const pieces = out.mailbox(mailbox).literal(literal).raw('end').finish();
        const sent = pieces
          .map((piece) => latin1(piece.kind === 'bytes' ? piece.bytes : (piece.data as Uint8Array)))
          .join('');
        const framer = new Framer();
        framer.push(bytes(`* X ${sent}`));
        const frame = framer.next();
        expect(framer.pending).toBe(0);
        const reader = new ResponseReader(frame?.bytes ?? bytes(''), 4);
        expect(reader.list(() => reader.astring())).toEqual(words);
        for (const word of words) {
          reader.space();
          expect(reader.nstring()).toBe(word);
          reader.space();
          expect(reader.nstring()).toBeNull();
        }
        reader.space();
        const name = reader.astring();
        const expected = mailbox.toUpperCase() === 'INBOX' ? 'INBOX' : mailbox;
        expect(options.utf8 ? name : decodeUtf7(name)).toBe(expected);
        reader.space();
        expect(latin1(reader.bytesValue())).toBe(latin1(literal));
        expect(reader.rest()).toBe(' end');
      }),
      runs,
    );
  });

  it('holds no line that was not meant', () => {
    const line = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(line, line, (first, second) => {
        const attempt = (write: (out: CommandWriter) => CommandWriter): void => {
          const out = new CommandWriter();
          try {
            write(out);
            const [piece, ...rest] = out.finish();
            // Without literals a command is one line, and ends in no marker.
            if (rest.length === 0 && piece?.kind === 'bytes')
              expect(latin1(piece.bytes)).toMatch(/^[^\r\n\0]*(?<!\{\d+\+?\})\r\n$/);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        };
        attempt((out) => out.atom(first).raw(second).glue(first));
        attempt((out) => out.mailbox(first).pattern(second));
        attempt((out) => out.astring(first).secret(second));
        attempt((out) => out.flags([first, second]));
        attempt((out) => out.set(first));
      }),
      runs,
    );
  });

  it('is a name in modified UTF-7 that comes back', () => {
    fc.assert(
      fc.property(sendable, (name) => {
        const written = encodeUtf7(name);
        expect(written).toMatch(/^[ -~]*$/);
        expect(decodeUtf7(written)).toBe(name);
        expect(readUtf7(written)).toBe(name);
      }),
      runs,
    );
    fc.assert(
      fc.property(tricky, (text) => {
        const name = readUtf7(text);
        expect(typeof decodeUtf7(text)).toBe('string');
        if (name !== null) expect(encodeUtf7(name)).toBe(text);
      }),
      runs,
    );
  });

  it('is a set with the same members', () => {
    const number = fc.integer({ min: 1, max: 60 });
    const member = fc.oneof(number, fc.tuple(number, number));
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 20 }), (set) => {
        const wanted = new Set(
          set.flatMap((one) => {
            if (typeof one === 'number') return [one];
            const [low, high] = [Math.min(...one), Math.max(...one)];
            return Array.from({ length: high - low + 1 }, (_, index) => low + index);
          }),
        );
        const written = formatSet(set);
        expect(expandSet(written)).toEqual([...wanted].toSorted((a, b) => a - b));
        expect(formatSet(written)).toBe(written);
        const contains = setContains(set);
        for (let value = 1; value <= 61; value++) expect(contains(value)).toBe(wanted.has(value));
      }),
      runs,
    );
  });
});

/** A value, and how a server may write it. */
interface Written {
  readonly value: Value;
  readonly text: string;
}

const { tree } = fc.letrec<{ tree: Written; leaf: Written; list: Written }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom('NIL', 'nil').map((text) => ({ value: null, text })),
    fc.stringMatching(/^[A-Za-z\\$][A-Za-z0-9.:,-]{3,8}$/).map((text) => ({ value: text, text })),
    fc.nat().map((number) => ({ value: String(number), text: String(number) })),
    sendable
      .filter((text) => !/[\r\n]/.test(text))
      .map((text) => ({ value: text, text: `"${utf8(text).replaceAll(/["\\]/g, '\\$&')}"` })),
    octets.map((data) => ({ value: data, text: `{${data.length}}\r\n${latin1(data)}` })),
    octets.map((data) => ({ value: data, text: `~{${data.length}}\n${latin1(data)}` })),
  ),
  list: fc.array(tie('tree'), { maxLength: 5 }).map((inner) => ({
    value: inner.map((one) => one.value),
    text: `(${inner.map((one) => one.text).join(' ')})`,
  })),
  tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('list')),
}));

describe('what is read', patient, () => {
  it('is what was meant, however it was cut', () => {
    const places = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(fc.array(tree, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        places,
        (responses, at) => {
          const lines = responses.map((values) => `* X ${values.map((one) => one.text).join('  ')}`);
          const all = bytes(lines.map((line) => `${line}\r\n`).join(''));
          const framer = new Framer();
          const read: (readonly Value[])[] = [];
          for (const chunk of cut(all, at)) {
            framer.push(chunk);
            for (let frame = framer.next(); frame !== null; frame = framer.next()) {
              const parsed = parseResponse(frame.bytes);
              expect(parsed.kind).toBe('other');
              if (parsed.kind === 'other') read.push(parsed.values);
            }
          }
          expect(framer.pending).toBe(0);
          expect(read).toEqual(responses.map((values) => values.map((one) => one.value)));
        },
      ),
      runs,
    );
  });

  it('is framed alike, however it was cut', () => {
    const limits = { ...defaultLimits, line: 40, literal: 8, discard: 200 };
    fc.assert(
      fc.property(tricky, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (text, at, bounded) => {
        const all = bytes(`* 1 FETCH ${text}\r\nA1 OK ${text}\r\n* X ${text}\r\n`);
        const chosen = bounded ? limits : defaultLimits;
        const whole = framesOf([all], chosen);
        expect(framesOf(cut(all, at), chosen)).toEqual(whole);
        expect(
          framesOf(
            Array.from(all, (octet) => Uint8Array.of(octet)),
            chosen,
          ),
        ).toEqual(whole);
      }),
      runs,
    );
  });

  it('throws nothing but its own errors', () => {
    const names = fc.constantFrom(
      '',
      '* ',
      '* 1 FETCH (',
      '* LIST ',
      '* OK [',
      '* STATUS a ',
      '* SEARCH ',
      '* ESEARCH ',
      '* FLAGS ',
      '+ [',
    );
    const items = fc.constantFrom(
      '',
      'ENVELOPE (',
      'BODYSTRUCTURE ((',
      'BODY[',
      'FLAGS ',
      'UID ',
      'COPYUID ',
    );
    fc.assert(
      fc.property(names, items, fc.oneof(tricky, octets.map(latin1)), (name, item, text) => {
        const input = bytes(name + item + text);
        expect(typeof parseResponse(input).kind).toBe('string');
        const reader = new ResponseReader(input);
        try {
          while (!reader.atEnd) {
            reader.value();
            reader.space();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
        }
        expect(typeof decodeWords(text)).toBe('string');
        expect(typeof decodeWords(`=?utf-8?Q?${text}?= =?utf-8?B?${text}`)).toBe('string');
        expect(decodeTransferred(input, 'quoted-printable').length).toBeLessThanOrEqual(input.length);
        expect(decodeTransferred(input, 'base64').length).toBeLessThanOrEqual(input.length);
        const date = parseMessageDate(text);
        expect(date === null || !Number.isNaN(date.getTime())).toBe(true);
      }),
      { ...runs, numRuns: runs.numRuns * 2 },
    );
  });
});

describe('mutated responses of real servers', patient, () => {
  const inputs = ['ruby-net-imap', 'node-imap'].flatMap((name) =>
    readFileSync(new URL(`corpus/${name}.jsonl`, import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; input: string })
      .filter((row) => row.kind === 'response' && row.input.length < 5000)
      .map((row) => row.input),
  );
  const special = [
    '(',
    ')',
    '"',
    '\\',
    '{',
    '}',
    '{3}\r\n',
    '[',
    ']',
    ' ',
    '\r\n',
    '\n',
    '\0',
    'NIL',
    '99999999999',
    '\xff',
    '*',
    '-',
  ];

  it(`throw nothing, and are cut alike, in ${cases} cases`, () => {
    const chance = new Chance(seed);
    const next = (): number => chance.next();
    const pick = (from: readonly string[]): string => chance.pick(from);
    const limits = { ...defaultLimits, line: 10_000, literal: 10_000, discard: 100_000 };
    for (let count = 0; count < cases; count++) {
      let text = pick(inputs) + pick(inputs);
      for (let changes = 1 + Math.floor(next() * 4); changes > 0; changes--) {
        const at = Math.floor(next() * text.length);
        const length = Math.floor(next() * 8);
        const kind = next();
        if (kind < 0.3) text = text.slice(0, at) + text.slice(at + length);
        else if (kind < 0.6) text = text.slice(0, at) + pick(special) + text.slice(at);
        else if (kind < 0.8) text = text.slice(0, at) + text.slice(at, at + length * 10) + text.slice(at);
        else text = text.slice(0, at) + String.fromCharCode(Math.floor(next() * 256)) + text.slice(at + 1);
      }
      const all = bytes(text);
      const whole = framesOf([all], limits);
      const places = Array.from({ length: 6 }, () => Math.floor(next() * (all.length + 1)));
      expect(framesOf(cut(all, places), limits), JSON.stringify(text)).toEqual(whole);
      for (const frame of whole) parseResponse(bytes(frame.slice(frame.indexOf('|') + 1)));
    }
  });

  it('leave the next response whole', () => {
    const chance = new Chance(seed);
    const next = (): number => chance.next();
    // Only what announces a literal, or ends a line, says where a response ends: all else may be damaged.
    const harmless = '()"\\[]*%aZ0 \xff';
    let damaged = 0;
    for (const input of inputs) {
      if (!/^[*A-Za-z0-9]/.test(input) || /\{9{10}/.test(input)) continue;
      const [first = ''] = /^[^{]*/.exec(input) ?? [];
      const end = Math.max(0, (first.length === input.length ? input.length - 2 : first.length) - 1);
      // The first words tell what kind of response it is.
      const words = /^\S+ +\S+ *\S*/.exec(input)?.[0].length ?? 0;
      let text = input;
      for (let changes = 0; changes < 5; changes++) {
        const at = words + Math.floor(next() * (end - words));
        if (at <= words || at >= end) continue;
        text = text.slice(0, at) + harmless.charAt(Math.floor(next() * harmless.length)) + text.slice(at + 1);
        damaged++;
      }
      const frames = framesOf([bytes(`${text}* 4711 EXISTS\r\nA9 OK done\r\n`)]);
      expect(frames.slice(-3), JSON.stringify(text)).toEqual(['|* 4711 EXISTS', '|A9 OK done', 'left 0']);
    }
    expect(damaged).toBeGreaterThan(500);
  });
});
