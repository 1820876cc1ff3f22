// The mailbox that everybody is measured on: lifelike messages, made once and kept in `.cache/bench`, the same on
// every machine: the sample's letters, each with addresses, threads and dates of its own out of one seeded stream.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleMailbox, startDovecot } from '@imaplib/demo/server';

export const user = 'alice';
export const pass = 'secret-a';
/** Folders beside the inbox, for searches over many. */
export const folders = Array.from({ length: 20 }, (_, index) => `Archive/${2000 + index}`);

const cache = fileURLToPath(new URL('../.cache/bench', import.meta.url));
const from = Date.UTC(2024, 0, 1);
const until = Date.UTC(2026, 0, 1);
const names = ['ana', 'bo', 'chen', 'dina', 'eli', 'fay', 'gus', 'hana', 'ivo', 'jun'];
const hosts = ['example.com', 'example.org', 'mail.example.net', 'lists.example.org'];

/** mulberry32: the same numbers everywhere. */
function stream(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many messages, oldest first. */
export function manyMessages(count, seed = 1) {
  const letters = sampleMailbox({ now: new Date(until) }).folders.flatMap((folder) => folder.messages);
  const random = stream(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const address = () => `${pick(names)}${Math.floor(random() * 400)}@${pick(hosts)}`;
  const threads = [];
  return Array.from({ length: count }, (_, index) => {
    const letter = letters[index % letters.length];
    const date = new Date(from + ((until - from) * (index + random())) / count);
    const id = `<${index}.${seed}@example.com>`;
    let thread = null;
    if (threads.length > 0 && random() < 0.45) {
      thread = pick(threads.slice(-60));
    } else threads.push([]);
    const references = (thread ?? []).slice(-8);
    (thread ?? threads.at(-1)).push(id);
    const to = Array.from({ length: 1 + Math.floor(random() ** 3 * 8) }, address).join(', ');
    const headers = {
      Date: date.toUTCString().replace('GMT', '+0000'),
      'Message-ID': id,
      To: to,
      ...(random() < 0.2 ? { Cc: address() } : {}),
      ...(references.length === 0
        ? {}
        : { 'In-Reply-To': references.at(-1), References: references.join('\r\n ') }),
    };
    const flags = [
      ...(random() < 0.7 ? ['\\Seen'] : []),
      ...(random() < 0.05 ? ['\\Flagged'] : []),
      ...(random() < 0.2 ? ['\\Answered'] : []),
    ];
    return { raw: withHeaders(letter.raw, headers), flags, date };
  });
}

/** One message of this many octets: a text in long lines, as an attachment in base64 looks. */
function largeMessage(size) {
  const message = Buffer.alloc(size, `${'QmFzZTY0IGxpbmU'.repeat(5)}\r\n`);
  message.write('From: ana@example.com\r\nSubject: large\r\nContent-Type: text/plain\r\n\r\n');
  message.write('\r\n', size - 2);
  return message;
}

/** The message with these fields in place of its own. */
function withHeaders(raw, headers) {
  const message = Buffer.from(raw);
  const end = message.indexOf('\r\n\r\n');
  const fields = message.toString('latin1', 0, end).split(/\r\n(?![ \t])/);
  const replaced = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const kept = fields.filter((field) => !replaced.has(field.slice(0, field.indexOf(':')).toLowerCase()));
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from([...own, ...kept].join('\r\n'), 'latin1'), message.subarray(end)]);
}

/**
 * Starts Dovecot on the kept mailbox: `messages` in the inbox, a twentieth of that in each of {@link folders}.
 * Made at the first start, which takes some seconds.
 */
export async function startMailbox({ messages, extra = '' }) {
  // A mailbox half made is none: the mark is set when it is whole.
  const homes = join(cache, `mail-3-${messages}`);
  const mark = join(homes, 'whole');
  const isWhole = existsSync(mark);
  if (!isWhole) rmSync(homes, { recursive: true, force: true });
  mkdirSync(homes, { recursive: true });
  const dovecot = await startDovecot({ homes, format: 'sdbox', extra });
  if (!isWhole) {
    const inbox = { path: 'INBOX', messages: manyMessages(messages) };
    const others = folders.map((path, index) => ({
      path,
      messages: manyMessages(Math.ceil(messages / 20), index + 2),
    }));
    const small = manyMessages(1000, 99);
    const large = [{ raw: largeMessage(100 * 2 ** 20), flags: [], date: new Date(until) }];
    await dovecot.fill(user, [
      inbox,
      ...others,
      { path: 'Small', messages: small },
      { path: 'Large', messages: large },
    ]);
    writeFileSync(mark, '');
  }
  return dovecot;
}
