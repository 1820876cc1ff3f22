// net-imap's response table (corpus/ruby-net-imap.jsonl), row by row: what that library makes of a response, and what
// this one does. Differences on purpose are listed with their reason.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BodyPart } from './bodystructure.ts';
import type { Envelope } from './envelope.ts';
import type { FetchedMessage } from './fetch.ts';
import { Framer } from './framer.ts';
import { formatInternalDate } from './internal-date.ts';
import { parseResponse, type ParsedResponse } from './parse.ts';
import type { ResponseCode } from './response-code.ts';
import type { PartialResult } from './search.ts';
import { expandSet, parseSet } from './set.ts';
import type { Thread } from './thread.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = Record<string, Json>;
interface Row {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly expect?: Fields;
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const rows = readFileSync(new URL('corpus/ruby-net-imap.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  // Numbers beyond 2^53 are compared as text.
  .map((line) => JSON.parse(line.replaceAll(/":\s*(\d{16,})/g, '":"$1"')) as Row);

/** NOOP is a response of no RFC: it frames, and its values are read as they come. */
const generic = new Set(['NOOP']);

/** Where this library differs on purpose. */
const differences: Readonly<Record<string, string>> = {
  'ruby-net-imap/0056': 'an unknown FETCH item is kept, not refused',
  'ruby-net-imap/0079': 'a literal beyond all bounds ends the connection in the framer',
  'ruby-net-imap/0084': 'a COPYUID without its sets is no code: it stays in the text',
  'ruby-net-imap/0085': 'a COPYUID with more than its sets is no code: it stays in the text',
  'ruby-net-imap/0086': 'a COPYUID without anything is no code: it stays in the text',
  'ruby-net-imap/0087': 'values behind a code that has none are kept as they come',
};

const fields = (value: Json | undefined): Fields => value as Fields;
const list = (value: Json | undefined): readonly Json[] => (value ?? []) as readonly Json[];
const plain = (value: Json | undefined): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  const object = value as Fields;
  return (
    object['$latin1'] ?? object['string'] ?? object['$num'] ?? object['$bigint'] ?? object['data'] ?? value
  );
};
/** net-imap makes symbols of flags with a backslash. */
const symbol = (flag: string): string =>
  flag.startsWith('\\') ? `:${flag.charAt(1).toUpperCase()}${flag.slice(2).toLowerCase()}` : flag;
/** Numbers and sets are text in values that nobody reads. */
const asText = (value: Json): Json => {
  const inner = plain(value);
  if (Array.isArray(inner)) return inner.map(asText);
  if (typeof inner === 'object' && inner !== null) return asText(inner);
  return inner === null ? null : String(inner);
};
const shown = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return String.fromCharCode(...value);
  return Array.isArray(value) ? value.map(shown) : value;
};

function checkCode(code: ResponseCode | null, expected: Json | undefined): void {
  if (expected === null || expected === undefined) {
    expect(code).toBeNull();
    return;
  }
  const { name, data } = fields(expected);
  switch (code?.name) {
    case 'CAPABILITY':
      expect([code.name, code.capabilities]).toEqual([name, data]);
      break;
    case 'PERMANENTFLAGS':
      expect([code.name, code.flags.map(symbol)]).toEqual([name, data]);
      break;
    case 'APPENDUID':
    case 'COPYUID': {
      const set = (key: string): readonly number[] => expandSet(String(plain(fields(data)[key])));
      expect([code.name, code.uidValidity]).toEqual([name, fields(data)['uidvalidity']]);
      if (code.name === 'APPENDUID') expect(code.uids).toEqual(set('assigned_uids'));
      else expect([code.source, code.destination]).toEqual([set('source_uids'), set('assigned_uids')]);
      break;
    }
    case 'OTHER': {
      const values = data === null || data === undefined ? [] : [asText(data)];
      expect(code.code).toBe(name);
      expect(code.values.flat()).toEqual(values.flat());
      break;
    }
    case 'BADCHARSET':
      expect([code.name, code.charsets]).toEqual([name, data]);
      break;
    case 'MODIFIED':
      expect([code.name, code.numbers]).toEqual([name, parseSet(String(plain(data)))]);
      break;
    case 'MAILBOXID':
      expect([code.name, code.mailboxId]).toEqual([name, data]);
      break;
    default:
      if (code !== null && 'value' in code) expect([code.name, Number(code.value)]).toEqual([name, data]);
      else expect([code, data]).toEqual([{ name }, null]);
  }
}

function addresses(expected: Json | undefined): object[] {
  return list(expected).map((one) => {
    const { name, mailbox, host } = fields(one);
    return { name, address: `${String(mailbox)}@${String(host)}` };
  });
}

function checkEnvelope(envelope: Envelope | null | undefined, expected: Json | undefined): void {
  const object = fields(expected);
  expect(envelope).toMatchObject({
    date: object['date'],
    subject: object['subject'],
    from: addresses(object['from']),
    sender: addresses(object['sender']),
    replyTo: addresses(object['reply_to']),
    to: addresses(object['to']),
    cc: addresses(object['cc']),
    bcc: addresses(object['bcc']),
    inReplyTo: object['in_reply_to'],
    messageId: object['message_id'],
  });
}

function lowerKeys(expected: Json | undefined): object {
  return Object.fromEntries(
    Object.entries(fields(expected ?? {})).map(([key, value]) => [key.toLowerCase(), value]),
  );
}

function checkBody(part: BodyPart | undefined, expected: Json | undefined): void {
  const object = fields(expected);
  const disposition = object['disposition'];
  const lower = (key: string): string => String(object[key]).toLowerCase();
  expect(part).toMatchObject({
    type: lower('media_type'),
    subtype: lower('subtype'),
    params: lowerKeys(object['param']),
    disposition:
      disposition === null
        ? null
        : {
            type: String(fields(disposition)['dsp_type']).toLowerCase(),
            params: lowerKeys(fields(disposition)['param']),
          },
    location: object['location'] ?? null,
  });
  const language = object['language'];
  const languages = typeof language === 'string' ? [language] : list(language);
  expect(part?.language.map((one) => one.toUpperCase())).toEqual(languages);
  if (object['$type'] === 'BodyTypeMultipart') {
    const parts = list(object['parts']);
    expect(part?.parts).toHaveLength(parts.length);
    for (const [index, child] of parts.entries()) checkBody(part?.parts[index], child);
    return;
  }
  const id = object['content_id'];
  expect(part).toMatchObject({
    id: typeof id === 'string' ? id.replace(/^<(.*)>$/, '$1') : null,
    description: object['description'],
    encoding: lower('encoding'),
    size: object['size'],
    md5: object['md5'],
    lines: object['lines'] ?? null,
  });
  if (object['$type'] !== 'BodyTypeMessage') return;
  checkEnvelope(part?.envelope, object['envelope']);
  expect(part?.parts).toHaveLength(1);
  checkBody(part?.parts[0], object['body']);
}

function checkFetch(message: FetchedMessage, expected: Fields): void {
  if ('uid' in expected) expect([message.sequence, message.uid]).toEqual([0, expected['uid']]);
  else expect(message.sequence).toBe(expected['seqno']);
  expect(message.unparsed).toEqual({});
  for (const [item, value] of Object.entries(fields(expected['attr']))) {
    const section = /^(?:BODY\[(.*)\]|RFC822(?:\.(HEADER|TEXT))?)(?:<(\d+)>)?$/.exec(item);
    if (section !== null) {
      const found = message.sections.find((one) => one.section === (section[1] ?? section[2] ?? ''));
      expect(shown(found?.bytes)).toBe(plain(value));
    } else if (item === 'UID') expect(message.uid).toBe(value);
    else if (item === 'RFC822.SIZE') expect(message.size).toBe(value);
    else if (item === 'MODSEQ') expect(Number(message.modSeq)).toBe(value);
    else if (item === 'PREVIEW') expect(message.preview).toBe(value);
    else if (item === 'EMAILID') expect(message.emailId).toBe(value);
    else if (item === 'THREADID') expect(message.threadId).toBe(value);
    else if (item === 'X-GM-MSGID') expect(message.gmailMessageId).toBe(BigInt(String(plain(value))));
    else if (item === 'X-GM-THRID') expect(message.gmailThreadId).toBe(BigInt(String(plain(value))));
    else if (item === 'X-GM-LABELS') expect(message.gmailLabels?.map(symbol)).toEqual(value);
    else if (item.startsWith('BINARY.SIZE[')) {
      expect(message.binarySizes?.[item.slice('BINARY.SIZE['.length, -1)]).toBe(value);
    } else if (item === 'FLAGS') expect(message.flags?.map(symbol)).toEqual(value);
    else if (item === 'INTERNALDATE') {
      const { date, zone } = message.internalDate ?? { date: new Date(0), zone: 0 };
      expect(formatInternalDate(date, zone)).toBe(String(value).replace(/^ /, '0'));
    } else if (item === 'ENVELOPE') checkEnvelope(message.envelope, value);
    else if (item === 'BODY' || item === 'BODYSTRUCTURE') checkBody(message.bodyStructure, value);
    else {
      const other: unknown = shown(message.other[item]);
      const values = (Array.isArray(other) ? other : [other]).map((one) =>
        typeof one === 'string' ? symbol(one) : one,
      );
      const wanted = asText(value);
      expect(values.map(String)).toEqual((Array.isArray(wanted) ? wanted : [wanted]).map(String));
    }
  }
}

function modSeqOf(ivars: Fields): bigint | null {
  const value = ivars[':@modseq'] ?? ivars['@modseq'] ?? null;
  return value === null ? null : BigInt(String(plain(value)));
}

function threadOf(expected: Json): Thread {
  const { seqno, children } = fields(expected);
  return { id: (seqno ?? null) as number | null, replies: list(children).map(threadOf) };
}

/** net-imap turns a range round, so that the lower number comes first. */
function partialOf(expected: Fields): Json {
  const { begin, end } = fields(expected['range']);
  return [Number(begin), Number(end), plain(expected['results'])];
}

function ascending({ range: [first, last], found }: PartialResult): Json {
  return [Math.min(first, last), Math.max(first, last), found];
}

function check(parsed: ParsedResponse, expected: Fields): void {
  const data = fields(expected['data']);
  if (expected['$type'] === 'ContinuationRequest') {
    expect(parsed).toMatchObject({ kind: 'continuation', text: data['text'] });
    return;
  }
  if (parsed.kind !== 'continuation') expect(parsed.name).toBe(expected['name']);
  switch (parsed.kind) {
    case 'status':
      expect([parsed.tag, parsed.text]).toEqual([expected['tag'] ?? '*', data['text']]);
      checkCode(parsed.code, data['code']);
      break;
    case 'number':
      expect(parsed.number).toBe(expected['data']);
      break;
    case 'capabilities':
      expect(parsed.capabilities).toEqual(expected['data']);
      break;
    case 'flags':
      expect(parsed.flags.map(symbol)).toEqual(expected['data']);
      break;
    case 'list':
      expect(parsed.mailbox).toMatchObject({ name: data['name'], delimiter: data['delim'] });
      expect(parsed.mailbox.attributes.map(symbol)).toEqual(data['attr']);
      break;
    case 'mailbox status': {
      expect(parsed.status.name).toBe(data['mailbox']);
      const { name: _, other = {}, ...counts } = parsed.status;
      const plainKey = (key: string): string => key.toUpperCase().replaceAll('-', '');
      const named = Object.entries(counts).map(
        ([key, value]) => [plainKey(key), typeof value === 'string' ? value : Number(value)] as const,
      );
      const rest = Object.entries(other).map(([key, value]) => [plainKey(key), shown(value)] as const);
      const wanted = Object.entries(fields(data['attr'])).map(([key, value]) => {
        if (named.some(([name]) => name === plainKey(key))) return [plainKey(key), plain(value)] as const;
        const text = asText(value);
        // `nil` in a list of strings is NIL here.
        const items = Array.isArray(text) ? text.map((one) => (one === 'nil' ? null : one)) : text;
        return [plainKey(key), items] as const;
      });
      expect(Object.fromEntries([...named, ...rest])).toEqual(Object.fromEntries(wanted));
      break;
    }
    case 'numbers':
      expect(parsed.numbers).toEqual(data['internal'] ?? data);
      expect(parsed.modSeq).toEqual(modSeqOf(fields(data['ivars'] ?? {})));
      break;
    case 'threads':
      expect(parsed.threads).toEqual(list(expected['data']).map(threadOf));
      break;
    case 'vanished':
      expect(parsed.vanished).toEqual({
        uids: parseSet(String(plain(data['uids']))),
        earlier: data['earlier'],
      });
      break;
    case 'extended search': {
      const { tag, uid, ...found } = parsed.found;
      expect([tag, uid]).toEqual([data['tag'], data['uid']]);
      const wanted = list(data['data']).map((pair) => [String(list(pair)[0]), plain(list(pair)[1])]);
      const given = Object.entries(found).map(([key, value]): [string, unknown] => [
        key.toUpperCase(),
        typeof value === 'bigint' ? Number(value) : value,
      ]);
      for (const pair of wanted) if (pair[0] === 'PARTIAL') pair[1] = partialOf(fields(pair[1]));
      for (const pair of given) if (pair[0] === 'PARTIAL') pair[1] = ascending(found.partial!);
      expect(Object.fromEntries(given)).toEqual(Object.fromEntries(wanted));
      break;
    }
    case 'identity':
      expect(parsed.identity).toEqual(
        expected['data'] === null ? null : Object.assign(Object.create(null), data),
      );
      break;
    case 'namespaces': {
      const wanted = (name: string): object[] =>
        list(data[name]).map((one) => {
          const { prefix, delim, extensions } = fields(one);
          return {
            prefix,
            delimiter: delim,
            extensions: Object.assign(Object.create(null), extensions) as object,
          };
        });
      expect(parsed.namespaces).toEqual({
        personal: wanted('personal'),
        other: wanted('other'),
        shared: wanted('shared'),
      });
      break;
    }
    case 'access list': {
      const entries = list(expected['data']).map(fields);
      expect(parsed.accessList).toEqual({
        name: entries[0]?.['mailbox'],
        entries: entries.map(({ user, rights }) => ({ identifier: user, rights })),
      });
      break;
    }
    case 'quota':
      // net-imap calls the root a mailbox, and does not tell the resource.
      expect([parsed.quota.root, Object.values(parsed.quota.resources)]).toEqual([
        data['mailbox'],
        [{ usage: BigInt(String(data['usage'])), limit: BigInt(String(data['quota'])) }],
      ]);
      break;
    case 'quota roots':
      expect(parsed.quotaRoots).toEqual({ name: data['mailbox'], roots: data['quotaroots'] });
      break;
    case 'fetch':
      checkFetch(parsed.message, data);
      break;
    default:
      throw new Error(`no check for ${parsed.kind}`);
  }
}

describe('responses of ruby/net-imap', () => {
  it.each(rows.map((row) => [row.id, row.name, row] as const))('%s %s', (id, _name, row) => {
    const whole = bytes(row.input.endsWith('\n') ? row.input : `${row.input}\r\n`);
    const framer = new Framer();
    framer.push(whole);
    if (id === 'ruby-net-imap/0079') {
      expect(() => framer.next()).toThrow(/passed over/);
      return;
    }
    const frame = framer.next();
    expect(frame?.exceeded).toBeNull();
    expect(framer.pending).toBe(0);
    const parsed = parseResponse(frame?.bytes ?? new Uint8Array(0));
    expect(parsed.kind).not.toBe('unparsed');
    if (id in differences) return;
    if (parsed.kind === 'other') expect(generic).toContain(parsed.name);
    else check(parsed, row.expect ?? {});
  });

  it('counts the rows that no typed reader has taken', () => {
    const left = rows.filter((row) => !(row.id in differences) && generic.has(String(row.expect?.['name'])));
    expect(left.map((row) => row.input)).toEqual([
      '* NOOP\r\n',
      '* NOOP froopy snood\r\n',
      '* 99 NOOP\r\n',
      '* 86 NOOP froopy snood\r\n',
    ]);
  });

  it('keeps what it differs in', () => {
    const of = (id: string): ParsedResponse =>
      parseResponse(bytes(rows.find((row) => row.id.endsWith(id))?.input ?? ''));
    expect(of('0056')).toMatchObject({ message: { other: { UNKNOWN: '92285' } } });
    expect(of('0084')).toMatchObject({ code: null, text: '[COPYUID 701  ]' });
    expect(of('0085')).toMatchObject({ code: null, text: '[COPYUID 1 1:10 101:110 extra junk] bad' });
    expect(of('0086')).toMatchObject({ code: null, text: '[COPYUID] missing' });
    expect(of('0087')).toMatchObject({ code: { code: 'CLOSED' }, text: 'mailbox closed' });
    expect(of('0166')).toMatchObject({ found: { tag: 'A01', uid: true, partial: { range: [-1, -100] } } });
  });
});
