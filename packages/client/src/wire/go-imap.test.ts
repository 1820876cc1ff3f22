// go-imap's tables (corpus/go-imap.jsonl): sets and modified UTF-7 whole, and what else there is for a client to read.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { partName, readBodyStructure } from './bodystructure.ts';
import { parseInternalDate } from './internal-date.ts';
import { parseMessageDate } from './message-date.ts';
import { parseResponse } from './parse.ts';
import { ResponseReader } from './reader.ts';
import { formatSet, setContains } from './set.ts';
import { decodeUtf7, encodeUtf7, readUtf7 } from './utf7.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

interface Entry<Row> {
  readonly id: string;
  readonly kind: string;
  readonly row: Row;
}

const entries = readFileSync(new URL('corpus/go-imap.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry<unknown>);

const taken = new Set<string>();

/** Runs a test for every row of a kind. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each kind has rows of its own shape
function rows<Row>(kind: string, run: (row: Row, id: string) => void): void {
  taken.add(kind);
  const found = entries.filter((entry) => entry.kind === kind) as Entry<Row>[];
  it(`${kind}: ${found.length} rows`, () => {
    expect(found.length).toBeGreaterThan(0);
    for (const { id, row } of found) run(row, id);
  });
}

describe('modified UTF-7', () => {
  rows<{ in: string; out: string; ok: boolean }>('mutf7-decode', (row, id) => {
    expect(readUtf7(row.in), id).toBe(row.ok ? row.out : null);
    // Names that are not well-formed stay readable.
    if (row.ok) expect(decodeUtf7(row.in), id).toBe(row.out);
    else expect(() => decodeUtf7(row.in), id).not.toThrow();
  });
  rows<{ in: string | { $latin1: string }; out: string; ok: boolean }>('mutf7-encode', (row, id) => {
    // Invalid UTF-8 cannot come about in a string of ours: its replacement is what is encoded.
    const name = typeof row.in === 'string' ? row.in : new TextDecoder().decode(bytes(row.in.$latin1));
    const encoded = encodeUtf7(name);
    expect(decodeUtf7(encoded), id).toBe(name);
    if (typeof row.in === 'string') expect(encoded, id).toBe(row.out);
  });
});

describe('sets', () => {
  const written = (value: number): string => (value === 0 ? '*' : String(value));
  rows<{ in: string; out: [number, number]; ok: boolean }>('numrange-parse', (row, id) => {
    // A range is one member; ours reads whole sets.
    if (!row.ok) {
      if (!/\d,\d/.test(row.in)) expect(() => formatSet(row.in), id).toThrow(RangeError);
      return;
    }
    const [first, last] = row.out;
    expect(formatSet(row.in), id).toBe(
      first === last ? written(first) : `${written(first)}:${written(last)}`,
    );
  });
  rows<{ s: string; q: number; contains: boolean }>('numrange-contains', containsRow);
  rows<{ s: string; q: number; contains: boolean }>('numset-contains', containsRow);
  rows<{ s: string; t: string; out: string }>('numrange-merge', (row, id) => {
    const joined = formatSet(`${row.s},${row.t}`);
    if (row.out === '') expect(joined.split(','), id).toHaveLength(2);
    else expect(joined, id).toBe(row.out);
  });
  rows<{ in: string; out: string }>('numset-parse', (row, id) => {
    expect(formatSet(row.in), id).toBe(row.out);
  });
  rows<{ num: number[]; rng: [number, number]; set: string; out: string }>('numset-add', (row, id) => {
    const numbers = row.num.map(written).join(',');
    expect(formatSet(`${row.set},${numbers},${row.rng.map(written).join(':')}`), id).toBe(row.out);
  });

  function containsRow(row: { s: string; q: number; contains: boolean }, id: string): void {
    // 0 asks for `*` itself, which is not a number here; an empty set is refused.
    if (row.q === 0) return;
    if (row.s === '') {
      expect(() => setContains(row.s), id).toThrow(RangeError);
      return;
    }
    // `*` alone stands for a number that is not known: here, for any that is as high as the highest named.
    const members = row.s.split(',');
    const alone = members.includes('*');
    const highest = Math.max(
      0,
      ...members.flatMap((member) => member.split(':')).map((end) => Number(end) || 0),
    );
    expect(setContains(row.s)(row.q), id).toBe(row.contains || (alone && row.q >= highest));
  }
});

describe('dates', () => {
  const instant = Date.UTC(2009, 10, 3, 5, 0, 0);
  rows<{ in: string; ok: boolean }>('message-date', (row, id) => {
    expect(parseMessageDate(row.in)?.getTime() ?? null, id).toBe(row.ok ? instant : null);
  });
  rows<{ in: string; ok: boolean }>('internaldate', (row, id) => {
    expect(parseInternalDate(row.in), id).toEqual(row.ok ? { date: new Date(instant), zone: -360 } : null);
  });
});

describe('responses', () => {
  interface Status {
    readonly Tag: string;
    readonly Type: { readonly $id: string };
    readonly Info?: string;
    readonly Code?: string;
    readonly Arguments?: readonly string[];
  }
  const check = (line: string, status: Status, id: string): void => {
    expect(parseResponse(bytes(line)), id).toMatchObject({
      kind: 'status',
      tag: status.Tag,
      name: status.Type.$id.replace('imap.StatusResp', '').toUpperCase(),
      text: status.Info ?? '',
      code: status.Code === undefined ? null : { name: status.Code },
    });
  };
  rows<{ input: string; expected: Status }>('response', (row, id) => check(row.input, row.expected, id));
  rows<{ input: Status; expected: string }>('status-encode', (row, id) => check(row.expected, row.input, id));

  rows<{ raw: string }>('body-section-name', (row, id) => {
    // What is asked for with PEEK or a length is answered without.
    const item = row.raw.replace('.PEEK', '').replace(/<(\d+)\.\d+>/, '<$1>');
    const parsed = parseResponse(bytes(`* 1 FETCH (${item} {2}\r\nab UID 5)`));
    const [, section = '', offset] = /\[(.*)\](?:<(\d+)>)?/.exec(item) ?? [];
    const expected = item.startsWith('RFC822') ? item.replace(/^RFC822\.?/, '') : section;
    expect(parsed, id).toMatchObject({
      message: {
        uid: 5,
        sections: [{ section: expected, offset: offset === undefined ? null : Number(offset) }],
      },
    });
  });

  rows<{ bs: { DispositionParams?: object; Params?: object }; filename: string }>(
    'bodystructure-filename',
    (row, id) => {
      const list = (values: object = {}): string =>
        `(${Object.entries(values)
          .flat()
          .map((value) => JSON.stringify(value))
          .join(' ')})`;
      const line = `("a" "b" ${list(row.bs.Params)} NIL NIL "7bit" 1 NIL ("x" ${list(row.bs.DispositionParams)}))`;
      expect(partName(readBodyStructure(new ResponseReader(bytes(line)))) ?? '', id).toBe(row.filename);
    },
  );
});

describe('mailboxes', () => {
  rows<{
    fields: [readonly string[], string, string];
    info: { Attributes: readonly string[]; Delimiter: string; Name: string };
  }>('list', ({ fields: [flags, delimiter, name], info }, id) => {
    const line = `* LIST (${flags.join(' ')}) "${delimiter}" ${name}`;
    expect(parseResponse(bytes(line)), id).toMatchObject({
      mailbox: { name: info.Name, delimiter: info.Delimiter, attributes: info.Attributes },
    });
  });
  rows<{ fields: readonly (string | number)[]; status: Readonly<Record<string, number>> }>(
    'status',
    ({ fields, status }, id) => {
      expect(parseResponse(bytes(`* STATUS x (${fields.join(' ')})`)), id).toEqual({
        kind: 'mailbox status',
        name: 'STATUS',
        status: {
          name: 'x',
          messages: status['Messages'],
          recent: status['Recent'],
          unseen: status['Unseen'],
          uidNext: status['UidNext'],
          uidValidity: status['UidValidity'],
        },
      });
    },
  );
});

it('names the rows that are for a server', () => {
  const elsewhere = {
    'list-match': 'which names a pattern matches',
    'partial-extract': 'which octets a partial FETCH asks for',
    date: 'the day of a search key',
    'search-parse': 'the keys of a SEARCH',
    'search-encode': 'the keys of a SEARCH as that client orders and quotes them; ours are in search.test.ts',
  };
  const counts = Object.keys(elsewhere).map((kind) => entries.filter((entry) => entry.kind === kind).length);
  expect(counts).toEqual([28, 5, 2, 3, 2]);
  const tested = new Set([...taken, ...Object.keys(elsewhere)]);
  expect(entries.filter(({ kind }) => !tested.has(kind))).toEqual([]);
});
