import { expect, it } from 'vitest';
import { memoryPair } from '../transport/pair.ts';
import type { ByteStream } from '../transport/byte-stream.ts';
import { encode } from '../wire/ascii.ts';
import { Framer } from '../wire/framer.ts';
import { BackPressure } from './back-pressure.ts';
import { Incoming } from './incoming.ts';
import { CommandQueue } from './queue.ts';
import { SilenceWatch } from './silence-watch.ts';
import { failure, nextTurn } from './testing/opened.ts';

it('bytes that came before the stream was replaced are not taken for bytes of the new one', async () => {
  let from!: ReadableStreamDefaultController<Uint8Array>;
  const { client } = memoryPair();
  const below: ByteStream = {
    readable: new ReadableStream({ start: (controller) => void (from = controller) }),
    writable: client.writable,
    info: client.info,
    close: () => {},
  };
  const silence = new SilenceWatch(1000, () => {});
  const incoming = new Incoming(below, new Framer(), new BackPressure(new CommandQueue(), 1), silence);
  const taken: number[] = [];
  const failed = failure(
    incoming.run({
      isOver: () => false,
      arrived: (octets) => taken.push(octets),
      take: () => {},
      taken: () => {},
    }),
  );
  await nextTurn();
  from.enqueue(encode('* BYE\r\n'));
  incoming.release();
  incoming.use(client);
  expect(String(await failed)).toContain('before the layer of the connection was switched');
  expect(taken).toEqual([]);
});
