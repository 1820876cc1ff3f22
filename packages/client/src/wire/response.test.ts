import { describe, expect, it } from 'vitest';
import { codeName } from './response-code.ts';
import { readHead, readStatusText } from './response.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('readHead', () => {
  it.each([
    ['* 12 FETCH (UID 5)', '*', 'FETCH', 12, '(UID 5)'],
    ['*  3 EXISTS', '*', 'EXISTS', 3, ''],
    ['* 3 exists', '*', 'EXISTS', 3, ''],
    ['* list () "/" a', '*', 'LIST', null, '() "/" a'],
    ['* OK', '*', 'OK', null, ''],
    ['* ok  hi', '*', 'OK', null, 'hi'],
    ['A1 OK done', 'A1', 'OK', null, 'done'],
    ['A1 no', 'A1', 'NO', null, ''],
    ['A1  BAD   what', 'A1', 'BAD', null, 'what'],
    ['+', '+', '', null, ''],
    ['+ ', '+', '', null, ''],
    ['+ go ahead', '+', '', null, 'go ahead'],
    ['+OK', '+', '', null, 'OK'],
    ['* [COPYUID 1 2 3]', '*', 'OK', null, '[COPYUID 1 2 3]'],
    ['[COPYUID 1 2 3] x', '*', 'OK', null, '[COPYUID 1 2 3] x'],
    ['Server Unavailable. 15', '', '', null, 'Server Unavailable. 15'],
    ['A1 OKAY', '', '', null, 'A1 OKAY'],
    ['A1', '', '', null, 'A1'],
    ['', '', '', null, ''],
    ['*', '*', '', null, ''],
    ['* 12', '*', '', 12, ''],
    ['* 1Q49 x', '*', '1Q49', null, 'x'],
    ['* {25}', '*', '', null, '{25}'],
    ['* X-GM()', '*', 'X-GM', null, '()'],
  ])('%j', (line, tag, name, number, rest) => {
    const head = readHead(bytes(line));
    expect([head.tag, head.name, head.number, head.reader().rest()]).toEqual([tag, name, number, rest]);
    expect(head.reader().rest()).toBe(rest);
  });
});

it('hands its limits to the readers', () => {
  const line = bytes('* X ((1))');
  expect(readHead(line).reader().value()).toEqual([['1']]);
  expect(() => readHead(line, { depth: 1, tokens: 10 }).reader().value()).toThrow('at most 1 nested lists');
  expect(() => readHead(line, { depth: 9, tokens: 0 }).reader().value()).toThrow('at most 0 values');
});

it('reads a run of flags that are glued together, however long', () => {
  const glued = '\\a'.repeat(300_000);
  const { code } = readStatusText(readHead(bytes(`* OK [PERMANENTFLAGS (${glued})] x`)).reader());
  expect(code?.name === 'PERMANENTFLAGS' && code.flags.length).toBe(300_000);
});

it('does not spell out the UIDs that nobody looks at', () => {
  const start = performance.now();
  const lines = Array.from({ length: 5000 }, () => bytes('* OK [COPYUID 1 1:1000000 2:1000001] x'));
  const codes = lines.map((line) => readStatusText(readHead(line).reader()).code);
  expect(performance.now() - start).toBeLessThan(3000);
  const code = codes[0];
  expect(code?.name === 'COPYUID' && [code.source.length, code.destination[0]]).toEqual([1_000_000, 2]);
});

