// `node bench/counts.mjs [--update]`: what does not drift with the machine, compared with counts.json: commands and
// round trips of an operation, commands of the page to show a folder, bytes allocated to read a message. A change for
// the worse fails; one for the better is written down with `--update`. (The bytes of bundles are `npm run pack-check`'s.)
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';
import { ImapClient } from '@imaplib/client';
import { tcp } from '@imaplib/client/node';
import { Framer, readFetch, readHead } from '@imaplib/client/wire';
import { sampleMailbox, startEmbedded } from '@imaplib/demo/server';
import { chromium } from 'playwright';
import { launchOptions } from '../scripts/chromium.mjs';

const self = fileURLToPath(import.meta.url);
const baseline = new URL('counts.json', import.meta.url);
const built = fileURLToPath(new URL('../packages/demo/dist/page', import.meta.url));
/** Allocations move a little with the version of Node. */
const SLACK = 1.1;
const items = { flags: true, internalDate: true, size: true, envelope: true, bodyStructure: true };

/** Commands of an operation, and how often it waited for the server: turns from reading to writing. */
async function operations() {
  const server = await startEmbedded({ mailbox: sampleMailbox({ now: new Date('2026-01-01') }) });
  const counts = {};
  let commands = 0;
  let turns = 0;
  let last = 'S';
  const client = await ImapClient.connect({
    transport: tcp({ host: server.host, port: server.port, tls: 'none' }),
    auth: { user: 'demo', pass: 'demo' },
    autoIdle: false,
    onLine: (direction) => {
      if (direction === 'C') commands += 1;
      if (direction === 'C' && last === 'S') turns += 1;
      last = direction;
    },
  });
  const count = async (name, work) => {
    await work?.();
    counts[name] = { commands, turns };
    commands = 0;
    turns = 0;
  };
  const read = async (stream) => {
    for await (const chunk of stream) void chunk;
  };
  try {
    await count('sign in');
    await count('list the folders', () => client.list().toArray());
    await count('open a folder', () => client.select('INBOX'));
    const uids = await client.search({});
    await count('search');
    await count('list its messages', () => client.fetch('1:*', items).toArray());
    await count('read a message', () => read(client.download(uids[0], '')));
    await count('ten changes of flags at once', () =>
      Promise.all(uids.slice(0, 10).map((uid) => client.store(uid, { add: ['\\Flagged'] }))),
    );
    await count('move a message', () => client.move(uids[0], 'Archive'));
    await count('append a message', () => client.append('Drafts', 'Subject: draft\r\n\r\ndraft\r\n'));
    return counts;
  } finally {
    await client.logout();
    await server.stop();
  }
}

/** The commands that the webmail sends until a folder's list stands, sniffed on their way. */
async function page() {
  const server = await startEmbedded({ mailbox: sampleMailbox({ now: new Date('2026-01-01') }) });
  let sent = [];
  const sniffer = createServer((socket) => {
    const upstream = connect(server.port, server.host);
    socket
      .on('data', (chunk) => sent.push(chunk.toString('latin1')))
      .pipe(upstream)
      .pipe(socket);
    for (const end of [socket, upstream]) end.on('error', () => socket.destroy());
  });
  await new Promise((resolve) => sniffer.listen(0, '127.0.0.1', resolve));
  const config = { bridge: '/imap', targets: [{ name: 'sample', label: 'sample' }], allowHosts: false };
  const bridge = createBridge({
    targets: { sample: { host: '127.0.0.1', port: sniffer.address().port, tls: 'none' } },
    log: () => {},
    staticDir: built,
    staticFiles: { '/config.json': { type: 'application/json', body: JSON.stringify(config) } },
  });
  await bridge.listen();
  const browser = await chromium.launch(launchOptions);
  // IDLE and NOOP come with time, not with what is shown.
  const taken = () => {
    const lines = sent.join('').split('\r\n');
    sent = [];
    return lines.filter((line) => /^\w+ (?!IDLE|NOOP)[A-Z]/.test(line)).length;
  };
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${bridge.port}/`);
    await tab.getByRole('textbox', { name: 'User' }).fill('demo');
    await tab.getByRole('textbox', { name: 'Password' }).fill('demo');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    const grid = tab.locator('[role=grid][aria-busy=false]');
    const settled = async () => {
      await grid.getByRole('row').first().waitFor();
      await tab.waitForFunction(() => document.querySelector('.row-skeleton') === null);
    };
    await settled();
    await tab.waitForTimeout(1500); // what it asks for by itself once nobody waits
    const first = taken();
    await tab.getByRole('tree', { name: 'Folders' }).getByRole('treeitem', { name: 'Archive' }).click();
    await settled();
    await tab.waitForTimeout(1500);
    return {
      'page: sign in and show the inbox': { commands: first },
      'page: show another folder': { commands: taken() },
    };
  } finally {
    await browser.close();
    await bridge.close();
    sniffer.close();
    await server.stop();
  }
}

/** In a process of its own whose young generation holds everything: what is allocated is what the heap has grown. */
async function allocations() {
  const server = await startEmbedded({ mailbox: sampleMailbox({ now: new Date('2026-01-01') }) });
  const chunks = [];
  const socket = connect(server.port, server.host);
  let text = '';
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    text = (text + chunk.toString('latin1')).slice(-2000);
  });
  const ask = async (line, until) => {
    socket.write(line);
    while (!text.includes(until)) await new Promise((resolve) => socket.once('data', resolve));
  };
  await ask('', '* OK');
  await ask('a LOGIN demo demo\r\n', 'a OK');
  await ask('b SELECT INBOX\r\n', 'b OK');
  chunks.length = 0;
  await ask('c UID FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)\r\n', 'c OK');
  socket.destroy();
  await server.stop();
  const read = () => {
    const framer = new Framer();
    let messages = 0;
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) {
        const response = readHead(frame.bytes);
        if (response.name !== 'FETCH') continue;
        readFetch(response.reader(), response.number);
        messages += 1;
      }
    }
    return messages;
  };
  for (let round = 0; round < 200; round += 1) read(); // compiled by then
  // What else runs in the process allocates too, now and then: the least is what reading costs.
  let least = Infinity;
  for (let round = 0; round < 20; round += 1) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    const messages = read();
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / messages);
  }
  return Math.round(least);
}

if (process.argv.includes('--allocations')) {
  console.log(await allocations());
  process.exit(0);
}

const flags = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'];
const bytes = Number(execFileSync(process.execPath, [...flags, self, '--allocations'], { encoding: 'utf8' }));
const now = { ...(await operations()), ...(await page()), 'read a message row': { bytes } };
if (process.argv.includes('--update')) writeFileSync(baseline, `${JSON.stringify(now, null, 2)}\n`);
const before = JSON.parse(readFileSync(baseline, 'utf8'));
let passed = 0;
let failed = 0;
for (const [name, counts] of Object.entries(now)) {
  for (const [what, value] of Object.entries(counts)) {
    const was = before[name]?.[what];
    const most = what === 'bytes' ? was * SLACK : was;
    const good = value <= most;
    if (good) passed += 1;
    else failed += 1;
    console.log(`${good ? '  ' : 'x '}${name}: ${value} ${what}${value === was ? '' : ` (was ${was})`}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
