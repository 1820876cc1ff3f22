// Every leniency, run: each row of corpus/quirks.jsonl has an entry in the table and an example here, or its test
// elsewhere, or a reason why nothing gives way to it.

import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { walkParts } from './bodystructure.ts';
import { Framer } from './framer.ts';
import { parseResponse, type ParsedResponse } from './parse.ts';
import { quirks } from './quirks.ts';
import { CommandWriter } from './writer.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const latin1 = (octets: Uint8Array): string => String.fromCharCode(...octets);

interface Row {
  readonly id: string;
  readonly layer: 'parse' | 'session' | 'encode';
}
const folder = new URL('.', import.meta.url);
const rows = readFileSync(new URL('corpus/quirks.jsonl', folder), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** Rows about reading or writing that are nothing to give way to here. */
const elsewhere: Readonly<Record<string, string>> = {
  'quirks/011': 'a size beyond all bounds is an attack: the framer ends the connection',
  'quirks/019':
    'a name is what SELECT must send back, so it stays as the server wrote it; who shows it may shorten it',
  'quirks/079': 'not to FETCH from an empty mailbox is for the command to know',
};

/** Rows about whole dialogues that nothing gives way to: another rule covers them. Where its test is, and its words. */
const ofDialogues: Readonly<Record<string, readonly [test: string, words: string]>> = {
  'quirks/055': ['client/download.test.ts', 'has no part 2'],
  'quirks/057': ['client/download.test.ts', 'from a server that ignores the range'],
  'quirks/058': ['commands/fetch.test.ts', '* 2 FETCH (UID 8 FLAGS (\\\\Answered))'],
  'quirks/065': ['client/sign-in.test.ts', "'LOGIN, not as a command', 'AUTH=LOGIN LOGINDISABLED'"],
  'quirks/067': ['session/faults.test.ts', 'BYE without the connection closed ends it'],
  'quirks/068': ['session/faults.test.ts', 'neither OK, NO nor BAD fails its command'],
  'quirks/076': ['wire/response.test.ts', '* list () "/" a'],
  'quirks/084': ['client/client.test.ts', 'S: * 2 EXPUNGE'],
};

/** Rows about whole dialogues that are left to the caller, and why. */
const notHandled: Readonly<Record<string, string>> = {
  'quirks/021': 'IMAP4rev2 is enabled by nobody but the caller, who can leave it off for this server',
  'quirks/056':
    'behind its tagged OK an answer cannot be told from a change: the download fails, and says so',
  'quirks/062':
    'the server has said OK to the sign-in; the call behind it rejects with the words of the server',
  'quirks/063': 'NAMESPACE is sent only where the caller asks for it',
  'quirks/064': 'the call rejects with the words of the server; how long to wait is for the caller to decide',
  'quirks/080':
    'a query that is not ASCII has no other form; the error names the character sets that the server has',
  'quirks/081': 'ID is sent only where the caller asks for it',
  'quirks/082': 'the URL stands in the code of the error; ID is sent only where the caller asks for it',
  'quirks/083': 'ID says who we are: it is sent only where the caller asks for it',
};

/** The one response that the bytes hold. */
function read(input: string): ParsedResponse {
  const framer = new Framer();
  framer.push(bytes(`${input}\r\n* NOOP\r\n`));
  const frame = framer.next();
  // It did not take what follows for its own, nor lose step.
  expect(latin1(framer.next()?.bytes ?? bytes(''))).toBe('* NOOP');
  expect(framer.pending).toBe(0);
  return parseResponse(frame?.bytes ?? bytes(''));
}

const structure = (input: string): unknown => {
  const parsed = read(`* 1 FETCH (BODYSTRUCTURE ${input} UID 5)`);
  if (parsed.kind !== 'fetch') throw new Error(`no FETCH but ${parsed.kind}`);
  expect(parsed.message).toMatchObject({ uid: 5, unparsed: {} });
  const { bodyStructure } = parsed.message;
  return bodyStructure === undefined ? undefined : [...walkParts(bodyStructure)];
};
const from = (addresses: string): ParsedResponse => read(`* 1 FETCH (ENVELOPE ("d" "s" ${addresses}) UID 5)`);
const fromIs = (...addresses: readonly object[]): object => ({
  message: { uid: 5, unparsed: {}, envelope: { from: addresses } },
});
const written = (write: (out: CommandWriter) => void): string => {
  const out = new CommandWriter();
  write(out);
  return out
    .finish()
    .map((piece) => (piece.kind === 'bytes' ? latin1(piece.bytes) : '…'))
    .join('');
};

/** Names of the table, with what is sent and what must come of it. */
const examples: readonly (readonly [name: string, given: () => unknown, expected: unknown])[] = [
  ['nul-padding', () => read('\0\0* OK hi'), { kind: 'status', name: 'OK', text: 'hi' }],
  ['blank-lines', () => read('\r\n\r\n* OK hi'), { kind: 'status', name: 'OK', text: 'hi' }],
  ['two-spaces', () => read('*  1688 EXISTS'), { kind: 'number', name: 'EXISTS', number: 1688 }],
  ['bare-continuation', () => read('+'), { kind: 'continuation', code: null, text: '' }],
  [
    'no-response',
    () => read('Server Unavailable. 15'),
    { kind: 'unparsed', name: '', unparsed: bytes('Server Unavailable. 15') },
  ],
  [
    'code-without-ok',
    () => read('[COPYUID 124 10 233]'),
    { kind: 'status', name: 'OK', code: { name: 'COPYUID', destination: [233] } },
  ],
  [
    'code-without-ok',
    () => read('* [COPYUID 123456 1 2]'),
    { kind: 'status', name: 'OK', code: { name: 'COPYUID', source: [1] } },
  ],
  ['nameless', () => read('* {25}\r\nNo clue what this is....'), { kind: 'unparsed', name: '' }],
  [
    'lone-plus',
    () => read('* CAPABILITY IMAP4rev1 LITERAL + IDLE'),
    { capabilities: ['IMAP4REV1', 'LITERAL', '+', 'IDLE'] },
  ],
  [
    'no-text',
    () => read('* OK [HIGHESTMODSEQ 13637]'),
    { code: { name: 'HIGHESTMODSEQ', value: 13637n }, text: '' },
  ],
  [
    'zero-prefixed-literal',
    () => read('* 1 FETCH (BODY[] {012}\r\nFoo: bar\r\n\r\n)'),
    { message: { sections: [{ bytes: bytes('Foo: bar\r\n\r\n') }] } },
  ],
  [
    'unescaped-quote',
    () => structure('("TEXT" "PLAIN" ("charset " " "utf-8"") NIL NIL "7BIT" 10 1)'),
    [{ params: { charset: ' "utf-8"' } }],
  ],
  [
    'unescaped-quote',
    () => read('* 1 FETCH (ENVELOPE ("d" "s" NIL NIL NIL NIL NIL NIL NIL "<"a"@b>") UID 5)'),
    { message: { uid: 5, envelope: { messageId: '<"a"@b>' } } },
  ],
  ['lone-backslash', () => read('* LIST () "/" "a\\b"'), { mailbox: { name: 'a\\b' } }],
  ['digit-led-atom', () => read('* LIST (\\HasNoChildren) "/" 2024:Q1'), { mailbox: { name: '2024:Q1' } }],
  [
    'glued-flags',
    () => read('* LIST (\\Sent\\HasNoChildren) "/" Sent'),
    { mailbox: { attributes: ['\\Sent', '\\HasNoChildren'] } },
  ],
  ['flag-specials', () => read('* FLAGS (\\Answered foo]bar )'), { flags: ['\\Answered', 'foo]bar'] }],
  ['flag-specials', () => read('* FLAGS (\\Answered \\*)'), { flags: ['\\Answered', '\\*'] }],
  [
    'unquoted-name',
    () => read('* LIST (\\HasNoChildren) "/" INBOX/Da\tOggetto\t'),
    { mailbox: { name: 'INBOX/Da\tOggetto\t' } },
  ],
  ['float-number', () => read('* 1 FETCH (RFC822.SIZE 9.3736e+06)'), { message: { size: 9373600 } }],
  ['quoted-number', () => read('* 1 FETCH (UID "12")'), { message: { uid: 12 } }],
  ['negative-modseq', () => read('* 1 FETCH (MODSEQ (-1) UID 1)'), { message: { uid: 1, unparsed: {} } }],
  ['zero-number', () => read('* OK [UIDNEXT 0] x'), { code: { name: 'UIDNEXT', value: 0 } }],
  ['negative-count', () => structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" -1 -1)'), [{ size: 0, lines: 0 }]],
  [
    'miscounted-literal',
    () => from('(({3}\r\nJoh n Doe NIL "j" "x.org"))'),
    fromIs({ name: 'Joh n Doe', address: 'j@x.org' }),
  ],
  [
    'short-envelope',
    () => from('NIL NIL NIL NIL NIL NIL "<r@x>"'),
    { message: { uid: 5, envelope: { inReplyTo: '<r@x>', messageId: null } } },
  ],
  [
    'short-envelope',
    () => from('NIL NIL NIL NIL NIL NIL'),
    { message: { uid: 5, envelope: { inReplyTo: null, messageId: null } } },
  ],
  [
    'flipped-sender',
    () => from('(("<a@b.org>" NIL "Ada" NIL))'),
    fromIs({ name: 'Ada', address: 'a@b.org' }),
  ],
  ['nil-in-addresses', () => from('(NIL (NIL NIL "a" "b"))'), fromIs({ name: null, address: 'a@b' })],
  ['nil-mailbox', () => from('((NIL NIL NIL "b.org"))'), fromIs({ name: null, address: '@b.org' })],
  [
    'missing-domain',
    () => from('((NIL NIL "user" "MISSING_DOMAIN"))'),
    fromIs({ name: null, address: 'user' }),
  ],
  [
    'extra-spaces',
    () => from('((NIL NIL "a" "b")  (NIL NIL "c" "d") )'),
    fromIs({ name: null, address: 'a@b' }, { name: null, address: 'c@d' }),
  ],
  [
    'extra-spaces',
    () => read('* STATUS INBOX (MESSAGES 100 UNSEEN 0) '),
    { status: { messages: 100, unseen: 0 } },
  ],
  [
    'extra-spaces',
    () => read('* QUOTA "" (STORAGE 1  10)'),
    { quota: { root: '', resources: { STORAGE: { usage: 1n, limit: 10n } } } },
  ],
  [
    'collapsed-multipart',
    () => structure('("ALTERNATIVE" ("BOUNDARY" "==x") NIL NIL)'),
    [{ type: 'multipart', subtype: 'alternative', parts: [], params: { boundary: '==x' } }],
  ],
  [
    'collapsed-multipart',
    () => structure('(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)("mixed" ("boundary" "x") NIL NIL) "mixed")'),
    [{}, { section: '1' }, { section: '2', type: 'multipart', parts: [] }],
  ],
  [
    'nil-parts',
    () => structure('(NIL "alternative" ("boundary" "x") NIL NIL NIL)'),
    [{ type: 'multipart', subtype: 'alternative', parts: [], params: { boundary: 'x' } }],
  ],
  [
    'missing-type',
    () => structure('(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL)'),
    [{ type: 'application', subtype: 'octet-stream', size: 0 }],
  ],
  [
    'disposition-string',
    () => structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL "inline" NIL)'),
    [{ disposition: { type: 'inline', params: {} } }],
  ],
  [
    'disposition-nil',
    () => structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL (NIL NIL) NIL)'),
    [{ disposition: null }],
  ],
  [
    'swapped-fields',
    () => structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL ("en") ("inline" ("filename" "x")))'),
    [{ disposition: { type: 'inline', params: { filename: 'x' } }, language: ['en'] }],
  ],
  [
    'empty-location',
    () => structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL NIL NIL ())'),
    [{ location: null }],
  ],
  [
    'empty-body',
    () => structure('("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 ("d" "inner") () 3)'),
    [{ parts: [], lines: 3, envelope: { subject: 'inner' } }],
  ],
  [
    'basic-message',
    () => structure('("message" "rfc822" NIL NIL NIL "base64" 100 NIL ("attachment" NIL) NIL)'),
    [{ parts: [], envelope: null, encoding: 'base64', disposition: { type: 'attachment' } }],
  ],
  [
    'basic-message',
    () => structure('("message" "global" NIL NIL NIL "8bit" 100 NIL NIL NIL)'),
    [{ parts: [], envelope: null, subtype: 'global' }],
  ],
  [
    'missing-subtype',
    () => structure('(" X-ZIP" NIL NIL NIL "base64" 1)'),
    [{ type: 'application', subtype: 'x-zip', size: 1, encoding: 'base64' }],
  ],
  [
    'nil-parameter',
    () => structure('("text" "plain" ("boundary" NIL) NIL NIL "8bit" 1 0)'),
    [{ params: { boundary: '' } }],
  ],
  [
    'extra-fields',
    () => structure('("text" "plain" NIL NIL NIL "8bit" 1 0 NIL NIL NIL NIL ("text" "plain") 1 2)'),
    [{ size: 1, parts: [] }],
  ],
  [
    'missing-lines',
    () => structure('("text" "plain" NIL NIL NIL "7bit" 10 NIL ("inline" NIL) NIL NIL)'),
    [{ lines: null, disposition: { type: 'inline' } }],
  ],
  [
    'basic-multipart',
    () => structure('(("multipart" "related" NIL NIL NIL "7bit" 9) "mixed")'),
    [{}, { section: '1', type: 'multipart', subtype: 'related', size: 9, parts: [] }],
  ],
  [
    'language-nil',
    () => structure('("text" "plain" NIL NIL NIL "7bit" 10 1 NIL NIL (NIL))'),
    [{ language: [] }],
  ],
  [
    'parenthesised-item',
    () => read('* 1 FETCH (UID 1 (ENVELOPE ("d" "s")) FLAGS ())'),
    { message: { uid: 1, flags: [], envelope: { subject: 's' } } },
  ],
  [
    'literal-short-by-crlf',
    () => read('* 1 FETCH (BODY[] {3}\r\nabc\r\n UID 5)'),
    { message: { uid: 5, sections: [{ bytes: bytes('abc') }] } },
  ],
  [
    'no-date',
    () => read('* 1 FETCH (INTERNALDATE "00-Jan-0000 00:00:00 +0000" UID 5)'),
    { message: { uid: 5, unparsed: { INTERNALDATE: {} } } },
  ],
  [
    'quoted-section',
    () => read('* 1 FETCH (BODY[1] "Hello \\"world\\"")'),
    { message: { sections: [{ section: '1', bytes: bytes('Hello "world"') }] } },
  ],
  ['empty-copyuid', () => read('A1 OK [COPYUID 123  ] done'), { code: null, text: '[COPYUID 123  ] done' }],
  ['copyuid-star', () => read('A1 OK [COPYUID 1 5 *] done'), { code: null, text: '[COPYUID 1 5 *] done' }],
  [
    'invalid-code',
    () => read('A1 OK [Error="Microsoft.Exchange" Proxy=x] done'),
    { code: null, text: '[Error="Microsoft.Exchange" Proxy=x] done' },
  ],
  ['empty-search', () => read('* SEARCH '), { numbers: [] }],
  ['no-quota-list', () => read('* QUOTA "ROOT"'), { quota: { root: 'ROOT', resources: {} } }],
  [
    'garbled-mailboxid',
    () => {
      const parsed = read('* STATUS x (MAILBOXID (\xea\xca^U) SIZE 18)');
      return parsed.kind === 'mailbox status' ? Object.keys(parsed.status).join() : parsed.kind;
    },
    'name,size',
  ],
  ['ascending-ranges', () => written((out) => out.set('5:1')), '1:5\r\n'],
  ['long-line', () => written((out) => out.string('a'.repeat(1000))), '{1000}\r\n…\r\n'],
];

