// A site as somebody's own program would see it: the client's modules and a bridge to Dovecot, in a process of its own,
// and beside it a bare WebSocket that sends as many bytes as it is asked for.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';
import { WebSocketServer } from 'ws';
import { startProgram } from './contenders.mjs';

const token = 'bench';
const FRAME = Buffer.alloc(64 * 1024, 'x');
/** What may wait in the socket of the bare sender. */
const WINDOW = 1024 * 1024;

/** Starts it; resolves with its addresses. */
export async function startSite(port) {
  const { child, line } = await startProgram(process.execPath, [
    fileURLToPath(import.meta.url),
    String(port),
  ]);
  const [socket, bare] = line.split(' ');
  return {
    ...{ socket, bare, token },
    url: socket.replace('ws:', 'http:').replace(/imap$/, ''),
    close: async () => void child.kill('SIGTERM'),
  };
}

async function sendBytes(socket, count) {
  for (let left = count; left > 0 && socket.readyState === socket.OPEN; left -= FRAME.length) {
    socket.send(FRAME.subarray(0, Math.min(left, FRAME.length)));
    while (socket.bufferedAmount > WINDOW) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function startBare() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (count) => void sendBytes(socket, Number(count.toString())));
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${server.address().port}/`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bridge = createBridge({
    targets: { dovecot: { host: '127.0.0.1', port: Number(process.argv[2]), tls: 'none' } },
    allowNoOrigin: true,
    tokens: [token],
    log: () => {},
    staticDir: fileURLToPath(new URL('../packages/client/dist', import.meta.url)),
    staticFiles: { '/': { type: 'text/html', body: '<!doctype html><title>bench</title>' } },
  });
  await bridge.listen();
  process.on('SIGTERM', () => void bridge.close().then(() => process.exit(0)));
  console.log(bridge.url, await startBare());
}
