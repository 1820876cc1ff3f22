// The list of a whole mailbox: UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE), from
// memory and live, beside the raw floor: a socket that only counts the bytes of the same answer.
import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { createBridge } from '@imaplib/bridge';
import { bridge, ImapClient } from '@imaplib/client';
import { tcp } from '@imaplib/client/node';
import { Framer, readFetch, readHead } from '@imaplib/client/wire';
import { sampleMailbox, startDovecot } from '@imaplib/demo/server';
import { WebSocket } from 'ws';
import { measure } from './measure.mjs';

const items = { flags: true, internalDate: true, size: true, envelope: true, bodyStructure: true };
const command = 'UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)';
const user = 'alice';
const pass = 'secret-a';

/** A mailbox of so many messages: those of the sample, over and over. */
function manyMessages(count) {
  const sample = sampleMailbox({ now: new Date() }).folders.flatMap((folder) => folder.messages);
  return Array.from({ length: count }, (_, index) => sample[index % sample.length]);
}

/** Signs in over a bare socket, then asks; gives the answer's chunks, or only counts them. */
async function raw(port, keep) {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const chunks = [];
  let tail = '';
  let wanted = '';
  let done = () => {};
  socket.on('data', (chunk) => {
    if (keep) chunks.push(chunk);
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 2000))).slice(-2000);
    if (tail.includes(wanted)) done();
  });
  const ask = (line, until) => {
    wanted = until;
    tail = '\r\n';
    return new Promise((resolve) => {
      done = resolve;
      if (line !== '') socket.write(`${line}\r\n`);
    });
  };
  await ask('', '* OK');
  await ask(`a LOGIN ${user} ${pass}`, '\r\na OK');
  await ask('b SELECT INBOX', '\r\nb OK');
  chunks.length = 0;
  return {
    chunks,
    fetch: () => ask(`c ${command}`, '\r\nc OK'),
    end: () => socket.destroy(),
  };
}

function parse(chunks) {
  const framer = new Framer();
  let count = 0;
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== null; frame = framer.next()) {
      const response = readHead(frame.bytes);
      if (response.name !== 'FETCH') continue;
      const message = readFetch(response.reader(), response.number);
      if (message.envelope !== undefined && message.bodyStructure !== undefined) count += 1;
    }
  }
  return count;
}

async function whole(client, messages) {
  let count = 0;
  for await (const message of client.fetch('1:*', items)) if (message.envelope !== undefined) count += 1;
  if (count !== messages) throw new Error(`read ${count} of ${messages} messages`);
}

const python = `
import imaplib, sys, time
M = imaplib.IMAP4('127.0.0.1', int(sys.argv[1])); M.login('${user}', '${pass}'); M.select()
for line in sys.stdin:
    M.uid('FETCH', '1:*', '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)')
    print('done', flush=True)
`;

/** CPython's imaplib, kept running; it parses nothing. Null where there is no python3. */
function imaplib(port) {
  if (spawnSync('python3', ['--version']).error !== undefined) return null;
  const child = spawn('python3', ['-c', python, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    run: () =>
      new Promise((resolve) => {
        child.stdout.once('data', resolve);
        child.stdin.write('go\n');
      }),
    end: () => child.kill(),
  };
}

/** The rows of the table. */
export async function fetchRows({ messages, rounds }) {
  const dovecot = await startDovecot({
    mailboxes: { [user]: [{ path: 'INBOX', messages: manyMessages(messages) }] },
    format: 'sdbox',
  });
  const relay = createBridge({
    targets: { dovecot: { host: '127.0.0.1', port: dovecot.port, tls: 'none' } },
    allowNoOrigin: true,
    tokens: ['bench'],
  });
  await relay.listen();
  const floor = await raw(dovecot.port, false);
  const kept = await raw(dovecot.port, true);
  await kept.fetch();
  const connectOver = async (transport) => {
    const client = await ImapClient.connect({ transport, auth: { user, pass }, autoIdle: false });
    await client.select('INBOX');
    return client;
  };
  const direct = await connectOver(tcp({ host: '127.0.0.1', port: dovecot.port, tls: 'none' }));
  const bridged = await connectOver(bridge({ url: relay.url, target: 'dovecot', token: 'bench', WebSocket }));
  const cpython = imaplib(dovecot.port);
  if (cpython === null) console.log('left out: CPython imaplib (no python3 here)');
  const size = kept.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  console.log(`the answer is ${(size / 1e6).toFixed(1)} MB`);
  try {
    return await measure(
      [
        { name: 'raw floor: a socket that counts bytes', run: () => floor.fetch() },
        ...(cpython === null
          ? []
          : [
              {
                name: 'CPython imaplib, direct, not parsed',
                peer: 'raw floor: a socket that counts bytes',
                run: cpython.run,
              },
            ]),
        {
          name: 'ImapClient in Node, direct',
          peer: 'raw floor: a socket that counts bytes',
          run: () => whole(direct, messages),
        },
        {
          name: 'ImapClient in Node, through the bridge',
          peer: 'raw floor: a socket that counts bytes',
          run: () => whole(bridged, messages),
        },
        {
          name: 'from memory into typed values',
          peer: 'raw floor: a socket that counts bytes',
          run: async () => {
            if (parse(kept.chunks) !== messages) throw new Error('not every message could be read');
          },
        },
      ],
      rounds,
    );
  } finally {
    cpython?.end();
    floor.end();
    kept.end();
    await direct.logout();
    await bridged.logout();
    await relay.close();
    await dovecot.stop();
  }
}