describe('readStatusText', () => {
  it.each([
    ['hello [x]', null, 'hello [x]'],
    ['', null, ''],
    ['[READ-ONLY] done', { name: 'READ-ONLY' }, 'done'],
    ['[READ-WRITE] [Gmail]/Trash', { name: 'READ-WRITE' }, '[Gmail]/Trash'],
    ['[Gmail]/Trash selected', null, '[Gmail]/Trash selected'],
    ['[uidnext 4]', { name: 'UIDNEXT', value: 4 }, ''],
    ['[UIDNEXT 0] x', { name: 'UIDNEXT', value: 0 }, 'x'],
    ['[UIDNEXT x] x', null, '[UIDNEXT x] x'],
    ['[UIDVALIDITY 3857529045] ok', { name: 'UIDVALIDITY', value: 3857529045 }, 'ok'],
    ['[HIGHESTMODSEQ 9223372036854775807]', { name: 'HIGHESTMODSEQ', value: 9223372036854775807n }, ''],
    ['[CAPABILITY IMAP4rev1 id ] hi', { name: 'CAPABILITY', capabilities: ['IMAP4REV1', 'ID'] }, 'hi'],
    ['[PERMANENTFLAGS (\\Deleted \\*)] x', { name: 'PERMANENTFLAGS', flags: ['\\Deleted', '\\*'] }, 'x'],
    ['[APPENDUID 2 4,6:7] x', { name: 'APPENDUID', uidValidity: 2, uids: [4, 6, 7] }, 'x'],
    [
      '[COPYUID 9 20:19,500 92,101:100] x',
      { name: 'COPYUID', uidValidity: 9, source: [19, 20, 500], destination: [92, 100, 101] },
      'x',
    ],
    ['[COPYUID 9 1:3 4:5] x', null, '[COPYUID 9 1:3 4:5] x'],
    ['[COPYUID 9 1:4294967295 1:4294967295] x', null, '[COPYUID 9 1:4294967295 1:4294967295] x'],
    ['[COPYUID 1 5 *] x', null, '[COPYUID 1 5 *] x'],
    ['[COPYUID 123  ] done', null, '[COPYUID 123  ] done'],
    ['[BADCHARSET (US-ASCII "a]b")] x', { name: 'BADCHARSET', charsets: ['US-ASCII', 'a]b'] }, 'x'],
    ['[BADCHARSET] x', { name: 'BADCHARSET', charsets: [] }, 'x'],
    ['[REFERRAL imap://a/x/ imap://b/] x', { name: 'REFERRAL', urls: ['imap://a/x/', 'imap://b/'] }, 'x'],
    [
      '[MODIFIED 7,9:11] x',
      {
        name: 'MODIFIED',
        numbers: [
          [7, 7],
          [9, 11],
        ],
      },
      'x',
    ],
    ['[MODIFIED] x', null, '[MODIFIED] x'],
    [
      '[BADURL "/INBOX;UIDVALIDITY=7/;UID=3"] x',
      { name: 'BADURL', url: '"/INBOX;UIDVALIDITY=7/;UID=3"' },
      'x',
    ],
    ['[METADATA LONGENTRIES 2199] x', { name: 'METADATA', problem: 'LONGENTRIES', value: 2199 }, 'x'],
    ['[metadata maxsize 1024] x', { name: 'METADATA', problem: 'MAXSIZE', value: 1024 }, 'x'],
    ['[METADATA TOOMANY] x', { name: 'METADATA', problem: 'TOOMANY', value: null }, 'x'],
    ['[METADATA NOPRIVATE] x', { name: 'METADATA', problem: 'NOPRIVATE', value: null }, 'x'],
    ['[METADATA WHAT] x', null, '[METADATA WHAT] x'],
    [
      '[ANNOTATIONS 20480 NOPRIVATE] x',
      { name: 'ANNOTATIONS', size: 20480, readOnly: false, private: false },
      'x',
    ],
    ['[ANNOTATIONS READ-ONLY] x', { name: 'ANNOTATIONS', size: null, readOnly: true, private: true }, 'x'],
    ['[ANNOTATIONS NONE] x', { name: 'ANNOTATIONS', size: null, readOnly: true, private: false }, 'x'],
    ['[ANNOTATE TOOBIG] x', { name: 'ANNOTATE', problem: 'TOOBIG' }, 'x'],
    ['[BADEVENT (MessageNew FlagChange)] x', { name: 'BADEVENT', events: ['MessageNew', 'FlagChange'] }, 'x'],
    ['[UNDEFINED-FILTER on-the-road] x', { name: 'UNDEFINED-FILTER', filter: 'on-the-road' }, 'x'],
    ['[NOUPDATE "B02"] x', { name: 'NOUPDATE', tag: 'B02' }, 'x'],
    ['[MAILBOXID (F2212)] x', { name: 'MAILBOXID', mailboxId: 'F2212' }, 'x'],
    ['[INPROGRESS] x', { name: 'INPROGRESS', tag: null, progress: null, goal: null }, 'x'],
    ['[INPROGRESS ("A001" 454 1000)] x', { name: 'INPROGRESS', tag: 'A001', progress: 454, goal: 1000 }, 'x'],
    ['[INPROGRESS ("A001" 454 NIL)] x', { name: 'INPROGRESS', tag: 'A001', progress: 454, goal: null }, 'x'],
    ['[INPROGRESS (NIL NIL NIL)] x', { name: 'INPROGRESS', tag: null, progress: null, goal: null }, 'x'],
    ['[MESSAGELIMIT 1000 23221] x', { name: 'MESSAGELIMIT', limit: 1000, lastUid: 23221 }, 'x'],
    ['[MESSAGELIMIT 1000] x', { name: 'MESSAGELIMIT', limit: 1000, lastUid: null }, 'x'],
    ['[overquota] x', { name: 'OVERQUOTA' }, 'x'],
    ['[UNKNOWN-CTE] x', { name: 'UNKNOWN-CTE' }, 'x'],
    ['[TOOBIG] x', { name: 'TOOBIG' }, 'x'],
    ['[ALERT now] x', { name: 'OTHER', code: 'ALERT', values: ['now'] }, 'x'],
    ['[THROTTLED] x', { name: 'OTHER', code: 'THROTTLED', values: [] }, 'x'],
    ['[constructor] x', { name: 'OTHER', code: 'CONSTRUCTOR', values: [] }, 'x'],
    ['[X say "hi] there', { name: 'OTHER', code: 'X', values: ['say "hi'] }, 'there'],
    ['[UNCLOSED 5 x', null, '[UNCLOSED 5 x'],
    ['[Error="Microsoft" Proxy=x] y', null, '[Error="Microsoft" Proxy=x] y'],
    ['[] x', null, '[] x'],
    ['[__proto__ 1] x', { name: 'OTHER', code: '__PROTO__', values: ['1'] }, 'x'],
  ])('%j', (line, code, text) => {
    expect(readStatusText(readHead(bytes(`* OK ${line}`)).reader())).toEqual({ code, text });
  });

  it('names codes alike, known or not', () => {
    const name = (line: string): string | undefined => {
      const { code } = readStatusText(readHead(bytes(line)).reader());
      return code === null ? undefined : codeName(code);
    };
    expect(name('A1 NO [authenticationfailed] no')).toBe('AUTHENTICATIONFAILED');
    expect(name('A1 OK [UNSEEN 3] x')).toBe('UNSEEN');
    expect(name('A1 OK x')).toBeUndefined();
  });

  it('reads text in UTF-8, and octets where it is not', () => {
    expect(readStatusText(readHead(bytes('* OK Gr\xc3\xbc\xc3\x9fe')).reader()).text).toBe('Grüße');
    expect(readStatusText(readHead(bytes('* OK Gr\xfc\x80e')).reader()).text).toBe('Grü\x80e');
  });
});

it.each(['99999999999999999999', '9'.repeat(400)])('%s is no number of messages', (digits) => {
  expect(readHead(bytes(`* ${digits} EXISTS`))).toMatchObject({ tag: '*', name: digits, number: null });
});
