// The floor: a socket that only counts the bytes of the answer. Nobody can be faster than that.
import { connect } from 'node:net';
import { pass, user } from '../mailbox.mjs';

export const name = 'raw floor: a socket that counts bytes';

/** Signs in over a bare socket; `ask` resolves with the answer's bytes, as chunks where they are kept. */
export async function connectRaw(port, { keep = false } = {}) {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let chunks = [];
  let bytes = 0;
  let tail = '';
  let wanted = '';
  let done = () => {};
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (keep) chunks.push(chunk);
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 2000))).slice(-2000);
    if (tail.includes(wanted)) done({ bytes, chunks });
  });
  const ask = (line, until) => {
    wanted = until;
    tail = '\r\n';
    bytes = 0;
    chunks = [];
    return new Promise((resolve) => {
      done = resolve;
      if (line !== '') socket.write(`${line}\r\n`);
    });
  };
  await ask('', '* OK');
  await ask(`a LOGIN ${user} ${pass}`, '\r\na OK');
  await ask('b SELECT INBOX', '\r\nb OK');
  return { ask: (command) => ask(`c ${command}`, '\r\nc OK'), end: () => socket.destroy() };
}
