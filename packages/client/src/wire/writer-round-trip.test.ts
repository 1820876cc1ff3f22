// What is written is what a server reads, or it is refused before a byte is there: for any text, octets, flag, date,
// set and name, in any order, with any way to send literals.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receiveAll, type Part } from './testing/server-parser.ts';
import { CommandWriter, type WriterOptions } from './writer.ts';

/** More on demand: FUZZ_CASES=100000 FUZZ_SEED=7 npx vitest run round-trip. */
const cases = Number(process.env['FUZZ_CASES'] ?? 4000);
const runs = {
  numRuns: Math.max(500, Math.round(cases / 4)),
  seed: Number(process.env['FUZZ_SEED'] ?? 20261123),
};
const patient = { timeout: 10_000 + cases };

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (octets: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);

/** An argument: how it is written, whether it may be refused, and what must be read. */
interface Argument {
  readonly shows: string;
  readonly write: (out: CommandWriter) => void;
  /** Whether a RangeError is in order; where it is not, there must be none, and where it must be, there must be one. */
  readonly refused: boolean;
  readonly check: (part: Part | undefined, options: WriterOptions) => void;
}

/** Text that means something somewhere, more often than not. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 8,
  }),
  fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\r',
        '\n',
        '\0',
        'A1 LOGOUT',
        '{5}',
        '{5+}',
        '~{5}',
        '"',
        '\\',
        '(',
        ')',
        ' ',
        '&',
        '-',
        '%',
        '*',
        '[',
        ']',
        'NIL',
        'nil',
        'INBOX',
        'ü',
        '\ud83d\ude00',
        '\ud800',
        '\udc00',
        '\t',
        '\x7f',
        '\x1b',
        '',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
  fc.integer({ min: 500, max: 530 }).map((length) => 'ü'.repeat(length - 255) + 'x'.repeat(255)),
  fc.integer({ min: 500, max: 530 }).map((length) => 'x'.repeat(length)),
);

const isText = (value: string): boolean => !/[\0]|\p{Surrogate}/u.test(value);
const isName = (value: string): boolean => isText(value) && !/[\r\n]/.test(value);

/** A string as a server understands it. */
function stringOf(part: Part | undefined, options: WriterOptions): string {
  if (part?.kind === 'word') {
    // An astring that needs no quotes: ATOM-CHAR or "]".
    expect(part.text).toMatch(/^[\x21\x23\x24\x26\x27\x2b-\x5b\x5d-\x7a\x7c-\x7e]+$/);
    expect(part.text.toUpperCase()).not.toBe('NIL');
    return part.text;
  }
  expect(part?.kind).toMatch(/^(quoted|literal)$/);
  const { octets } = part as { readonly octets: Uint8Array };
  if (part?.kind === 'quoted' && !options.utf8) expect(octets.every((octet) => octet < 128)).toBe(true);
  if (part?.kind === 'literal') expect(octets.includes(0)).toBe(false);
  return decode(octets);
}

