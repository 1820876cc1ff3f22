// A server whose messages are larger than anybody would store: their octets are made as they are asked for. The bridge to
// it runs here as well, in a process of its own, so that neither weighs on what is measured in the page. Message 1 is
// octets, message 2 the same in base64, in one part. Prints the address of its page.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';

/** After how many octets they repeat, how many there are, and how many lines of base64. */
const [period, size, lines] = process.argv.slice(2).map(Number);
const LINE = 78;

const octets = Buffer.from(Array.from({ length: period }, (_, at) => (at * 31 + (at >> 8)) & 255));
const repeated = (times) => Buffer.concat(Array.from({ length: times }, () => octets));
// As many lines as there are octets in a period hold whole periods.
const encoded = repeated(57).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
const messages = [
  { section: '', size, block: repeated(16), structure: '' },
  {
    section: '1',
    size: lines * LINE,
    block: Buffer.from(encoded, 'latin1'),
    structure: `("APPLICATION" "OCTET-STREAM" NIL NIL NIL "BASE64" ${lines * LINE})`,
  },
];

function* range({ block, size: end }, from, length) {
  for (let left = Math.min(length, end - from), at = from % block.length; left > 0; at = 0) {
    const part = block.subarray(at, at + left);
    left -= part.length;
    yield part;
  }
}

function* answer(line) {
  const [tag, name] = line.split(' ');
  const [, number, items] = /^\S+ UID FETCH ([12]) (.*)/.exec(line) ?? [];
  if (name === 'SELECT') yield '* 2 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 3] next\r\n';
  else if (items !== undefined) {
    const message = messages[number - 1];
    const [, from, length] = /BODY\.PEEK\[1?\]<(\d+)\.(\d+)>/.exec(items) ?? [];
    yield `* ${number} FETCH (UID ${number}`;
    if (items.includes('RFC822.SIZE')) yield ` RFC822.SIZE ${message.size}`;
    if (items.includes('BODYSTRUCTURE')) yield ` BODYSTRUCTURE ${message.structure}`;
    if (from !== undefined) {
      const count = Math.max(0, Math.min(Number(length), message.size - from));
      yield ` BODY[${message.section}]<${from}> {${count}}\r\n`;
      yield* range(message, Number(from), Number(length));
    }
    yield ')\r\n';
  }
  yield `${tag} OK done\r\n`;
}

async function* session(socket) {
  yield '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n';
  for await (const line of createInterface({ input: socket })) yield* answer(line);
}

const server = createServer({ noDelay: true }, (socket) => {
  pipeline(session(socket), socket, () => {}); // a page that has gone is no failure
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const bridge = createBridge({
  staticDir: fileURLToPath(new URL('../packages/client/dist', import.meta.url)),
  staticFiles: { '/large.html': { type: 'text/html', body: '<!doctype html><title>large</title>' } },
  targets: { it: `imap://127.0.0.1:${server.address().port}` },
  raw: ['it'],
  log: () => {},
});
await bridge.listen();
console.log(`http://127.0.0.1:${bridge.port}/large.html`);
