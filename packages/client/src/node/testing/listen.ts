// A server on a free port of the loopback address, for what is to be run as a program.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Takes what the client sends and gives what is to be sent back; null to hang up behind it. */
export interface Conversation {
  readonly greeting: string;
  receive(text: string): readonly (string | null)[];
}

export async function listen(
  session: () => Conversation,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((socket) => {
    const conversation = session();
    socket.on('error', () => {});
    socket.write(conversation.greeting);
    socket.on('data', (chunk: Buffer) => {
      for (const reply of conversation.receive(chunk.toString())) {
        if (reply === null) socket.end();
        else socket.write(reply);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}
