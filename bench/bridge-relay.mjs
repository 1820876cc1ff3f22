// A bare TCP relay in Node, for the bridge's bench: what it costs to move bytes and do nothing else.
import { connect, createServer } from 'node:net';

const target = Number(process.argv[2]);
const server = createServer({ noDelay: true }, (socket) => {
  const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
  for (const [one, other] of [
    [socket, far],
    [far, socket],
  ]) {
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
    one.pipe(other);
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
