// The steps of imaplib's own test section, in its order and with its names. What they leave in INBOX is taken away
// by their caller.

import type { IMAP4 } from '../imap4.ts';
import { error } from '../errors.ts';
import type { Journal } from './journal.ts';
import { mailboxNames, type Place } from './place.ts';
import type { Traces } from './traces.ts';

/** Runs them all; the message carries `messageId`. */
export async function runSteps(
  journal: Journal,
  M: IMAP4,
  place: Place,
  traces: Traces,
  { message, messageId }: { readonly message: string; readonly messageId: string },
): Promise<void> {
  const run = journal.run.bind(journal, M);
  const [first, renamed, second] = ['xxx 1', 'yyy', 'yyz 2'].map((name) => place.within(name)) as [
    string,
    string,
    string,
  ];

  traces.place = place;
  await run('create', first);
  await run('rename', first, renamed);
  await run('CREATE', second);
  await run('append', second, null, null, message);
  await run('list', place.directory, 'yy*');
  await run('select', second);
  expect(
    'search',
    String(await run('search', null, 'SUBJECT', 'test')),
    '1',
    'the message that was appended',
  );
  const fetched = await run('fetch', '1', '(FLAGS INTERNALDATE RFC822)');
  const [, octets] = fetched.find((datum) => Array.isArray(datum)) ?? [];
  expect(
    'fetch',
    new TextDecoder().decode(octets),
    message.replaceAll('\n', '\r\n'),
    'the message as it was appended',
  );
  await run('store', '1', 'FLAGS', '(\\Deleted)');
  if (M.capabilities.includes('NAMESPACE')) await run('namespace');
  expect('expunge', String(await run('expunge')), '1', 'the message that was deleted');
  await run('recent');
  await run('close');

  for (const name of mailboxNames(await run('list', place.directory, 'yy%'))) await run('delete', name);

  await run('select');
  await run('response', 'UIDVALIDITY');
  const uids = String((await run('uid', 'SEARCH', 'ALL')).at(-1) ?? '').split(' ');
  const last = uids.at(-1) ?? '';
  if (last !== '') await run('uid', 'FETCH', last, lookedAt(M));
  await run('response', 'EXISTS');
  traces.messageId = messageId;
  await run('append', null, null, null, message);
  await run('recent');
}

/** What is fetched of the last message of INBOX: it is somebody's mail, so it stays unseen and its text is cut. */
function lookedAt(M: IMAP4): string {
  const text = M.PROTOCOL_VERSION === 'IMAP4' ? 'RFC822.HEADER' : 'BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.1024>';
  return `(FLAGS INTERNALDATE RFC822.SIZE ${text})`;
}

function expect(command: string, found: string, expected: string, what: string): void {
  if (found === expected) return;
  throw new error(
    `${command} should have found ${what}: ${JSON.stringify(expected)}, not ${JSON.stringify(found)}`,
  );
}
