// A site as somebody's own program would see it: the client's modules and a bridge to Dovecot, in a process of its own.
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';
import { startProgram } from './contenders.mjs';

const token = 'bench';

/** Starts it; resolves with its addresses. */
export async function startSite(port) {
  const { child, line } = await startProgram(process.execPath, [
    fileURLToPath(import.meta.url),
    String(port),
  ]);
  const socket = line;
  return {
    socket,
    token,
    url: socket.replace('ws:', 'http:').replace(/imap$/, ''),
    pid: child.pid,
    close: async () => void child.kill('SIGTERM'),
  };
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
  console.log(bridge.url);
}
