// A server behind a compressed connection, for the tests that run in a browser: a line is a tag, a word and a number.

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** Octets that hardly compress, the same for the same number. */
export function noise(octets: number): Uint8Array {
  let seed = octets;
  return Uint8Array.from({ length: octets }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) | 0;
    return seed >>> 16;
  });
}

/** Speaks raw deflate from here on, both ways. */
export function serveDeflated(socket: Socket): void {
  const up = createInflateRaw();
  const down = createDeflateRaw();
  for (const stream of [up, down]) stream.on('error', () => socket.destroy());
  socket.pipe(up);
  down.pipe(socket, { end: false });
  const say = (data: string | Uint8Array, then = () => {}): void => {
    down.write(data);
    down.flush(constants.Z_SYNC_FLUSH, then);
  };
  let rest = Buffer.alloc(0);
  up.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const [tag = '', word = '', count = ''] = rest.toString('latin1', 0, end).split(' ');
      const octets = Number(count);
      if (word === 'TAKE') {
        if (rest.length < end + 2 + octets) return;
        const taken = rest.subarray(end + 2, end + 2 + octets);
        say(`${tag} ${createHash('sha256').update(taken).digest('hex')}\r\n`);
        rest = rest.subarray(end + 2 + octets);
        continue;
      }
      rest = rest.subarray(end + 2);
      if (word === 'NOISE') say(noise(octets));
      else if (word === 'SAME') say(Buffer.alloc(octets, 'x'));
      else if (word === 'HALF') {
        // Behind it a stored block of 100 octets, of which one comes.
        say(noise(octets), () => socket.end(Buffer.from([0, 100, 0, 155, 255, 120])));
      } else say(`${tag} OK\r\n`);
    }
  });
}
