// Threads put together here: the steps of RFC 5256 3, and mail that was made to break them.

import { describe, expect, it } from 'vitest';
import { deepestThread, type Thread } from '../wire/thread.ts';
import { readMessageIds, threadByReferences, type ThreadMessage } from './conversations-references.ts';

interface Sent {
  readonly id?: string | null;
  readonly refs?: string;
  readonly subject?: string | null;
  readonly sent?: number;
}

/** Messages whose subjects differ, sent one after the other, unless told otherwise. */
function threadsOf(sent: readonly Sent[]): string {
  const messages = sent.map(
    ({ id = null, refs = '', subject = `subject ${sent.length}`, sent: at }, index): ThreadMessage => ({
      id: index + 1,
      messageId: id,
      references: refs.split(' ').filter((one) => one !== ''),
      subject: subject === `subject ${sent.length}` ? `subject ${index}` : subject,
      sent: at ?? index,
    }),
  );
  return threadByReferences(messages).map(written).join('');
}

/** As it stands on the wire, but that who is missing is `?`. */
function written({ id, replies }: Thread): string {
  const own = id === null ? '?' : String(id);
  if (replies.length === 0) return `(${own})`;
  return replies.length === 1
    ? `(${own} ${replies.map(written).join('').slice(1)}`
    : `(${own} ${replies.map(written).join('')})`;
}

