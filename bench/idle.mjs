// New mail: from what Dovecot tells a bare socket in IDLE until the page has its event. Dovecot's own delay, about half
// a second, is in both and falls out.
import { connect } from 'node:net';
import { openClient } from './browser.mjs';
import { pass, startMailbox, user } from './mailbox.mjs';
import { rowsOf } from './measure.mjs';
import { startSite } from './site.mjs';

const path = 'Idle';
const message = {
  raw: Buffer.from('From: ana@example.com\r\nSubject: new\r\n\r\nnew\r\n'),
  flags: [],
  date: new Date(),
};
const now = () => performance.timeOrigin + performance.now();

/** A socket in IDLE; `heard` resolves with the time of the next EXISTS. */
async function bareIdle(port) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let wait = null;
  socket.setEncoding('latin1').on('data', (more) => {
    text += more;
    if (wait === null || !wait.pattern.test(text)) return;
    wait.resolve(now());
    wait = null;
  });
  const until = (pattern, line = '') =>
    new Promise((resolve) => {
      text = '';
      wait = { pattern, resolve };
      if (line !== '') socket.write(`${line}\r\n`);
    });
  await until(/^\* OK/);
  await until(/^a OK/m, `a LOGIN ${user} ${pass}`);
  await until(/^b OK/m, `b SELECT ${path}`);
  await until(/^\+/m, 'c IDLE');
  return { heard: () => until(/ EXISTS/), end: () => socket.destroy() };
}

export async function idle({ messages, rounds }) {
  const dovecot = await startMailbox({ messages });
  const site = await startSite(dovecot.port);
  await dovecot.fill(user, [{ path, messages: [message] }]);
  const page = await openClient(site);
  const bare = await bareIdle(dovecot.port);
  try {
    await page.evaluate(async (mailbox) => {
      await globalThis.client.select(mailbox);
      const events = globalThis.client.idle()[Symbol.asyncIterator]();
      globalThis.next = async () => {
        for (;;) {
          const { value } = await events.next();
          if (value.type === 'exists') return performance.timeOrigin + performance.now();
        }
      };
    }, path);
    const values = { page: [], bare: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const heard = [page.evaluate(() => globalThis.next()), bare.heard()];
      const sent = now();
      await dovecot.deliver(user, message, path);
      const [inPage, inSocket] = await Promise.all(heard);
      if (round === 0) continue; // the first IDLE begins meanwhile
      values.page.push(inPage - inSocket);
      values.bare.push(inSocket - sent);
    }
    const server = "the server's own delay (a bare socket)";
    const event = 'event in the page, after the bare socket has heard';
    return {
      title: '7. New mail, from IDLE to the event in the page',
      rows: rowsOf(
        [{ name: server }, { name: event }],
        new Map([
          [server, values.bare],
          [event, values.page],
        ]),
        'ms',
      ),
    };
  } finally {
    bare.end();
    await page.close();
    await site.close();
    await dovecot.stop();
  }
}
