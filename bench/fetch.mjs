// The list of a whole mailbox, live: UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE), beside
// the raw floor.
import { bridge } from '@imaplib/client';
import { tcp } from '@imaplib/client/node';
import { WebSocket } from 'ws';
import { openClient } from './browser.mjs';
import { pass, startMailbox, user } from './mailbox.mjs';
import { measure } from './measure.mjs';
import { imapflow, imaplib, installed, nodeImap } from './peers/index.mjs';
import * as ours from './peers/ours.mjs';
import { connectRaw, name as floor } from './peers/raw-floor.mjs';
import { startSite } from './site.mjs';

const inChromium = 'ImapClient in Chromium, through the bridge';
const inNode = 'ImapClient in Node, TCP';
const throughBridge = 'ImapClient in Node, through the bridge';
const face = 'imaplib (ours) in Node, TCP';

/** Signs in once, in the page; what it gives lists the mailbox, and resolves with the time that the page took. */
async function pageLister(site) {
  const page = await openClient(site, { autoIdle: false });
  await page.evaluate(async () => {
    await globalThis.client.select('INBOX');
    globalThis.list = async () => {
      const items = { flags: true, internalDate: true, size: true, envelope: true, bodyStructure: true };
      const begun = performance.now();
      let count = 0;
      for await (const message of globalThis.client.fetch('1:*', items))
        if (message.envelope !== undefined) count += 1;
      return { count, ms: performance.now() - begun };
    };
  });
  return { list: () => page.evaluate(() => globalThis.list()), end: () => page.close() };
}

export async function fetchRows({ messages, rounds }) {
  const dovecot = await startMailbox({ messages });
  const site = await startSite(dovecot.port);
  const endpoint = { port: dovecot.port, user, pass };
  const direct = () => tcp({ host: '127.0.0.1', port: dovecot.port, tls: 'none' });
  const raw = await connectRaw(dovecot.port);
  const page = await pageLister(site);
  const inBridge = bridge({ url: site.socket, target: 'dovecot', token: site.token, WebSocket });
  const own = [
    { name: inNode, made: await ours.connect({ ...endpoint, transport: direct() }) },
    { name: throughBridge, made: await ours.connect({ ...endpoint, transport: inBridge }) },
    { name: face, made: await ours.connectImaplib({ ...endpoint, transport: direct() }) },
  ];
  const { found, missing } = await installed([imaplib, nodeImap, imapflow], (peer) => peer.connect(endpoint));
  const counted = async (lister) => {
    let count = 0;
    // imaplib gives lines and literals: two and more for a message with a literal.
    const lines = (await lister.list(() => (count += 1))) ?? 0;
    if (Math.max(count, lines) < messages) throw new Error(`${count} of ${messages} messages were read`);
  };
  // The floor's aim is for the whole way: page, bridge and back. The face parses nothing, as CPython's does not.
  const beside = {
    [inNode]: { [floor]: null, imapflow: null },
    [throughBridge]: { [floor]: null, imapflow: null },
    [face]: { [imaplib.name]: 1.2 },
    [imaplib.name]: { [floor]: null },
    imapflow: { [floor]: null },
    'node-imap': { [floor]: null },
  };
  try {
    const rows = await measure(
      [
        { name: floor, run: async () => void (await raw.ask(`UID FETCH 1:* ${ours.attributes}`)) },
        {
          name: inChromium,
          beside: { [floor]: 1.5, imapflow: 0.2 },
          run: async () => {
            const { count, ms } = await page.list();
            if (count !== messages) throw new Error(`the page read ${count} of ${messages} messages`);
            return ms;
          },
        },
        ...[...own, ...found].map(({ name, made }) => ({
          ...{ name, beside: beside[name], run: () => counted(made) },
        })),
      ],
      rounds,
    );
    return { title: `2, 3. The same, live from Dovecot`, rows, missing };
  } finally {
    raw.end();
    await page.end();
    for (const { made } of [...own, ...found]) await made.end();
    await site.close();
    await dovecot.stop();
  }
}