describe('quirks', () => {
  it.each(examples)('%s', (_name, given, expected) => {
    const value = given();
    if (typeof expected === 'object' && expected !== null) expect(value).toMatchObject(expected);
    else expect(value).toBe(expected);
  });

  it('have an example each, and the other way round', () => {
    const count = (names: readonly string[]): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    };
    const ofTheWire = quirks.filter((quirk) => quirk.test === undefined);
    expect(count(examples.map(([name]) => name))).toEqual(count(ofTheWire.map((quirk) => quirk.name)));
  });

  it('are named by their test, where that is not here', () => {
    for (const { name, test } of quirks) {
      if (test === undefined) continue;
      expect(readFileSync(new URL(`../${test}`, folder), 'utf8'), name).toContain(`quirk: ${name}`);
    }
  });

  it('stand in a comment of the source that gives way', () => {
    const sources = ['.', '../session', '../commands', '../client']
      .map((path) => new URL(`${path}/`, folder))
      .flatMap((path) =>
        readdirSync(path)
          .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'quirks.ts')
          .map((name) => readFileSync(new URL(name, path), 'utf8')),
      )
      .join('\n');
    const named = new Set(
      [...sources.matchAll(/quirk: ([a-z-]+(?:, [a-z]+-[a-z-]+)*)/g)].flatMap((match) =>
        (match[1] ?? '').split(', '),
      ),
    );
    expect(named).toEqual(new Set(quirks.map((quirk) => quirk.name)));
  });

  it('cover every row about reading and writing', () => {
    const wanted = rows.filter((row) => row.layer !== 'session').map((row) => row.id);
    const covered = quirks.filter(({ test }) => test === undefined).flatMap(({ vector }) => vector ?? []);
    expect([...covered, ...Object.keys(elsewhere)].toSorted()).toEqual(wanted.toSorted());
    expect(rows.map((row) => row.id)).toEqual(
      expect.arrayContaining(quirks.flatMap(({ vector }) => vector ?? [])),
    );
  });

  it('cover every row, or there is a reason why not', () => {
    const covered = quirks.flatMap(({ vector }) => vector ?? []);
    const named = [covered, ...[elsewhere, ofDialogues, notHandled].map(Object.keys)].flat();
    expect(new Set(named)).toEqual(new Set(rows.map((row) => row.id)));
    expect(rows).toHaveLength(84);
  });

  it.each(Object.entries(ofDialogues))('%s is tested where it is said', (_id, [test, words]) => {
    expect(readFileSync(new URL(`../${test}`, folder), 'utf8')).toContain(words);
  });
});
