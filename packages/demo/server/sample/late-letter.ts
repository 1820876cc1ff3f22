// The letter that arrives while a visitor is looking.
import type { SeedMessage } from '../mailbox.ts';
import { messageId, owner, person } from './letter.ts';
import { message, plain } from './mime.ts';

/** New mail, dated `now`; `number` tells one from the next. */
export function lateLetter(now: Date, number = 1): SeedMessage {
  const text = `Hello Robin,

this message was delivered while you were looking at the list. Nothing was reloaded: the server said that there is
something new (IDLE, RFC 2177), and the page asked for it.

Answer whenever you like.

The Night Post
`;
  const head = {
    ...{ from: person('The Night Post <post@example.org>'), to: [owner], date: now },
    ...{
      subject: 'Just arrived: hello from the server 📬',
      id: messageId('late', String(number), now.toISOString()),
    },
  };
  return { raw: message(head, plain(text)), flags: [], date: now };
}
