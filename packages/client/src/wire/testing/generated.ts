// Responses of every kind, written in one of the ways that the grammar allows, and what a reader must make of them.
// Text stands here as one character an octet.

import type { AnnotatedMessage } from '../annotation.ts';
import type { BodyPart, Disposition } from '../bodystructure.ts';
import type { Address, Envelope, EnvelopeAddress } from '../envelope.ts';
import type { FetchedMessage, InternalDate, Section } from '../fetch.ts';
import { formatInternalDate } from '../internal-date.ts';
import type { MetadataValue } from '../metadata.ts';
import type { NamedMailbox } from '../mailbox-name.ts';
import type { ParsedResponse } from '../parse.ts';
import type { Value } from '../reader.ts';
import { record } from '../record.ts';
import type { ResponseCode } from '../response-code.ts';
import type { ExtendedSearch } from '../search.ts';
import type { Thread } from '../thread.ts';
import { encodeUtf7 } from '../utf7.ts';
import { Chance } from './random.ts';

/** How a value is written. */
interface Written<T> {
  readonly text: string;
  readonly value: T;
}

/** One character an octet, of the text in UTF-8. */
function octetsOf(value: string): string {
  return latin1(new TextEncoder().encode(value));
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}

/** Octets of text that has one character for each. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

const letters = [
  ...Array.from('abcXYZ019 .,:;-_/\\"()[]{}<>%*+~=&?!\t#@'),
  'ü',
  '日',
  '😀',
  '\ufeff',
  '\u0000',
  '\r',
  '\n',
];
const wordLetters = Array.from('abcdefXYZ0123456789.-_');
const rightLetters = Array.from('lrswipkxtea');
const flags = ['\\Seen', '\\Answered', '\\Deleted', '\\*', '$Forwarded', 'Junk', '[Gmail]', 'a.b:c', 'NIL'];
const mailboxes = [
  'INBOX',
  'Sent Items',
  'Entwürfe',
  '日本/語',
  'a&b',
  'R&D',
  '~peter',
  'x"y\\z',
  '{5}',
  'nil',
  ')(',
];
const keys = ['__proto__', 'constructor', 'toString', 'charset', 'name', 'x'];

/** Makes responses: of each number always the same one. */
export class Generated {
  chance = new Chance(0);

  /** The response of this number, with its last line end, and what it means. */
  response(seed: number): Written<ParsedResponse> {
    this.chance = new Chance(seed);
    const { text, value } = this.chance.pick(this.#responses)();
    return { text: `${text}${this.chance.is(0.9) ? '\r\n' : '\n'}`, value };
  }

  /** A FETCH response with the annotations of a message, among other items. */
  annotations(seed: number): Written<AnnotatedMessage | null> {
    this.chance = new Chance(seed);
    const sequence = 1 + this.chance.below(1e6);
    const uid = this.chance.is(0.5) ? this.#number() : null;
    const entry = (): readonly [string, Written<Readonly<Record<string, MetadataValue>>>] => {
      const { pairs, value } = this.#record<MetadataValue>(3, () => {
        const said = this.#nullable(() => this.#text());
        const name = this.chance.pick(['value.priv', 'value.shared', 'size.priv', '__proto__']);
        return [name, { text: this.#nstring(said), value: said }];
      });
      const attributes = pairs.map(([name, written]) => `${this.#case(name)} ${written.text}`);
      return [
        this.chance.pick(['/comment', '/altsubject', '/1.2/flags/seen']),
        { text: this.#listed(attributes), value },
      ];
    };
    const { pairs, value: annotations } = this.#record(3, entry);
    const isThere = this.chance.is(0.9);
    const parts = [
      ...(uid === null ? [] : [`${this.#case('UID')} ${uid.text}`]),
      ...(this.chance.is(0.3) ? [`X-NEW ${this.#value().text}`] : []),
      ...(isThere
        ? [
            `${this.#case('ANNOTATION')} ${this.#listed(pairs.map(([name, { text }]) => `${this.#astring(name)} ${text}`))}`,
          ]
        : []),
      ...(this.chance.is(0.3) ? [`FLAGS ${this.#flagList().text}`] : []),
    ];
    const value = { sequence, ...(uid === null ? {} : { uid: uid.value }), annotations };
    return { text: `* ${sequence} FETCH ${this.#listed(parts)}\r\n`, value: isThere ? value : null };
  }

  readonly #responses: readonly (() => Written<ParsedResponse>)[] = [
    () => this.#status(),
    () => this.#status(),
    () => this.#continuation(),
    () => this.#count(),
    () => this.#fetch(),
    () => this.#fetch(),
    () => this.#fetch(),
    () => this.#words(),
    () => this.#flags(),
    () => this.#list(),
    () => this.#mailboxStatus(),
    () => this.#search(),
    () => this.#extendedSearch(),
    () => this.#threads(),
    () => this.#vanished(),
    () => this.#namespaces(),
    () => this.#identity(),
    () => this.#quota(),
    () => this.#quotaRoots(),
    () => this.#rights(),
    () => this.#metadata(),
    () => this.#unknown(),
  ];

  // Values

  #case(word: string): string {
    if (this.chance.is(0.7)) return word;
    return this.chance.is(0.5)
      ? word.toLowerCase()
      : word.replaceAll(/./g, (one) => (this.chance.is(0.5) ? one.toLowerCase() : one));
  }

  #space(): string {
    return this.chance.is(0.95) ? ' ' : this.chance.pick(['  ', '   ']);
  }