/** Modified UTF-7 back to Unicode, the other way than ours: through UTF-16 and base64. */
function fromUtf7(written: string): string {
  expect(written).toMatch(/^[\x20-\x7e]*$/);
  return written.replaceAll(/&([^-]*)-/g, (_run, base64: string) => {
    if (base64 === '') return '&';
    const octets = Buffer.from(base64.replaceAll(',', '/'), 'base64');
    expect(octets.length % 2).toBe(0);
    return octets.swap16().toString('utf16le');
  });
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const strings = text.chain((value) =>
  fc.constantFrom<Argument>(
    {
      shows: `astring ${JSON.stringify(value)}`,
      write: (out) => out.astring(value),
      refused: !isText(value),
      check: (part, options) => expect(stringOf(part, options)).toBe(value),
    },
    {
      shows: `string ${JSON.stringify(value)}`,
      write: (out) => out.string(value),
      refused: !isText(value),
      check: (part, options) => {
        expect(part?.kind).not.toBe('word');
        expect(stringOf(part, options)).toBe(value);
      },
    },
    {
      shows: `nstring ${JSON.stringify(value)}`,
      write: (out) => out.nstring(value === '' ? null : value),
      refused: !isText(value),
      check: (part, options) => {
        if (value === '') expect(part).toEqual({ kind: 'word', text: 'NIL' });
        else expect(stringOf(part, options)).toBe(value);
      },
    },
    {
      shows: `secret ${JSON.stringify(value)}`,
      write: (out) => out.secret(value),
      refused: !isText(value),
      check: (part, options) => expect(stringOf(part, options)).toBe(value),
    },
    {
      shows: `mailbox ${JSON.stringify(value)}`,
      write: (out) => out.mailbox(value),
      refused: !isName(value),
      check: (part, options) => {
        const written = stringOf(part, options);
        const name = /^inbox$/i.test(value) ? 'INBOX' : value;
        expect(options.utf8 ? written : fromUtf7(written)).toBe(name);
      },
    },
    {
      shows: `atom ${JSON.stringify(value)}`,
      write: (out) => out.atom(value),
      refused: !/^[\x21\x23\x24\x26\x27\x2b-\x5b\x5e-\x7a\x7c-\x7e]+$/.test(value),
      check: (part) => expect(part).toEqual({ kind: 'word', text: value }),
    },
  ),
);

const flags = fc
  .array(fc.oneof(text, fc.constantFrom('\\Seen', '\\Deleted', '$Forwarded', 'a', '\\*', '\\')), {
    maxLength: 4,
  })
  .map((values): Argument => {
    const isFlag = (value: string): boolean =>
      /^\\?[\x21\x23\x24\x26\x27\x2b-\x5b\x5e-\x7a\x7c-\x7e]+$/.test(value);
    return {
      shows: `flags ${JSON.stringify(values)}`,
      write: (out) => out.flags(values),
      refused: !values.every(isFlag),
      check: (part) =>
        expect(part).toEqual({ kind: 'list', parts: values.map((flag) => ({ kind: 'word', text: flag })) }),
    };
  });

const someDate = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(new Date(0), new Date(Number.NaN), new Date(8.64e15), new Date(-8.64e15)),
);
const inYears = (date: Date): boolean => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999;
const zones = fc.oneof(
  fc.integer({ min: -1440, max: 1440 }),
  fc.constantFrom(0, 60, -450, 1.5, Number.NaN, Infinity, 1440, -1440, 1441, 6000, -6000, 1e9),
);
const dates = fc.tuple(someDate, zones, fc.boolean()).map(([date, zone, isDay]): Argument => {
  if (isDay) {
    return {
      shows: `date ${String(date.getTime())}`,
      write: (out) => out.date(date),
      refused: !inYears(date),
      check: (part) => {
        const [, day, month = '', year] =
          /^(\d{1,2})-(\w{3})-(\d{4})$/.exec((part as { text: string }).text) ?? [];
        expect([Number(year), months.indexOf(month), Number(day)]).toEqual([
          date.getUTCFullYear(),
          date.getUTCMonth(),
          date.getUTCDate(),
        ]);
      },
    };
  }
  const isZone = Number.isInteger(zone) && Math.abs(zone) <= 1440;
  return {
    shows: `dateTime ${String(date.getTime())} ${zone}`,
    write: (out) => out.dateTime(date, zone),
    refused: !isZone || !inYears(new Date(date.getTime() + zone * 60_000)),
    check: (part, options) => {
      expect(part?.kind).toBe('quoted');
      const written = stringOf(part, options);
      const [, day, month = '', year, time = '', sign, hours, minutes] =
        /^(\d\d)-(\w{3})-(\d{4}) ([\d:]{8}) ([+-])(\d\d)(\d\d)$/.exec(written) ?? [];
      const east = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
      expect(east === 0 ? 0 : east).toBe(zone === 0 ? 0 : zone);
      const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
      const instant = new Date(0);
      instant.setUTCFullYear(Number(year), months.indexOf(month), Number(day));
      instant.setUTCHours(hour, minute - east, second);
      expect(instant.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000);
    },
  };
});

