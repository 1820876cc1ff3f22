// How the texts of the sample mailbox are written down, and how they become messages with dates, flags and threads.
import { createHash } from 'node:crypto';
import type { SeedMessage } from '../mailbox.ts';
import { message, plain, type Part, type Person } from './mime.ts';

/** One message of a conversation. */
export interface Letter {
  /** `Name <address>`, or `me` for the mailbox's owner. */
  readonly from: string;
  /** The text; a reply quotes the letter before it by itself. */
  readonly text: string;
  /** How long after the letter before: `20m`, `3h`, `2d`. */
  readonly after?: string;
  /** A body that is more than plain text. */
  readonly body?: Part;
}

export interface Conversation {
  readonly subject: string;
  /** How long ago its first letter came: `25m`, `3h`, `2d`, `5w`. */
  readonly ago: string;
  readonly letters: readonly Letter[];
  /** Where the letters of others are kept; INBOX when left out. The owner's own are in Sent. */
  readonly folder?: string;
  readonly unread?: boolean;
  readonly starred?: boolean;
  readonly cc?: readonly string[];
  /** The line above a quotation, with NAME and DATE in it. */
  readonly wrote?: string;
  readonly extra?: readonly string[];
}

/** A message and the folder that it belongs into. */
export interface Placed {
  readonly folder: string;
  readonly message: SeedMessage;
}

/** Whose mailbox it is. */
export const owner: Person = { name: 'Robin Vale', address: 'demo@example.com' };

const minutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };

/** `90m`, `3h`, `2d`, `5w` in milliseconds. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const scale = minutes[unit ?? ''];
  if (count === undefined || scale === undefined) throw new RangeError(`Not a duration: ${text}`);
  return Number(count) * scale * 60_000;
}

/** Some minutes and seconds, less than an hour, that look accidental and are always the same for `key`. */
export function stray(key: string): number {
  return (createHash('sha256').update(key).digest().readUInt32BE(0) % 3400) * 1000;
}

/** That long ago; what is hours away and more does not fall on the same minute as everything else. */
export function before(now: Date, ago: string, key: string): Date {
  return new Date(now.getTime() - duration(ago) - (ago.endsWith('m') ? 0 : stray(key)));
}

/** `Name <address>` taken apart; `me` is the owner. */
export function person(text: string): Person {
  if (text === 'me') return owner;
  const [, name = '', address = ''] = /^(.*) <(.*)>$/.exec(text) ?? [];
  if (address === '') throw new RangeError(`Not a person: ${text}`);
  return { name, address };
}

/** An id that is the same at every start. */
export function messageId(...parts: readonly string[]): string {
  return `${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 20)}@mail.example.com`;
}

/** All messages of a conversation, oldest first. */
export function write(conversation: Conversation, now: Date): Placed[] {
  const { subject, letters } = conversation;
  const first = letters.find(({ from }) => from !== 'me')?.from ?? 'Mira Holm <mira@example.org>';
  const references: string[] = [];
  let date = before(now, conversation.ago, subject);
  let quoted = '';
  return letters.map((letter, index) => {
    if (index > 0) date = new Date(date.getTime() + duration(letter.after ?? '2h') + stray(letter.text) / 4);
    // Nothing comes from the future, however long the conversation.
    if (date > now) date = new Date(now.getTime() - (letters.length - index) * 60_000);
    const mine = letter.from === 'me';
    const from = person(letter.from);
    const id = messageId(subject, conversation.ago, String(index));
    const text = `${letter.text.trim()}\n${quoted}`;
    const raw = message(
      {
        ...{ from, date, id, subject: index === 0 ? subject : `Re: ${subject}`, references: [...references] },
        to: [mine ? person(first) : owner],
        ...(conversation.cc === undefined ? {} : { cc: conversation.cc.map(person) }),
        ...(conversation.extra === undefined ? {} : { extra: conversation.extra }),
      },
      letter.body ?? plain(text),
    );
    references.push(id);
    quoted = `\n${attribution(conversation.wrote, from.name, date)}\n${quote(text)}\n`;
    const last = index === letters.length - 1;
    const answered = !mine && letters[index + 1]?.from === 'me';
    const flags = [
      ...(mine || !last || conversation.unread !== true ? ['\\Seen'] : []),
      ...(answered ? ['\\Answered'] : []),
      ...(last && conversation.starred === true ? ['\\Flagged'] : []),
    ];
    return { folder: mine ? 'Sent' : (conversation.folder ?? 'INBOX'), message: { raw, flags, date } };
  });
}

function attribution(template = 'On DATE, NAME wrote:', name: string, date: Date): string {
  const day = date.toISOString().slice(0, 10);
  return template.replace('NAME', name).replace('DATE', day);
}

const quote = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '>' : line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n');