  #join(parts: readonly string[]): string {
    let text = '';
    for (const [index, part] of parts.entries()) text += index === 0 ? part : this.#space() + part;
    return text;
  }

  #listed(parts: readonly string[]): string {
    const inside = this.#join(parts);
    return this.chance.is(0.95) ? `(${inside})` : `( ${inside} )`;
  }

  #number(most = 4294967295): Written<number> {
    const value = this.chance.is(0.1)
      ? this.chance.pick([0, 1, most])
      : this.chance.below(this.chance.pick([10, 1000, most]));
    return { text: `${this.chance.is(0.05) ? '00' : ''}${value}`, value };
  }

  #bigNumber(): Written<bigint> {
    const value = this.chance.is(0.2)
      ? this.chance.pick([0n, 9223372036854775807n, 9007199254740993n])
      : BigInt(this.chance.below(2 ** 40)) * 1021n;
    return { text: String(value), value };
  }

  #text(most = 12): string {
    return this.chance.many(most, () => this.chance.pick(letters)).join('');
  }

  /** Text of one line. */
  #line(most = 12): string {
    return this.#text(most).replaceAll(/[\0\r\n]/g, '');
  }

  /** Text that a reader of header fields leaves as it is. */
  #plain(most = 12): string {
    return this.#line(most).replaceAll('=?', '=').trim();
  }

  #word(): string {
    return this.chance.many(8, () => this.chance.pick(wordLetters), 1).join('');
  }

  #quoted(value: string): string {
    return `"${octetsOf(value).replaceAll(/["\\]/g, '\\$&')}"`;
  }

  #literal(octets: string): string {
    const eol = this.chance.is(0.95) ? '\r\n' : '\n';
    return `${this.chance.is(0.15) ? '~' : ''}{${this.chance.is(0.05) ? '0' : ''}${octets.length}}${eol}${octets}`;
  }

  /** A string, quoted or as a literal. */
  #string(value: string): string {
    return /[\0\r\n]/.test(value) || this.chance.is(0.25)
      ? this.#literal(octetsOf(value))
      : this.#quoted(value);
  }

  #astring(value: string): string {
    const isAtom = /^[A-Za-z0-9.$/:_-]+$/.test(value);
    return isAtom && this.chance.is(0.5) ? value : this.#string(value);
  }

  #nil(): string {
    return this.#case('NIL');
  }

  #nstring(value: string | null): string {
    return value === null ? this.#nil() : this.#string(value);
  }

  #nullable<T>(make: () => T): T | null {
    return this.chance.is(0.25) ? null : make();
  }

  #octets(most = 40): Uint8Array {
    return Uint8Array.from(this.chance.many(most, () => this.chance.below(256)));
  }

  #mailbox(): Written<NamedMailbox> {
    const name = this.chance.is(0.8) ? this.chance.pick(mailboxes) : this.#line(8);
    const isInbox = name.toUpperCase() === 'INBOX';
    const written = isInbox ? this.#case('INBOX') : encodeUtf7(name.replaceAll('\ufeff', ''));
    return {
      text: this.#astring(written),
      value: { name: isInbox ? 'INBOX' : name.replaceAll('\ufeff', '') },
    };
  }

  /** Ascending numbers as a set, and one by one. */
  #set(): Written<number[]> & { readonly ranges: (readonly [number, number])[] } {
    let at = 0;
    const ranges = this.chance.many(
      6,
      () => {
        const first = at + 2 + this.chance.below(50);
        at = first + this.chance.below(5);
        return [first, at] as const;
      },
      1,
    );
    const text = ranges
      .map(([first, last]) => (first === last ? String(first) : `${first}:${last}`))
      .join(',');
    const value = ranges.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    return { text, value, ranges };
  }

  #date(): Written<InternalDate> {
    const date = new Date((this.chance.below(2 ** 31) + 86_400) * 1000);
    const zone = this.chance.pick([0, 60, -420, 345, -90]);
    const text = formatInternalDate(date, zone);
    return { text: `"${text.replace(/^0/, this.chance.is(0.5) ? ' ' : '0')}"`, value: { date, zone } };
  }

  /** Any value, as a response without a reader has it. */
  #value(depth = 3): Written<Value> {
    const kind = this.chance.below(depth > 0 ? 6 : 5);
    if (kind === 0) return { text: this.#nil(), value: null };
    if (kind === 1) {
      const value = this.chance.is(0.5) ? String(this.chance.below(1e6)) : `\\${this.#word()}`;
      return { text: value, value };
    }
    if (kind === 2) {
      const value = `x${this.#word()}`;
      return { text: value, value };
    }
    if (kind === 3) {
      const value = this.#line();
      return { text: this.#quoted(value), value };
    }
    if (kind === 4) {
      const value = this.#octets();
      return { text: this.#literal(latin1(value)), value };
    }
    const values = this.chance.many(4, () => this.#value(depth - 1));
    return { text: this.#listed(values.map(({ text }) => text)), value: values.map(({ value }) => value) };
  }

  /** Of each name the last one counts, as in a record that is written to. */
  #record<T>(
    most: number,
    make: () => readonly [name: string, Written<T>],
  ): { readonly pairs: (readonly [string, Written<T>])[]; readonly value: Record<string, T> } {
    const pairs = this.chance.many(most, make);
    const value = record<T>();
    for (const [name, written] of pairs) value[name] = written.value;
    return { pairs, value };
  }

  // Status and codes

  #status(): Written<ParsedResponse> {
    const tag = this.chance.pick(['*', '*', 'A1', 'x.9-Z', '00']);
    const name = this.chance.pick(tag === '*' ? ['OK', 'NO', 'BAD', 'BYE', 'PREAUTH'] : ['OK', 'NO', 'BAD']);
    const code = this.#nullable(() => this.#code());
    const said = this.#said();
    const behind =
      code === null ? said.text : this.#join([`[${code.text}]`, ...(said.text === '' ? [] : [said.text])]);
    const value = { kind: 'status', tag, name, code: code?.value ?? null, text: said.value } as const;
    return { text: `${tag} ${this.#case(name)}${behind === '' ? '' : ` ${behind}`}`, value };
  }

  #continuation(): Written<ParsedResponse> {
    const code = this.chance.is(0.2) ? this.#code() : null;
    const said = this.#said();
    const behind = code === null ? said.text : `[${code.text}] ${said.text}`;
    return {
      text: this.chance.is(0.1) && behind === '' ? '+' : `+ ${behind}`,
      value: { kind: 'continuation', code: code?.value ?? null, text: said.value },
    };
  }

  /** Text for people: anything in one line; some of it looks like the beginning of a literal. */
  #said(): Written<string> {
    const value = `${this.#line(30)}${this.chance.pick(['', '', '{5}', '{0+}', '"', ']'])}`.replace(
      /^[\s[\ufeff]+/,
      '',
    );
    return { text: octetsOf(value), value };
  }

  #code(): Written<ResponseCode> {
    const made = this.chance.pick(this.#codes)();
    return { text: made.text.replace(/^[A-Z-]+/, (name) => this.#case(name)), value: made.value };
  }

  readonly #codes: readonly (() => Written<ResponseCode>)[] = [
    () => {
      const name = this.chance.pick([
        'ALERT',
        'PARSE',
        'READ-ONLY',
        'TRYCREATE',
        'CLOSED',
        'LIMIT',
        'NOPERM',
        'NOMODSEQ',
        'UIDREQUIRED',
      ] as const);
      return { text: name, value: { name } };
    },
    () => {
      const capabilities = this.chance.many(5, () => this.#word().toUpperCase());
      return {
        text: this.#join(['CAPABILITY', ...capabilities.map((one) => this.#case(one))]),
        value: { name: 'CAPABILITY', capabilities },
      };
    },
    () => {
      const { text, value } = this.#flagList();
      return { text: `PERMANENTFLAGS ${text}`, value: { name: 'PERMANENTFLAGS', flags: value } };
    },
    () => {
      const name = this.chance.pick(['UIDNEXT', 'UIDVALIDITY', 'UNSEEN'] as const);
      const { text, value } = this.#number();
      return { text: `${name} ${text}`, value: { name, value } };
    },
    () => {
      const { text, value } = this.#bigNumber();
      return { text: `HIGHESTMODSEQ ${text}`, value: { name: 'HIGHESTMODSEQ', value } };
    },
    () => {
      const uids = this.#set();
      return {
        text: `APPENDUID 7 ${uids.text}`,
        value: { name: 'APPENDUID', uidValidity: 7, uids: uids.value },
      };
    },
    () => {
      const source = this.#set();
      const first = 1 + this.chance.below(1000);
      const destination = source.value.map((_, index) => first + index);
      const text = destination.length === 1 ? String(first) : `${first}:${destination.at(-1)}`;
      return {
        text: `COPYUID ${this.#number(9).text} ${source.text} ${text}`.replace(
          /COPYUID \S+/,
          'COPYUID 38505',
        ),
        value: { name: 'COPYUID', uidValidity: 38505, source: source.value, destination },
      };
    },
    () => {
      const charsets = this.chance.many(3, () => this.#word());
      const text =
        charsets.length === 0
          ? 'BADCHARSET'
          : `BADCHARSET ${this.#listed(charsets.map((one) => this.#astring(one)))}`;
      return { text, value: { name: 'BADCHARSET', charsets } };
    },
    () => {
      const { text, ranges } = this.#set();
      return { text: `MODIFIED ${text}`, value: { name: 'MODIFIED', numbers: ranges } };
    },
    () => {
      const urls = this.chance.many(2, () => `imap://${this.#word()}/`, 1);
      return { text: `REFERRAL ${urls.join(' ')}`, value: { name: 'REFERRAL', urls } };
    },
    () => ({ text: 'BADURL imap://x/;UID=3', value: { name: 'BADURL', url: 'imap://x/;UID=3' } }),
    () => {
      const value = this.#number();
      const problem = this.chance.pick(['LONGENTRIES', 'MAXSIZE', 'TOOMANY', 'NOPRIVATE'] as const);
      const has = this.chance.is(0.5);
      return {
        text: `METADATA ${this.#case(problem)}${has ? ` ${value.text}` : ''}`,
        value: { name: 'METADATA', problem, value: has ? value.value : null },
      };
    },
    () => {
      const size = this.#nullable(() => this.chance.below(1e6));
      const isNone = size === null && this.chance.is(0.5);
      const isShared = !isNone && this.chance.is(0.5);
      const word = size === null ? (isNone ? 'NONE' : 'READ-ONLY') : String(size);
      return {
        text: this.#join(['ANNOTATIONS', this.#case(word), ...(isShared ? [this.#case('NOPRIVATE')] : [])]),
        value: { name: 'ANNOTATIONS', size, readOnly: size === null, private: !isNone && !isShared },
      };
    },
    () => {
      const problem = this.chance.pick(['TOOBIG', 'TOOMANY'] as const);
      return { text: `ANNOTATE ${this.#case(problem)}`, value: { name: 'ANNOTATE', problem } };
    },
    () => {
      const events = this.chance.many(3, () => this.#word());
      return { text: `BADEVENT ${this.#listed(events)}`, value: { name: 'BADEVENT', events } };
    },
    () => {
      const filter = this.#word();
      return { text: `UNDEFINED-FILTER ${filter}`, value: { name: 'UNDEFINED-FILTER', filter } };
    },
    () => {
      const tag = this.#word();
      return { text: `NOUPDATE ${this.#quoted(tag)}`, value: { name: 'NOUPDATE', tag } };
    },
    () => {
      const mailboxId = `x${this.#word()}`;
      return { text: `MAILBOXID (${mailboxId})`, value: { name: 'MAILBOXID', mailboxId } };
    },
    () => {
      if (this.chance.is(0.3))
        return { text: 'INPROGRESS', value: { name: 'INPROGRESS', tag: null, progress: null, goal: null } };
      const tag = this.#nullable(() => this.#word());
      const progress = this.#nullable(() => this.chance.below(1000));
      const goal = progress === null ? null : this.#nullable(() => 1000);
      const parts = [
        tag === null ? this.#nil() : this.#quoted(tag),
        String(progress ?? this.#nil()),
        String(goal ?? this.#nil()),
      ];
      return {
        text: `INPROGRESS ${this.#listed(parts)}`,
        value: { name: 'INPROGRESS', tag, progress, goal },
      };
    },
    () => {
      const lastUid = this.#nullable(() => this.chance.below(1e9));
      return {
        text: `MESSAGELIMIT 1000${lastUid === null ? '' : ` ${lastUid}`}`,
        value: { name: 'MESSAGELIMIT', limit: 1000, lastUid },
      };
    },
    () => {
      const values = this.chance.many(3, () => this.#value(2));
      const code = `X-${this.#word().toUpperCase()}`.replaceAll(/[._]/g, '');
      return {
        text: this.#join([code, ...values.map(({ text }) => text)]),
        value: { name: 'OTHER', code, values: values.map(({ value }) => value) },
      };
    },
  ];

  // Untagged responses

  #count(): Written<ParsedResponse> {
    const name = this.chance.pick(['EXISTS', 'RECENT', 'EXPUNGE']);
    const { text, value } = this.#number();
    return {
      text: `*${this.#space()}${text} ${this.#case(name)}`,
      value: { kind: 'number', name, number: value },
    };
  }

  #words(): Written<ParsedResponse> {
    const name = this.chance.pick(['CAPABILITY', 'ENABLED']);
    const capabilities = this.chance.many(8, () => this.#word().toUpperCase());
    const text = this.#join([`* ${this.#case(name)}`, ...capabilities.map((one) => this.#case(one))]);
    return { text, value: { kind: 'capabilities', name, capabilities } };
  }

  #flagList(): Written<string[]> {
    const value = this.chance.many(5, () => this.chance.pick(flags));
    return { text: this.#listed(value), value };
  }

  #flags(): Written<ParsedResponse> {
    const { text, value } = this.#flagList();
    return {
      text: `* ${this.#case('FLAGS')} ${text}`,
      value: { kind: 'flags', name: 'FLAGS', flags: value },
    };
  }

  #list(): Written<ParsedResponse> {
    const name = this.chance.pick(['LIST', 'LSUB', 'XLIST']);
    const attributes = this.chance.many(4, () =>
      this.chance.pick(['\\HasChildren', '\\Noselect', '\\Sent', '\\drafts']),
    );
    const delimiter = this.#nullable(() => this.chance.pick(['/', '.', '\\', '"']));
    const mailbox = this.#mailbox();
    const childInfo = this.chance.is(0.2)
      ? this.chance.many(2, () => this.chance.pick(['SUBSCRIBED', 'REMOTE']), 1)
      : null;
    const oldName = this.chance.is(0.2) ? this.chance.pick(['Old', 'Entwürfe']) : null;
    const extended = record<Value>();
    const parts: string[] = [];
    if (childInfo !== null) {
      extended['CHILDINFO'] = childInfo;
      parts.push(`${this.#case('CHILDINFO')} ${this.#listed(childInfo.map((one) => `"${one}"`))}`);
    }
    if (oldName !== null) {
      extended['OLDNAME'] = [encodeUtf7(oldName)];
      parts.push(`"OLDNAME" ("${encodeUtf7(oldName)}")`);
    }
    if (this.chance.is(0.1)) {
      const other = this.#value(2);
      const key = this.chance.pick(keys);
      extended[key.toUpperCase()] = other.value;
      parts.push(`${this.#quoted(key)} ${other.text}`);
    }
    const text = [
      `* ${this.#case(name)} ${this.#listed(attributes)}`,
      delimiter === null ? this.#nil() : this.#quoted(delimiter),
      mailbox.text,
      ...(parts.length > 0 ? [this.#listed(parts)] : []),
    ].join(' ');
    const value = {
      ...mailbox.value,
      delimiter,
      attributes,
      ...(childInfo === null ? {} : { childInfo }),
      ...(oldName === null ? {} : { oldName }),
      extended: parts.length > 0 ? extended : record<Value>(),
    };
    return { text, value: { kind: 'list', name, mailbox: value } };
  }

  #mailboxStatus(): Written<ParsedResponse> {
    const mailbox = this.#mailbox();
    const status: Record<string, unknown> = { ...mailbox.value };
    const parts = this.chance
      .some([
        ['MESSAGES', 'messages', this.#number()],
        ['RECENT', 'recent', this.#number()],
        ['UIDNEXT', 'uidNext', this.#number()],
        ['UIDVALIDITY', 'uidValidity', this.#number()],
        ['UNSEEN', 'unseen', this.#number()],
        ['DELETED', 'deleted', this.#number()],
        ['SIZE', 'size', this.#bigNumber()],
        ['HIGHESTMODSEQ', 'highestModSeq', this.#bigNumber()],
        ['DELETED-STORAGE', 'deletedStorage', this.#bigNumber()],
        [
          'APPENDLIMIT',
          'appendLimit',
          this.chance.is(0.3) ? { text: this.#nil(), value: null } : this.#number(),
        ],
        ['MAILBOXID', 'mailboxId', { text: '(xF1-9)', value: 'xF1-9' }],
      ] as const)
      .map(([item, key, { text, value }]) => {
        status[key] = value;
        return `${this.#case(item)} ${text}`;
      });
    if (this.chance.is(0.1)) {
      const other = this.#value(2);
      parts.push(`X-NEW ${other.text}`);
      const values = record<Value>();
      values['X-NEW'] = other.value;
      status['other'] = values;
    }
    return {
      text: `* ${this.#case('STATUS')} ${mailbox.text} ${this.#listed(parts)}`,
      value: { kind: 'mailbox status', name: 'STATUS', status: status as unknown as NamedMailbox },
    };
  }

  #search(): Written<ParsedResponse> {
    const name = this.chance.pick(['SEARCH', 'SORT']);
    const found = this.chance.many(this.chance.is(0.05) ? 500 : 10, () => this.#number());
    const modSeq = this.chance.is(0.2) ? this.#bigNumber() : null;
    const parts = [
      ...found.map(({ text }) => text),
      ...(modSeq === null ? [] : [`(${this.#case('MODSEQ')} ${modSeq.text})`]),
    ];
    return {
      text: `${this.#join([`* ${this.#case(name)}`, ...parts])}${this.chance.is(0.1) ? ' ' : ''}`,
      value: {
        kind: 'numbers',
        name,
        numbers: found.map(({ value }) => value),
        modSeq: modSeq?.value ?? null,
      },
    };
  }

  #extendedSearch(): Written<ParsedResponse> {
    const parts = [`* ${this.#case('ESEARCH')}`];
    const found: { -readonly [Key in keyof ExtendedSearch]: ExtendedSearch[Key] } = {
      tag: null,
      uid: this.chance.is(0.5),
    };
    if (this.chance.is(0.8)) {
      found.tag = this.#word();
      const correlators = [`${this.#case('TAG')} ${this.#string(found.tag)}`];
      if (this.chance.is(0.3)) {
        const mailbox = this.#mailbox();
        const validity = this.#number();
        found.mailbox = mailbox.value.name;
        found.uidValidity = validity.value;
        correlators.push(`MAILBOX ${mailbox.text}`, `UIDVALIDITY ${validity.text}`);
      }
      parts.push(this.#listed(correlators));
    }
    if (found.uid) parts.push(this.#case('UID'));
    const data: readonly (() => void)[] = [
      () => {
        const [low, high, count] = [this.#number(), this.#number(), this.#number()];
        [found.min, found.max, found.count] = [low.value, high.value, count.value];
        parts.push(`MIN ${low.text}`, `${this.#case('MAX')} ${high.text}`, `COUNT ${count.text}`);
      },
      () => {
        found.all = this.#set().text;
        parts.push(`${this.#case('ALL')} ${found.all}`);
      },
      () => {
        const { text, value } = this.#bigNumber();
        found.modSeq = value;
        parts.push(`MODSEQ ${text}`);
      },
      () => {
        const range = this.chance.pick([
          [1, 100],
          [-1, -50],
        ] as const);
        const set = this.#nullable(() => this.#set().text);
        found.partial = { range, found: set };
        parts.push(`PARTIAL (${range.join(':')} ${set ?? this.#nil()})`);
      },
      () => {
        const numbers = this.chance.many(5, () => this.#number(100));
        found.relevancy = numbers.map(({ value }) => value);
        parts.push(`RELEVANCY ${this.#listed(numbers.map(({ text }) => text))}`);
      },
      () => {
        const changes = this.chance.many(
          3,
          () => ({ position: this.chance.below(9), set: this.#set().text }),
          1,
        );
        const kind = this.chance.pick(['addTo', 'removeFrom'] as const);
        found[kind] = changes;
        parts.push(
          `${kind.toUpperCase()} ${this.#listed(changes.map(({ position, set }) => `${position} ${set}`))}`,
        );
      },
      () => parts.push(`X-NEW ${this.#value(2).text}`),
    ];
    for (const add of this.chance.some(data)) add();
    return { text: parts.join(' '), value: { kind: 'extended search', name: 'ESEARCH', found } };
  }

  #threads(): Written<ParsedResponse> {
    const tree = (depth: number): Thread => ({
      id: 1 + this.chance.below(9999),
      replies: depth === 0 ? [] : this.chance.many(this.chance.is(0.7) ? 1 : 3, () => tree(depth - 1)),
    });
    const written = ({ id, replies }: Thread): string => {
      const [only] = replies;
      if (only !== undefined && replies.length === 1 && this.chance.is(0.9)) return `${id} ${written(only)}`;
      return `${id}${replies.map((reply) => `${this.chance.pick(['', ' '])}(${written(reply)})`).join('')}`;
    };
    const threads = this.chance.many(4, (): Thread => {
      if (this.chance.is(0.8)) return tree(5);
      return { id: null, replies: this.chance.many(3, () => tree(2), 2) };
    });
    const text = threads.map((thread) =>
      thread.id === null
        ? `(${thread.replies.map((reply) => `(${written(reply)})`).join('')})`
        : `(${written(thread)})`,
    );
    return {
      text: `* ${this.#case('THREAD')} ${text.join('')}`,
      value: { kind: 'threads', name: 'THREAD', threads },
    };
  }

  #vanished(): Written<ParsedResponse> {
    const { text, ranges } = this.#set();
    const earlier = this.chance.is(0.5);
    return {
      text: `* ${this.#case('VANISHED')} ${earlier ? `(${this.#case('EARLIER')}) ` : ''}${text}`,
      value: { kind: 'vanished', name: 'VANISHED', vanished: { uids: ranges, earlier } },
    };
  }

  #namespaces(): Written<ParsedResponse> {
    const one = () => {
      const prefix = this.chance.pick(['', 'INBOX.', 'Shared/', '~peter/']);
      const delimiter = this.#nullable(() => '/');
      const { pairs, value } = this.#record(2, () => {
        const values = this.chance.many(2, () => this.#word(), 1);
        return [
          this.chance.pick(['X-PARAM', 'TRANSLATION', '__PROTO__']),
          { text: this.#listed(values.map((each) => this.#string(each))), value: values },
        ];
      });
      const extensions = pairs.map(([name, written]) => `${this.#quoted(this.#case(name))} ${written.text}`);
      const parts = [
        this.#string(prefix),
        delimiter === null ? this.#nil() : this.#quoted(delimiter),
        ...extensions,
      ];
      return { text: this.#listed(parts), value: { prefix, delimiter, extensions: value } };
    };
    const classes = [0, 1, 2].map(() => this.chance.many(2, one));
    const text = classes.map((all) =>
      all.length === 0 ? this.#nil() : `(${all.map((each) => each.text).join('')})`,
    );
    const [personal = [], other = [], shared = []] = classes.map((all) => all.map(({ value }) => value));
    return {
      text: `* ${this.#case('NAMESPACE')} ${this.#join(text)}`,
      value: { kind: 'namespaces', name: 'NAMESPACE', namespaces: { personal, other, shared } },
    };
  }

  #identity(): Written<ParsedResponse> {
    const { pairs, value } = this.#record(4, () => {
      const said = this.#nullable(() => this.#text());
      return [
        this.chance.pick(['name', 'version', 'vendor', ...keys]).toLowerCase(),
        { text: this.#nstring(said), value: said },
      ];
    });
    const isNil = this.chance.is(0.2);
    const text = isNil
      ? this.#nil()
      : this.#listed(pairs.map(([name, written]) => `${this.#quoted(this.#case(name))} ${written.text}`));
    return {
      text: `* ${this.#case('ID')} ${text}`,
      value: { kind: 'identity', name: 'ID', identity: isNil ? null : value },
    };
  }

  #quota(): Written<ParsedResponse> {
    const root = this.chance.pick(['', 'user.ada', 'Größe']);
    const { pairs, value } = this.#record(3, () => {
      const [usage, limit] = [this.#bigNumber(), this.#bigNumber()];
      return [
        this.chance.pick(['STORAGE', 'MESSAGE', 'ANNOTATION-STORAGE', '__PROTO__']),
        { text: `${usage.text} ${limit.text}`, value: { usage: usage.value, limit: limit.value } },
      ];
    });
    return {
      text: `* ${this.#case('QUOTA')} ${this.#astring(root)} ${this.#listed(pairs.map(([name, written]) => `${this.#case(name)} ${written.text}`))}`,
      value: { kind: 'quota', name: 'QUOTA', quota: { root, resources: value } },
    };
  }

  #quotaRoots(): Written<ParsedResponse> {
    const mailbox = this.#mailbox();
    const roots = this.chance.many(3, () => this.chance.pick(['', 'user.ada', '#a']));
    return {
      text: this.#join([
        `* ${this.#case('QUOTAROOT')}`,
        mailbox.text,
        ...roots.map((root) => this.#astring(root)),
      ]),
      value: { kind: 'quota roots', name: 'QUOTAROOT', quotaRoots: { ...mailbox.value, roots } },
    };
  }

  #rights(): Written<ParsedResponse> {
    const mailbox = this.#mailbox();
    const rights = (): string => this.chance.many(5, () => this.chance.pick(rightLetters)).join('');
    const kind = this.chance.below(3);
    if (kind === 0) {
      const entries = this.chance.many(3, () => ({
        identifier: this.chance.pick(['ada', '-bob', 'anyone', 'Jürgen X']),
        rights: rights(),
      }));
      const parts = entries.flatMap((entry) => [
        this.#astring(entry.identifier),
        this.#astring(entry.rights),
      ]);
      return {
        text: this.#join([`* ${this.#case('ACL')}`, mailbox.text, ...parts]),
        value: { kind: 'access list', name: 'ACL', accessList: { ...mailbox.value, entries } },
      };
    }
    const own = rights();
    if (kind === 1) {
      return {
        text: this.#join([`* ${this.#case('MYRIGHTS')}`, mailbox.text, this.#astring(own)]),
        value: { kind: 'my rights', name: 'MYRIGHTS', myRights: { ...mailbox.value, rights: own } },
      };
    }
    const optional = this.chance.many(4, rights);
    return {
      text: this.#join([
        `* ${this.#case('LISTRIGHTS')}`,
        mailbox.text,
        'ada',
        this.#astring(own),
        ...optional.map((one) => this.#astring(one)),
      ]),
      value: {
        kind: 'grantable rights',
        name: 'LISTRIGHTS',
        grantable: { ...mailbox.value, identifier: 'ada', required: own, optional },
      },
    };
  }

  #metadata(): Written<ParsedResponse> {
    const empty: NamedMailbox = { name: '' };
    const mailbox = this.chance.is(0.3) ? { text: '""', value: empty } : this.#mailbox();
    const entry = (): string => `/${this.chance.pick(['private', 'shared'])}/${this.#word()}`.toLowerCase();
    if (this.chance.is(0.3)) {
      const changed = this.chance.many(3, entry, 1);
      return {
        text: this.#join([`* ${this.#case('METADATA')}`, mailbox.text, ...changed]),
        value: {
          kind: 'metadata',
          name: 'METADATA',
          metadata: { ...mailbox.value, values: record(), changed },
        },
      };
    }
    const { pairs, value } = this.#record<Uint8Array | string | null>(3, () => {
      if (this.chance.is(0.3)) {
        const octets = Uint8Array.of(255, ...this.#octets());
        return [entry(), { text: this.#literal(latin1(octets)), value: octets }];
      }
      const said = this.#nullable(() => this.#text());
      return [entry(), { text: this.#nstring(said), value: said }];
    });
    return {
      text: `* ${this.#case('METADATA')} ${mailbox.text} ${this.#listed(pairs.map(([name, written]) => `${this.#case(name)} ${written.text}`))}`,
      value: {
        kind: 'metadata',
        name: 'METADATA',
        metadata: { ...mailbox.value, values: value, changed: [] },
      },
    };
  }

  #unknown(): Written<ParsedResponse> {
    if (this.chance.is(0.2)) {
      const url = 'https://jmap.example.org/.well-known/jmap';
      return {
        text: `* ${this.#case('JMAPACCESS')} "${url}"`,
        value: { kind: 'jmap access', name: 'JMAPACCESS', url },
      };
    }
    const name = `X${this.#word().toUpperCase()}`;
    const number = this.#nullable(() => this.#number());
    const values = this.chance.many(5, () => this.#value());
    return {
      text: this.#join([
        `* ${number === null ? '' : `${number.text} `}${this.#case(name)}`,
        ...values.map(({ text }) => text),
      ]),
      value: { kind: 'other', name, number: number?.value ?? null, values: values.map(({ value }) => value) },
    };
  }

  // FETCH

  #fetch(): Written<ParsedResponse> {
    const byUid = this.chance.is(0.1);
    const number = 1 + this.chance.below(1e6);
    const message: { -readonly [Key in keyof FetchedMessage]: FetchedMessage[Key] } & {
      sections: Section[];
    } = {
      sequence: byUid ? 0 : number,
      sections: [],
      other: record(),
      unparsed: record(),
    };
    if (byUid) message.uid = number;
    const add = <Key extends keyof FetchedMessage>(
      name: string,
      key: Key,
      { text, value }: Written<FetchedMessage[Key]>,
    ): string => {
      message[key] = value as never;
      return `${this.#case(name)} ${text}`;
    };
    const items: readonly (() => string)[] = [
      () => (byUid ? `UID ${number}` : add('UID', 'uid', this.#number())),
      () => add('FLAGS', 'flags', this.#flagList()),
      () => add('RFC822.SIZE', 'size', this.#number()),
      () => add('INTERNALDATE', 'internalDate', this.#date()),
      () => add('ENVELOPE', 'envelope', this.#envelope()),
      () => add(this.chance.pick(['BODY', 'BODYSTRUCTURE']), 'bodyStructure', this.#body()),
      () => {
        const { text, value } = this.#bigNumber();
        return add('MODSEQ', 'modSeq', { text: `(${text})`, value });
      },
      () => {
        const preview = this.#nullable(() => this.#text(40));
        return add('PREVIEW', 'preview', { text: this.#nstring(preview), value: preview });
      },
      () =>
        add('SAVEDATE', 'saveDate', this.chance.is(0.2) ? { text: this.#nil(), value: null } : this.#date()),
      () => add('EMAILID', 'emailId', { text: '(M6d99ac3275bb4e)', value: 'M6d99ac3275bb4e' }),
      () =>
        add(
          'THREADID',
          'threadId',
          this.chance.is(0.3)
            ? { text: this.#nil(), value: null }
            : { text: '(T64b478a75b7ea9)', value: 'T64b478a75b7ea9' },
        ),
      () => add('X-GM-MSGID', 'gmailMessageId', this.#bigNumber()),
      () => add('X-GM-THRID', 'gmailThreadId', this.#bigNumber()),
      () => {
        const labels = this.chance.many(3, () =>
          this.chance.pick(['\\Inbox', '\\Sent', 'Entwürfe', 'a b', 'R&D']),
        );
        const text = labels.map((label) =>
          label.startsWith('\\')
            ? this.chance.pick([label, this.#quoted(label)])
            : this.#astring(encodeUtf7(label)),
        );
        return add('X-GM-LABELS', 'gmailLabels', { text: this.#listed(text), value: labels });
      },
      () => {
        const { text, value } = this.#number();
        const sizes = record<number>();
        sizes['1.2'] = value;
        return add('BINARY.SIZE[1.2]', 'binarySizes', { text, value: sizes });
      },
      () => this.#section(message.sections),
      () => this.#section(message.sections),
      () => {
        const other = this.#value();
        const values = record<Value>();
        values['X-NEW'] = other.value;
        return add('X-NEW', 'other', { text: other.text, value: values });
      },
    ];
    const parts = this.chance.some(items).map((item) => item());
    const name = byUid ? 'UIDFETCH' : 'FETCH';
    return {
      text: `* ${number} ${this.#case(name)} ${this.#listed(parts)}`,
      value: { kind: 'fetch', name, message },
    };
  }

  #section(sections: Section[]): string {
    const bytes = this.#nullable(() => this.#octets(this.chance.is(0.05) ? 3000 : 60));
    const isText = bytes !== null && bytes.every((octet) => octet !== 0 && octet !== 10 && octet !== 13);
    const text =
      bytes === null
        ? this.#nil()
        : isText && this.chance.is(0.3)
          ? `"${latin1(bytes).replaceAll(/["\\]/g, '\\$&')}"`
          : this.#literal(latin1(bytes));
    const offset = this.chance.is(0.3) ? this.chance.below(1e6) : null;
    const partial = offset === null ? '' : `<${offset}>`;
    if (this.chance.is(0.2)) {
      sections.push({ section: '1.2', offset, bytes, decoded: true });
      return `${this.#case('BINARY')}[1.2]${partial} ${text}`;
    }
    if (this.chance.is(0.1)) {
      const part = this.chance.pick(['', '.HEADER', '.TEXT']);
      sections.push({ section: part.slice(1), offset: null, bytes });
      return `${this.#case('RFC822')}${this.#case(part)} ${text}`;
    }
    const section = this.chance.pick([
      '',
      '1',
      '1.2.3',
      'HEADER',
      '2.MIME',
      'TEXT',
      'HEADER.FIELDS (From To)',
      '1.HEADER.FIELDS.NOT (X-Y)',
    ]);
    sections.push({ section, offset, bytes });
    return `${this.#case('BODY')}[${section}]${partial} ${text}`;
  }

  #envelope(): Written<Envelope> {
    const sent = this.#nullable(() => new Date((this.chance.below(2 ** 31) + 1e6) * 1000));
    const date =
      sent === null ? this.#nullable(() => 'no date at all') : sent.toUTCString().replace('GMT', '+0000');
    const subject = this.#subject();
    const id = (): string | null => this.#nullable(() => `<${this.#word()}@${this.#word()}>`);
    const [from, sender, replyTo] = [this.#addresses(), this.#addresses(), this.#addresses()];
    const [to, cc, bcc] = [this.#addresses(), this.#addresses(), this.#addresses()];
    const [inReplyTo, messageId] = [id(), id()];
    const people = [from, sender, replyTo, to, cc, bcc].map((one) => one.text);
    const text = this.#listed([
      this.#nstring(date),
      subject.text,
      ...people,
      this.#nstring(inReplyTo),
      this.#nstring(messageId),
    ]);
    const value = {
      ...{ date, sent, subject: subject.value, from: from.value, sender: sender.value },
      ...{ replyTo: replyTo.value, to: to.value, cc: cc.value, bcc: bcc.value, inReplyTo, messageId },
    };
    return { text, value };
  }

  /** Text as it is, or as encoded words. */
  #subject(): Written<string | null> {
    if (this.chance.is(0.1)) return { text: this.#nil(), value: null };
    const value = this.#plain();
    if (value === '' || this.chance.is(0.7)) return { text: this.#string(value), value };
    const octets = octetsOf(value);
    const encoded = this.chance.is(0.5)
      ? `=?utf-8?B?${btoa(octets)}?=`
      : `=?UTF-8?q?${octets.replaceAll(/[^A-Za-z0-9]/g, (one) => `=${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}?=`;
    return { text: this.#string(encoded), value };
  }

  #addresses(): Written<readonly EnvelopeAddress[]> {
    if (this.chance.is(0.4)) return { text: this.#nil(), value: [] };
    const nil = (): string => this.#nil();
    const parts: string[] = [];
    const address = (): Address => {
      const name = this.#nullable(() => this.#plain());
      const [local, domain] = [this.#word(), `${this.#word()}.org`];
      parts.push(this.#listed([this.#nstring(name), nil(), this.#string(local), this.#string(domain)]));
      return { name, address: `${local}@${domain}` };
    };
    const value = this.chance.many(
      3,
      (): EnvelopeAddress => {
        if (this.chance.is(0.8)) return address();
        const group = `list ${this.#word()}`;
        parts.push(this.#listed([nil(), nil(), this.#string(group), nil()]));
        const members = this.chance.many(2, address);
        parts.push(this.#listed([nil(), nil(), nil(), nil()]));
        return { group, members };
      },
      1,
    );
    return { text: `(${this.chance.is(0.5) ? parts.join('') : this.#join(parts)})`, value };
  }

  #parameters(): Written<Readonly<Record<string, string>>> {
    const value = record<string>();
    const parts = this.chance.many(3, () => {
      const name = this.chance.pick(keys).toLowerCase();
      const said = this.#plain();
      // Of a name that comes twice the first counts.
      value[name] ??= said;
      return `${this.#string(this.#case(name))} ${this.#string(said)}`;
    });
    return { text: parts.length === 0 ? this.#nil() : this.#listed(parts), value };
  }

  #disposition(): Written<Disposition | null> {
    if (this.chance.is(0.4)) return { text: this.#nil(), value: null };
    const params = this.#parameters();
    return {
      text: this.#listed([this.#string(this.#case('ATTACHMENT')), params.text]),
      value: { type: 'attachment', params: params.value },
    };
  }

  /** body-fld-dsp, body-fld-lang and body-fld-loc, as far as they are there. */
  #extension(): {
    readonly parts: string[];
    readonly value: Pick<BodyPart, 'disposition' | 'language' | 'location'>;
  } {
    const disposition = this.#disposition();
    const language = this.chance.many(2, () => this.chance.pick(['en', 'de-CH']));
    const location = this.#nullable(() => 'https://x.org/');
    const lang =
      language.length === 0
        ? this.#nil()
        : language.length === 1 && this.chance.is(0.5)
          ? this.#string(language.join(''))
          : this.#listed(language.map((one) => this.#quoted(one)));
    const all = [disposition.text, lang, this.#nstring(location)];
    const count = this.chance.below(4);
    return {
      parts: all.slice(0, count),
      value: {
        disposition: count > 0 ? disposition.value : null,
        language: count > 1 ? language : [],
        location: count > 2 ? location : null,
      },
    };
  }

  #body(): Written<BodyPart> {
    return this.#message('', 3);
  }

  #message(above: string, depth: number): Written<BodyPart> {
    const isMultipart = depth > 0 && this.chance.is(0.4);
    if (!isMultipart) return this.#part(above === '' ? '1' : `${above}.1`, depth);
    return this.#multipart(above === '' ? '' : `${above}.TEXT`, above, depth);
  }

  #multipart(section: string, above: string, depth: number): Written<BodyPart> {
    const below = (index: number): string => (above === '' ? String(index) : `${above}.${index}`);
    let index = 0;
    const children = this.chance.many(
      3,
      () => {
        const own = below(++index);
        return depth > 1 && this.chance.is(0.3)
          ? this.#multipart(own, own, depth - 1)
          : this.#part(own, depth - 1);
      },
      1,
    );
    const params = this.#parameters();
    const extension = this.#extension();
    const hasParams = extension.parts.length > 0 || this.chance.is(0.5);
    const tail = [
      this.#string(this.#case('ALTERNATIVE')),
      ...(hasParams ? [params.text, ...extension.parts] : []),
    ];
    return {
      text: `(${children.map(({ text }) => text).join('')} ${tail.join(' ')})`,
      value: {
        section,
        ...{ type: 'multipart', subtype: 'alternative', params: hasParams ? params.value : record<string>() },
        ...{ id: null, description: null, encoding: '', size: 0, lines: null },
        ...extension.value,
        ...{ md5: null, envelope: null, parts: children.map(({ value }) => value) },
      },
    };
  }

  #part(section: string, depth: number): Written<BodyPart> {
    const isMessage = depth > 0 && this.chance.is(0.2);
    const [type, subtype] = isMessage
      ? ['message', 'rfc822']
      : this.chance.pick([
          ['text', 'plain'],
          ['text', 'html'],
          ['image', 'png'],
          ['application', 'pdf'],
        ]);
    const params = this.#parameters();
    const id = this.#nullable(() => this.#word());
    const description = this.#subject();
    const encoding = this.chance.pick(['7bit', 'base64', 'quoted-printable']);
    const size = this.#number();
    const parts = [
      this.#string(this.#case((type ?? '').toUpperCase())),
      this.#string(this.#case((subtype ?? '').toUpperCase())),
      params.text,
      id === null ? this.#nil() : this.#string(`<${id}>`),
      description.text,
      this.#string(this.#case(encoding.toUpperCase())),
      size.text,
    ];
    let envelope: Envelope | null = null;
    const inner: BodyPart[] = [];
    if (isMessage) {
      const written = this.#envelope();
      const body = this.#message(section, depth - 1);
      envelope = written.value;
      inner.push(body.value);
      parts.push(written.text, body.text);
    }
    let lines: number | null = null;
    if (isMessage || type === 'text') {
      const written = this.#number();
      lines = written.value;
      parts.push(written.text);
    }
    const extension = this.#extension();
    const md5 = this.#nullable(() => 'Q2hlY2sgSW50ZWdyaXR5IQ==');
    const hasMd5 = extension.parts.length > 0 || this.chance.is(0.5);
    if (hasMd5) parts.push(this.#nstring(md5), ...extension.parts);
    return {
      text: this.#listed(parts),
      value: {
        ...{
          section,
          type: type ?? '',
          subtype: subtype ?? '',
          params: params.value,
          id,
          description: description.value,
        },
        ...{ encoding, size: size.value, lines },
        ...extension.value,
        ...{ md5: hasMd5 ? md5 : null, envelope, parts: inner },
      },
    };
  }
}