const numbers = fc
  .oneof(
    fc.nat(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
    fc.constantFrom(2n ** 63n - 1n, 2n ** 63n, -0),
  )
  .map((value): Argument => {
    const isNumber =
      typeof value === 'bigint'
        ? value >= 0n && value < 2n ** 63n
        : Number.isSafeInteger(value) && value >= 0;
    return {
      shows: `number ${String(value)}`,
      write: (out) => out.number(value),
      refused: !isNumber,
      check: (part) => {
        expect(part?.kind).toBe('word');
        expect((part as { text: string }).text).toMatch(/^\d+$/);
        expect(BigInt((part as { text: string }).text)).toBe(BigInt(value));
      },
    };
  });

/** RFC 3501 9, sequence-set; `$` of RFC 5182. */
function isWritten(set: string): boolean {
  const isNumber = (number: string): boolean =>
    number === '*' || (/^[1-9]\d*$/.test(number) && Number(number) <= 0xffffffff);
  return (
    set === '$' ||
    set.split(',').every((range) => range.split(':', 3).length < 3 && range.split(':').every(isNumber))
  );
}

const sets = fc
  .oneof(fc.array(fc.oneof(fc.nat(30), fc.integer(), fc.double()), { maxLength: 6 }), text)
  .map((value): Argument => {
    const isSet = Array.isArray(value)
      ? value.length > 0 &&
        value.every((number) => Number.isInteger(number) && number >= 1 && number <= 0xffffffff)
      : isWritten(value);
    return {
      shows: `set ${JSON.stringify(value)}`,
      write: (out) => out.set(value),
      refused: !isSet,
      check: (part) => {
        expect(part?.kind).toBe('word');
        const written = (part as { text: string }).text;
        if (!Array.isArray(value)) return expect(written).toMatch(/^[\d*:,$]+$/);
        const members = new Set<number>();
        for (const range of written.split(',')) {
          const [from = 0, to = from] = range.split(':').map(Number);
          for (let number = from; number <= to; number++) members.add(number);
        }
        return expect([...members].toSorted((a, b) => a - b)).toEqual(
          [...new Set(value)].toSorted((a, b) => a - b),
        );
      },
    };
  });

const literals = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.boolean()).map(([octets, is8]): Argument => ({
  shows: `literal ${octets.join()}`,
  write: (out) => (is8 ? out.literal8(octets) : out.literal(octets)),
  refused: false,
  check: (part) => expect(part).toEqual({ kind: is8 ? 'literal8' : 'literal', octets }),
}));

const argument = fc.oneof(strings, strings, flags, dates, numbers, sets, literals);

const list = fc.array(argument, { maxLength: 3 }).map((inner): Argument => ({
  shows: `(${inner.map(({ shows }) => shows).join(', ')})`,
  write: (out) => out.list((within) => inner.forEach(({ write }) => write(within))),
  refused: inner.some(({ refused }) => refused),
  check: (part, options) => {
    expect(part?.kind).toBe('list');
    const { parts } = part as { readonly parts: readonly Part[] };
    expect(parts).toHaveLength(inner.length);
    inner.forEach(({ check }, index) => check(parts[index], options));
  },
}));

const options = fc.record<WriterOptions>({
  literals: fc.constantFrom('synchronising', 'LITERAL-', 'LITERAL+'),
  utf8: fc.boolean(),
});

/** The octets as they go out. */
function sent(write: (out: CommandWriter) => void, how: WriterOptions): Uint8Array {
  const out = new CommandWriter(how);
  write(out.atom('X'));
  return Buffer.concat([
    encode('A1 '),
    ...out.finish().map((piece) => (piece.kind === 'bytes' ? piece.bytes : (piece.data as Uint8Array))),
  ]);
}

describe('a command', () => {
  it('is read as it was written, or refused', patient, () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(argument, list), { maxLength: 5 }), options, (given, how) => {
        const refused = given.some((one) => one.refused);
        let octets: Uint8Array;
        try {
          octets = sent((out) => given.forEach(({ write }) => write(out)), how);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect(
            refused,
            `needlessly refused: ${given.map(({ shows }) => shows).join(', ')}: ${String(error)}`,
          ).toBe(true);
          return;
        }
        expect(refused, `not refused: ${given.map(({ shows }) => shows).join(', ')}`).toBe(false);
        const commands = receiveAll(octets);
        expect(commands).toHaveLength(1);
        const [name, ...parts] = commands.flatMap((command) => command.parts);
        expect(name).toEqual({ kind: 'word', text: 'X' });
        expect(parts).toHaveLength(given.length);
        given.forEach(({ check }, index) => check(parts[index], how));
      }),
      runs,
    );
  });

  it('stays one line with its literals, whatever raw text it is given', patient, () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.constantFrom('raw', 'glue', 'pattern')), { maxLength: 4 }),
        options,
        (given, how) => {
          let octets: Uint8Array;
          try {
            octets = sent((out) => given.forEach(([value, method]) => out[method](value)), how);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            return;
          }
          // As the most lenient server reads it: a line that does not end in a literal's announcement is the last one.
          let at = 0;
          for (;;) {
            const end = Buffer.from(octets).indexOf('\r\n', at);
            const line = Buffer.from(octets.subarray(at, end)).toString('latin1');
            const announced = /\{(\d+)\+?\}$/.exec(line);
            at = end + 2;
            if (announced === null) break;
            at += Number(announced[1]);
          }
          expect(at).toBe(octets.length);
        },
      ),
      runs,
    );
  });
});