/** How many messages there are, without recursion. */
function count(threads: readonly Thread[]): { readonly messages: number; readonly depth: number } {
  let messages = 0;
  let depth = 0;
  const waiting = threads.map((thread) => ({ thread, at: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.thread.id !== null) messages++;
    depth = Math.max(depth, next.at);
    for (const thread of next.thread.replies) waiting.push({ thread, at: next.at + 1 });
  }
  return { messages, depth };
}

describe('threads', () => {
  it.each<[string, Sent[], string]>([
    ['none', [], ''],
    ['without references stand alone', [{ id: 'a' }, { id: 'b' }, {}], '(1)(2)(3)'],
    ['of a reply', [{ id: 'a' }, { id: 'b', refs: 'a' }], '(1 2)'],
    [
      'of a reply that came first',
      [
        { id: 'b', refs: 'a', sent: 5 },
        { id: 'a', sent: 1 },
      ],
      '(2 1)',
    ],
    ['of a chain', [{ id: 'a' }, { id: 'b', refs: 'a' }, { id: 'c', refs: 'a b' }], '(1 2 3)'],
    ['of two replies', [{ id: 'a' }, { id: 'b', refs: 'a' }, { id: 'c', refs: 'a' }], '(1 (2)(3))'],
    [
      'whose replies go by date',
      [{ id: 'a' }, { id: 'b', refs: 'a', sent: 9 }, { id: 'c', refs: 'a', sent: 8 }],
      '(1 (3)(2))',
    ],
    // Step 1.A: links between messages that are referred to; the first one counts.
    ['whose middle is missing', [{ id: 'a' }, { id: 'c', refs: 'a b' }], '(1 2)'],
    [
      'whose references disagree',
      [
        { id: 'x', refs: 'a b' },
        { id: 'y', refs: 'c b' },
        { id: 'b', refs: '' },
      ],
      '(3 (1)(2))',
    ],
    // Step 1.B: the message's own word counts more.
    [
      'whose references were cut',
      [{ id: 'd', refs: 'a c' }, { id: 'a' }, { id: 'c', refs: 'a b' }, { id: 'b', refs: 'a' }],
      '(2 4 3 1)',
    ],
    // Two with one ID: the second has none.
    ['of messages with one ID', [{ id: 'a' }, { id: 'a', refs: 'z' }, { id: 'b', refs: 'a' }], '(1 3)(2)'],
    // Loops.
    ['of a message that answers itself', [{ id: 'a', refs: 'a' }], '(1)'],
    [
      'of two that answer each other',
      [
        { id: 'a', refs: 'b' },
        { id: 'b', refs: 'a' },
      ],
      '(2 1)',
    ],
    [
      'of a ring',
      [
        { id: 'a', refs: 'c' },
        { id: 'b', refs: 'a' },
        { id: 'c', refs: 'b' },
      ],
      '(3 1 2)',
    ],
    ['whose references repeat', [{ id: 'a' }, { id: 'b', refs: 'a b a b a' }], '(1 2)'],
    // Step 3: who is missing holds several together, and nothing else.
    ['whose first message is missing', [{ id: 'b', refs: 'a' }], '(1)'],
    [
      'of siblings whose parent is missing',
      [
        { id: 'b', refs: 'a' },
        { id: 'c', refs: 'a' },
      ],
      '(? (1)(2))',
    ],
    [
      'of siblings whose parents are missing',
      [
        { id: 'b', refs: 'x a' },
        { id: 'c', refs: 'x d' },
      ],
      '(? (1)(2))',
    ],
    [
      'whose missing middle has two replies',
      [{ id: 'a' }, { id: 'c', refs: 'a b' }, { id: 'd', refs: 'a b' }],
      '(1 (2)(3))',
    ],
    // Step 4 and 6.
    [
      'by the first that is there',
      [
        { id: 'b', refs: 'a', sent: 5 },
        { id: 'c', refs: 'a', sent: 3 },
        { id: 'd', sent: 4 },
      ],
      '(? (2)(1))(3)',
    ],
    [
      'in the order of the mailbox where the dates are the same',
      [{ sent: 1 }, { sent: 1 }, { sent: 0 }],
      '(3)(1)(2)',
    ],
    // Step 5.
    [
      'of one subject, a reply below',
      [{ subject: 'Hello' }, { subject: 'Re: hello' }, { subject: 'Other' }],
      '(1 2)(3)',
    ],
    [
      'of one subject, the reply sent first',
      [
        { subject: 'Re: Hello', sent: 9 },
        { subject: 'Hello', sent: 10 },
      ],
      '(2 1)',
    ],
    ['of one subject, no replies', [{ subject: 'Hello' }, { subject: '[list] HELLO' }], '(? (1)(2))'],
    ['of one subject, replies only', [{ subject: 'Re: Hello' }, { subject: 'Fwd: Hello' }], '(? (1)(2))'],
    [
      'of one subject, three',
      [{ subject: 'Hello' }, { subject: 'Hello' }, { subject: 'Re: Hello' }, { subject: 'Hello' }],
      '(? (1)(2)(3)(4))',
    ],
    ['without a subject', [{ subject: '' }, { subject: 'Re: ' }, { subject: null }], '(1)(2)(3)'],
    [
      'of one subject, one whose first is missing',
      [
        { id: 'b', refs: 'a', subject: 'Re: Hello' },
        { id: 'c', refs: 'a', subject: 'Re: Hello' },
        { id: 'd', subject: 'Hello' },
      ],
      '(? (1)(2)(3))',
    ],
    [
      'of one subject, two whose first is missing',
      [
        { id: 'b', refs: 'a', subject: 'Hello' },
        { id: 'c', refs: 'a', subject: 'Hello' },
        { id: 'd', refs: 'x', subject: 'Hello' },
        { id: 'e', refs: 'x', subject: 'Hello' },
      ],
      '(? (1)(2)(3)(4))',
    ],
    [
      'whose replies have another subject',
      [{ id: 'a', subject: 'One' }, { id: 'b', refs: 'a', subject: 'Two' }, { subject: 'Re: Two' }],
      '(1 2)(3)',
    ],
  ])('%s', (_what, sent, expected) => {
    expect(threadsOf(sent)).toBe(expected);
  });
});

describe('message IDs', () => {
  it.each([
    [null, []],
    ['', []],
    ['<a@b>', ['a@b']],
    ['References: <a@b>\r\n <c@d>\r\n\t<e@f>\r\n', ['a@b', 'c@d', 'e@f']],
    ['<a@b><c@d>', ['a@b', 'c@d']],
    ['Message of Monday <a@b> by c@d', ['a@b']],
    ['<"quoted"@b> <"with space"@b> <"a\\"b"@c>', ['quoted@b', 'with space@b', 'a"b@c']],
    ['<no-domain>', ['no-domain']],
    ['< a@b >', ['a@b']],
    ['<a@b <c@d>', ['c@d']],
    ['nothing', []],
    ['<>', []],
    ['<a b>', []],
  ])('of %j', (field, ids) => {
    expect(readMessageIds(field)).toEqual(ids);
  });

  it('are no more than 200 of a hostile field: the first, and the last', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `<${index}@x>`).join(' ');
    const ids = readMessageIds(many);
    expect(ids).toHaveLength(200);
    expect([ids[0], ids[1], ids.at(-1)]).toEqual(['0@x', '99801@x', '99999@x']);
  });

  it.each([
    ['brackets', '<'.repeat(1_000_000)],
    ['one without end', `<${'a'.repeat(1_000_000)}`],
    ['spaces', `<${' '.repeat(1_000_000)}`],
    ['quotes', '<"'.repeat(500_000)],
    ['backslashes', `<"${'\\'.repeat(1_000_000)}`],
    ['at signs', `<${'a@'.repeat(500_000)}`],
  ])('in a megabyte of %s cost no time', (_what, field) => {
    const begin = performance.now();
    readMessageIds(field);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

/** A mailbox of messages made by a rule. */
function made(size: number, rule: (index: number) => Partial<ThreadMessage>): ThreadMessage[] {
  return Array.from({ length: size }, (_, index) => ({
    id: index + 1,
    messageId: `${index}@x`,
    references: [],
    subject: `subject ${index}`,
    sent: index,
    ...rule(index),
  }));
}

describe('mail that was made to cost', () => {
  const size = 10_000;
  const before = (index: number): string[] => (index === 0 ? [] : [`${index - 1}@x`]);
  const shuffled = (index: number): number => (index * 7919) % size;

  it.each<[string, ThreadMessage[], { readonly messages: number; readonly depth: number }]>([
    [
      'a chain of 10,000',
      made(size, (index) => ({ references: before(index) })),
      { messages: size, depth: deepestThread },
    ],
    [
      'a chain of 10,000, backwards',
      made(size, (index) => ({ id: size - index, references: before(index) })),
      { messages: size, depth: deepestThread },
    ],
    [
      'a chain of 10,000, shuffled',
      made(size, (index) => ({ id: shuffled(index) + 1, references: before(index) })),
      { messages: size, depth: deepestThread },
    ],
    [
      'a ring of 10,000',
      made(size, (index) => ({ references: [`${(index + size - 1) % size}@x`] })),
      { messages: size, depth: deepestThread },
    ],
    [
      'one ID for all',
      made(size, () => ({ messageId: 'a@x', references: ['a@x'] })),
      { messages: size, depth: 1 },
    ],
    ['one subject for all', made(size, () => ({ subject: 'x' })), { messages: size, depth: 1 }],
    [
      '10,000 replies',
      made(size, (index) => ({ references: index === 0 ? [] : ['0@x'] })),
      { messages: size, depth: 1 },
    ],
    [
      'prototype keys',
      made(size, (index) => ({
        messageId: '__proto__',
        references: ['constructor', '__proto__'],
        subject: index % 2 ? '__proto__' : 'constructor',
      })),
      { messages: size, depth: 1 },
    ],
  ])('%s', (_what, messages, expected) => {
    const begin = performance.now();
    const threads = threadByReferences(messages);
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(count(threads)).toEqual(expected);
  });

  it('loops looked for from the bottom of a deep thread, 200,000 times', () => {
    const deep = made(size, (index) => ({ references: before(index) }));
    // The first message below the last would be a loop, which is seen after a walk through all of them.
    const bait = made(4000, (index) => ({
      id: size + index + 1,
      messageId: `bait${index}@x`,
      references: Array.from({ length: 50 }, () => [`${size - 1}@x`, '0@x']).flat(),
    }));
    const begin = performance.now();
    const threads = threadByReferences([...deep, ...bait]);
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(count(threads).messages).toBe(size + 4000);
  });
});
