// Conversations put together in the client are those of a real server's THREAD REFERENCES.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conversations, ImapClient, type Thread } from '@imaplib/client';
import { spawn } from '@imaplib/client/node';
import { startDovecot, type Dovecot } from './dovecot.ts';
import type { SeedMessage } from './mailbox.ts';

/** Numbers in [0, 1) from a seed, the same on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
}

const subjects = [
  'Plans',
  'Lunch',
  'Straße & Café',
  '[list] News',
  'Bericht',
  '',
  'Minutes',
  'A very long one',
];
const leaders = [
  '',
  '',
  'Re: ',
  'RE: ',
  'Fwd: ',
  'Re: [list] ',
  '[list] ',
  '[list] Re: ',
  'Re[2]: ',
  'fw : ',
];

/** Mail of people who answer each other, with clients that cut References, forget them, repeat IDs and lose messages. */
function generated(size: number, seed: number): SeedMessage[] {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(from: readonly T[]): T => from.at(below(from.length)) as T;
  const sent: { readonly id: string; readonly references: readonly string[]; readonly subject: string }[] =
    [];
  const messages: SeedMessage[] = [];
  for (let number = 0; number < size; number++) {
    const parent = next() < 0.6 ? sent.at(below(sent.length)) : undefined;
    const id = next() < 0.02 && sent.length > 0 ? pick(sent).id : `<${number}.${seed}@example.org>`;
    const own = parent?.subject ?? pick(subjects);
    const subject = next() < 0.1 ? `Other ${below(40)}` : own;
    let references = parent === undefined ? [] : [...parent.references, parent.id];
    if (next() < 0.1) references = references.slice(-1 - below(2));
    if (next() < 0.05) references = references.toReversed();
    if (next() < 0.03) references = [...references, id];
    const header = [
      `From: user${below(9)}@example.org`,
      `Date: ${new Date(Date.UTC(2026, 0, 1) + below(size * 3) * 60_000).toUTCString().replace('GMT', next() < 0.5 ? '+0000' : '-0700')}`,
      `Subject: ${encoded(pick(leaders) + subject + (next() < 0.05 ? ' (fwd)' : ''))}`,
      ...(next() < 0.03 ? [] : [`Message-ID: ${id}`]),
      ...(references.length > 0 && next() < 0.8 ? [`References: ${references.join('\r\n ')}`] : []),
      ...(parent !== undefined && next() < 0.8 ? [`In-Reply-To: ${parent.id}`] : []),
    ];
    sent.push({ id, references, subject });
    if (next() < 0.1) continue; // lost, or deleted
    const raw = new TextEncoder().encode(`${header.join('\r\n')}\r\n\r\nHello\r\n`);
    messages.push({ raw, flags: [], date: new Date(Date.UTC(2026, 0, 1)) });
  }
  return messages;
}

/** Half of those that need it in base64, and some with a line that is folded. */
function encoded(subject: string): string {
  if (/^[\u0020-\u007e]*$/.test(subject)) return subject.replace(' very', '\r\n very');
  return `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
}

function written({ id, replies }: Thread): string {
  return `(${[id ?? '?', ...replies.map(written)].join(' ')})`;
}

// Left out only where the whole run was told to do without Dovecot.
describe.skipIf(process.env['WITHOUT_DOVECOT'] === '1')('conversations', () => {
  let dovecot: Dovecot;
  const seeds = [1, 2, 3, 4];
  beforeAll(async () => {
    const folders = seeds.map((seed) => ({ path: `Seed${seed}`, messages: generated(400, seed) }));
    dovecot = await startDovecot({ mailboxes: { alice: folders } });
  });
  afterAll(() => dovecot?.stop());

  test.each(seeds)('put together here are those of the server, mailbox %i', async (seed) => {
    const client = await ImapClient.connect({
      transport: spawn(dovecot.preauthCommand('alice')),
      autoIdle: false,
    });
    try {
      await client.select(`Seed${seed}`, { readOnly: true });
      const here = await conversations(client, { source: 'local' });
      const there = await conversations(client, { source: 'THREAD=REFERENCES' });
      expect(here.list.length).toBeGreaterThan(20);
      const byUid = (list: typeof here.list): string[] =>
        list.map(({ thread }) => written(thread)).toSorted();
      expect(byUid(here.list)).toEqual(byUid(there.list));
      expect((await conversations(client)).source).toBe('THREAD=REFERENCES');
    } finally {
      await client.logout();
    }
  });
});
