// node-imap's tables (corpus/node-imap.jsonl): responses in the pieces they came in, whole streams, addresses, structures.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBodyStructure, walkParts } from './bodystructure.ts';
import { decodeWords } from './encoded-word.ts';
import { readEnvelope, type EnvelopeAddress } from './envelope.ts';
import { Framer } from './framer.ts';
import { parseResponse, type ParsedResponse } from './parse.ts';
import type { Namespace } from './namespace.ts';
import { ResponseReader, type Value } from './reader.ts';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly input: string;
  readonly chunks?: readonly string[];
  readonly expect: unknown;
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const rows = readFileSync(new URL('corpus/node-imap.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const taken = new Set<string>();
const of = (kind: string): (readonly [string, string, Row])[] => {
  taken.add(kind);
  return rows.filter((row) => row.kind === kind).map((row) => [row.id, row.name, row] as const);
};

function framed(chunks: readonly string[]): ParsedResponse[] {
  const framer = new Framer();
  const parsed: ParsedResponse[] = [];
  for (const chunk of chunks) {
    framer.push(bytes(chunk));
    for (let frame = framer.next(); frame !== null; frame = framer.next())
      parsed.push(parseResponse(frame.bytes));
  }
  expect(framer.pending).toBe(0);
  return parsed;
}

/** What node-imap says of a response, in its own words. */
interface Told {
  readonly type?: string;
  readonly num?: number | null;
  readonly seqno?: number;
  readonly which?: string;
  readonly size?: number;
  readonly textCode?: string | { readonly key: string; readonly val: unknown } | null;
  readonly text?: unknown;
}

function check(parsed: ParsedResponse, told: readonly Told[]): void {
  const last = told.at(-1) ?? {};
  switch (parsed.kind) {
    case 'status':
    case 'continuation': {
      expect(parsed.text).toBe(last.text ?? '');
      if (parsed.kind === 'status') expect(parsed.name.toLowerCase()).toBe(last.type);
      const code = parsed.code;
      if (last.textCode === null || last.textCode === undefined) expect(code).toBeNull();
      else if (typeof last.textCode === 'string') expect(code).toEqual({ name: last.textCode });
      else if (code?.name === 'OTHER')
        expect([code.code, ...code.values]).toEqual([last.textCode.key, last.textCode.val]);
      else if (code?.name === 'PERMANENTFLAGS') expect(code.flags).toEqual(last.textCode.val);
      else expect(code).toEqual({ name: last.textCode.key, value: last.textCode.val });
      break;
    }
    case 'number':
      expect([parsed.name.toLowerCase(), parsed.number]).toEqual([last.type, last.num]);
      break;
    case 'flags':
      expect(parsed.flags).toEqual(last.text);
      break;
    case 'numbers':
      expect(parsed.numbers).toEqual(last.text);
      break;
    case 'list':
      expect({
        flags: parsed.mailbox.attributes,
        delimiter: parsed.mailbox.delimiter,
        name: parsed.mailbox.name,
      }).toEqual(last.text);
      break;
    case 'mailbox status': {
      const { name, messages, uidNext } = parsed.status;
      expect({ name, attrs: { messages, uidnext: uidNext } }).toEqual(last.text);
      break;
    }
    case 'extended search': {
      const { tag, uid, all, ...numbers } = parsed.found;
      expect([typeof tag, typeof uid]).toEqual(['string', 'boolean']);
      expect(all === undefined ? numbers : { all: all.split(',') }).toEqual(last.text);
      break;
    }
    case 'fetch': {
      const { sequence, sections, unparsed, internalDate, flags, size, envelope, bodyStructure } =
        parsed.message;
      expect([sequence, unparsed]).toEqual([last.num, {}]);
      const body = told.find((one) => one.which !== undefined);
      if (body !== undefined)
        expect([sections[0]?.section, sections[0]?.bytes?.length]).toEqual([body.which, body.size]);
      const text = last.text as Record<string, unknown>;
      if ('internaldate' in text) expect(internalDate?.date.toISOString()).toBe(text['internaldate']);
      if ('flags' in text) expect([flags, size]).toEqual([text['flags'], text['rfc822.size']]);
      if ('envelope' in text) {
        const fields = text['envelope'] as Record<string, unknown>;
        expect(envelope).toMatchObject({
          subject: fields['subject'],
          messageId: fields['messageId'],
          inReplyTo: fields['inReplyTo'],
        });
        expect(envelope?.sent?.toISOString()).toBe(fields['date']);
        for (const field of ['from', 'sender', 'replyTo', 'to', 'cc', 'bcc'] as const) {
          expect(envelope?.[field]).toEqual(((fields[field] ?? []) as Mailbox[]).map(address));
        }
        expect(bodyStructure).toMatchObject({ type: 'text', subtype: 'plain', size: 3028, lines: 92 });
      }
      break;
    }
    case 'namespaces': {
      const wanted = last.text as Record<'personal' | 'other' | 'shared', readonly object[] | null>;
      // What is absent here is null there.
      const noneIsNull = (namespaces: readonly Namespace[]): object[] | null =>
        namespaces.length === 0
          ? null
          : namespaces.map(({ extensions, ...namespace }) => ({
              ...namespace,
              extensions: Object.keys(extensions).length === 0 ? null : { ...extensions },
            }));
      const { personal, other, shared } = parsed.namespaces;
      expect({
        personal: noneIsNull(personal),
        other: noneIsNull(other),
        shared: noneIsNull(shared),
      }).toEqual(wanted);
      break;
    }
    case 'quota': {
      const { root, resources } = parsed.quota;
      const counted = Object.entries(resources).map(([name, { usage, limit }]) => [
        name.toLowerCase(),
        { usage: Number(usage), limit: Number(limit) },
      ]);
      expect({ root, resources: Object.fromEntries(counted) as object }).toEqual(last.text);
      break;
    }
    case 'quota roots': {
      const { name, roots } = parsed.quotaRoots;
      expect({ mailbox: name, roots }).toEqual(last.text);
      break;
    }
    default:
      throw new Error(`no check for ${parsed.kind}`);
  }
}

interface Mailbox {
  readonly name: string | null;
  readonly mailbox: string;
  readonly host: string;
}
const address = ({ name, mailbox, host }: Mailbox): EnvelopeAddress => ({
  name,
  address: `${mailbox}@${host}`,
});

describe('responses', () => {
  it.each(of('response'))('%s %s', (id, _name, row) => {
    const [parsed, ...rest] = framed(row.chunks ?? [row.input]);
    expect(rest).toEqual([]);
    expect(framed([row.input])).toEqual([parsed]);
    // A tag may be any word: what node-imap does not know is the end of a command of that tag.
    if (['node-imap/0002', 'node-imap/0003'].includes(id))
      expect(parsed).toMatchObject({ kind: 'status', tag: 'IDLE', name: 'OK' });
    else if (parsed !== undefined) check(parsed, row.expect as Told[]);
  });
});

describe('streams', () => {
  it.each(of('server-stream'))('%s %s', (_id, _name, row) => {
    const whole = framed([row.input]);
    expect(whole.length).toBe(row.input.split('\r\n').length - 1);
    expect(framed(row.chunks ?? [])).toEqual(whole);
    expect(framed([...row.input])).toEqual(whole);
    expect(whole.filter((one) => one.kind === 'unparsed')).toEqual([]);
  });
});

describe('addresses', () => {
  it.each(of('envelope-addresses-inner'))('%s %s', (_id, _name, row) => {
    const { from } = readEnvelope(new ResponseReader(bytes(`(NIL NIL (${row.input}))`)));
    const told = row.expect as (Mailbox & {
      readonly group?: string;
      readonly addresses?: readonly Mailbox[];
    })[];
    expect(from).toEqual(
      told.map((one) =>
        one.group === undefined ? address(one) : { group: one.group, members: one.addresses?.map(address) },
      ),
    );
  });
});

describe('structures', () => {
  it.each(of('bodystructure-inner'))('%s %s', (id, _name, row) => {
    const structure = readBodyStructure(new ResponseReader(bytes(`(${row.input})`)));
    if (id === 'node-imap/0033') {
      // All NIL but its parameters: node-imap takes it for a multipart, here it is data of a size.
      expect(structure).toMatchObject({
        type: 'application',
        subtype: 'octet-stream',
        size: 176,
        params: { charset: 'GB2312' },
      });
      return;
    }
    const told = (row.expect as unknown[]).flat(9) as Record<string, unknown>[];
    expect([...walkParts(structure)]).toMatchObject(
      told.map((one) => {
        if (one['partID'] === undefined) return { type: 'multipart', subtype: one['type'] };
        const { partID, encoding, id: contentId, ...others } = one;
        const withoutBrackets = contentId === null ? null : String(contentId).replaceAll(/[<>]/g, '');
        return { section: partID, encoding: String(encoding).toLowerCase(), id: withoutBrackets, ...others };
      }),
    );
  });
});

describe('values', () => {
  it.each(of('tokens-inner'))('%s %s', (_id, _name, row) => {
    const reader = new ResponseReader(bytes(row.input));
    const values: Value[] = [];
    for (reader.space(); reader.peek() !== -1; reader.space()) values.push(reader.value());
    const asText = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(asText) : typeof value === 'number' ? String(value) : value;
    expect(values).toEqual(asText(row.expect));
  });
});

describe('header fields', () => {
  it.each(of('mime-header'))('%s %s', (_id, _name, row) => {
    const [header = ''] = row.input.split('\r\n\r\n');
    const fields: Record<string, string[]> = {};
    for (const line of header.split(/\r\n(?![ \t])/)) {
      const [, name, value] = /^([^\s:]+):\s*(.*)$/s.exec(line) ?? [];
      if (name !== undefined) fields[name.toLowerCase()] = [decodeWords((value ?? '').trimEnd())];
    }
    expect(fields).toEqual(row.expect);
  });
});

it('takes every row', () => {
  expect(rows.filter((row) => !taken.has(row.kind))).toEqual([]);
});
