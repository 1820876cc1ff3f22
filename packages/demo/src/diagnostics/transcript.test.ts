// What a connection leaves in the transcript, and what of it is shown.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  asText,
  clear,
  dropped,
  fileName,
  filterLines,
  lines,
  listen,
  record,
  shownLines,
  filter,
  type TranscriptLine,
} from './transcript.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = () => lines.value.map(({ from, text }) => `${from}: ${text}`);

beforeEach(() => {
  vi.useFakeTimers();
  clear();
});
afterEach(() => void vi.useRealTimers());

describe('a recording', () => {
  test('has each line once, literals folded, secrets hidden, controls visible', () => {
    const recording = record('imap.example.com', () => ['secret']);
    recording.received(bytes('* OK hello\r\n'));
    recording.sent(bytes('a LOGIN ana "secret"\r\n'));
    recording.received(bytes('a OK secret is right\r\n'));
    recording.sent(bytes('b APPEND x {5}\r\n'));
    recording.received(bytes('+ go\r\n'));
    recording.sent(bytes('ab\r\nc\r\n'));
    recording.received(bytes('* 1 FETCH (BODY[] {4}\r\n\r\nhi FLAGS ())\r\nb NO \u0007\r\n'));
    vi.runAllTimers();
    expect(texts()).toEqual([
      expect.stringMatching(/^·: Connection \d+: imap\.example\.com$/),
      'S: * OK hello',
      'C: a LOGIN ana ▮▮▮▮',
      'S: a OK ▮▮▮▮ is right',
      'C: b APPEND x {5}',
      'S: + go',
      'C: ⟨5 octets⟩',
      'S: * 1 FETCH (BODY[] {4}⟨4 octets⟩ FLAGS ())',
      'S: b NO ␇',
    ]);
    expect(lines.value[6]?.literals).toEqual([{ size: 5, text: 'ab\r\nc' }]);
    expect(lines.value[7]?.literals).toEqual([{ size: 4, text: '\r\nhi' }]);
    expect(lines.value.filter(({ isError }) => isError).map(({ text }) => text)).toEqual(['b NO ␇']);
  });

  test('a password in a literal is not kept at all', () => {
    const recording = record('x', () => []);
    recording.sent(bytes('a LOGIN ana {6}\r\n'));
    recording.received(bytes('+ \r\n'));
    recording.sent(bytes('secret\r\n'));
    vi.runAllTimers();
    expect(texts().at(-1)).toBe('C: ▮▮▮▮');
    expect(JSON.stringify(lines.value)).not.toContain('secret');
  });

  test('a literal that was refused leaves the next command readable', () => {
    const recording = record('x', () => []);
    recording.sent(bytes('a APPEND x {500}\r\n'));
    recording.received(bytes('a NO too big\r\n'));
    recording.sent(bytes('b NOOP\r\n'));
    vi.runAllTimers();
    expect(texts().at(-1)).toBe('C: b NOOP');
  });

  test('is heard at once by those who listen', () => {
    const heard: string[] = [];
    const unlisten = listen(({ text }) => heard.push(text));
    const recording = record('x', () => []);
    recording.received(bytes('* OK\r\n'));
    unlisten();
    recording.received(bytes('* BYE\r\n'));
    expect(heard.slice(1)).toEqual(['* OK']);
  });
});

test('the oldest lines go where there are too many', () => {
  const recording = record('x', () => []);
  const chunk = bytes('* OK still here\r\n'.repeat(1000));
  for (let round = 0; round < 25; round++) recording.received(chunk);
  vi.runAllTimers();
  expect(lines.value.length).toBeLessThanOrEqual(20_000);
  expect(lines.value.length + dropped.value).toBe(25_001);
});

describe('the filter', () => {
  const line = (id: number, from: TranscriptLine['from'], text: string, isError = false): TranscriptLine => ({
    id,
    connection: 1,
    at: id * 1500,
    from,
    text,
    octets: 0,
    isError,
    literals: [],
  });
  const all = [
    line(1, 'S', '* OK ready'),
    line(2, 'C', 'a SELECT INBOX'),
    line(3, 'S', 'a NO [NONEXISTENT] no such mailbox', true),
  ];
  const table: readonly (readonly [text: string, errorsOnly: boolean, ids: readonly number[]])[] = [
    ['', false, [1, 2, 3]],
    ['inbox', false, [2]],
    ['  NO  mailbox ', false, [3]],
    ['s: ok', false, []],
    ['', true, [3]],
    ['ready', true, []],
  ];
  for (const [text, errorsOnly, ids] of table) {
    test(`${JSON.stringify(text)}${errorsOnly ? ', errors only' : ''}`, () => {
      expect(filterLines(all, { text, errorsOnly }).map(({ id }) => id)).toEqual(ids);
    });
  }

  test('holds for what is shown', () => {
    const recording = record('x', () => []);
    recording.received(bytes('* OK one\r\n* BAD two\r\n'));
    vi.runAllTimers();
    filter.value = { text: '', errorsOnly: true };
    expect(shownLines.value.map(({ text }) => text)).toEqual(['* BAD two']);
    filter.value = { text: '', errorsOnly: false };
  });

  test('a saved line says when, who and what; the connection where there are several', () => {
    expect(asText(all.slice(0, 2))).toBe('    1.500 S: * OK ready\n    3.000 C: a SELECT INBOX\n');
    const [first, second] = all as [TranscriptLine, TranscriptLine, TranscriptLine];
    expect(asText([first, { ...second, connection: 2 }])).toBe(
      '    1.500 #1 S: * OK ready\n    3.000 #2 C: a SELECT INBOX\n',
    );
  });
});

test('a saved file is named after server and time', () => {
  expect(fileName(null, new Date('2026-11-22T10:20:30Z'))).toBe('imap-imap-2026-11-22T102030.txt');
});
