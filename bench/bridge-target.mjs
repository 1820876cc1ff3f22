// The far end for the bridge's bench, a process of its own: it sends, takes, echoes or ignores, as the first line says.
import { createServer } from 'node:net';

const block = Buffer.alloc(256 * 1024, 'x');

/** Sends so many bytes, as fast as they are taken. */
function blast(socket, total) {
  let left = total;
  const send = () => {
    while (left > 0) {
      const size = Math.min(left, block.length);
      left -= size;
      if (!socket.write(size === block.length ? block : block.subarray(0, size))) {
        socket.once('drain', send);
        return;
      }
    }
  };
  send();
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.once('data', (first) => {
    const end = first.indexOf(10);
    const [what, number] = first.subarray(0, end).toString().split(' ');
    const total = Number(number);
    if (what === 'down') blast(socket, total);
    else if (what === 'up') {
      let got = first.length - end - 1;
      const done = () => got >= total && socket.write('done');
      socket.on('data', (chunk) => {
        got += chunk.length;
        done();
      });
      done();
    } else if (what === 'echo') {
      socket.write(first.subarray(end + 1));
      socket.pipe(socket);
    } else socket.pause();
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
