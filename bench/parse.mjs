// From memory into typed values: the same bytes, read by everybody's own parser, and the same values checked.
import { measure } from './measure.mjs';
import { startMailbox } from './mailbox.mjs';
import { emailjs, imapflow, installed, nodeImap } from './peers/index.mjs';
import * as ours from './peers/ours.mjs';
import { connectRaw } from './peers/raw-floor.mjs';

/** As a socket gives them. */
const CHUNK = 64 * 1024;

/** The bytes of the answer, in chunks. */
async function answer(messages) {
  const dovecot = await startMailbox({ messages });
  try {
    const socket = await connectRaw(dovecot.port, { keep: true });
    const { chunks } = await socket.ask(`UID FETCH 1:* ${ours.attributes}`);
    socket.end();
    const whole = Buffer.concat(chunks);
    return Array.from({ length: Math.ceil(whole.length / CHUNK) }, (_, index) =>
      whole.subarray(index * CHUNK, (index + 1) * CHUNK),
    );
  } finally {
    await dovecot.stop();
  }
}

/** What a reader got out of it; all must get the same. */
async function digest(read, chunks) {
  const sum = { messages: 0, uids: 0, sizes: 0, parts: 0 };
  await read(chunks, ({ uid, size, parts }) => {
    sum.messages += 1;
    sum.uids += uid;
    sum.sizes += Number(size);
    sum.parts += parts;
  });
  return JSON.stringify(sum);
}

export async function parse({ messages, rounds }) {
  const chunks = await answer(messages);
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { found, missing } = await installed([imapflow, nodeImap, emailjs], (peer) => peer.reader());
  const readers = [{ name: ours.name, made: await ours.reader() }, ...found];
  const expected = await digest(readers[0].made, chunks);
  for (const { name, made } of readers) {
    const got = await digest(made, chunks);
    if (got !== expected) throw new Error(`${name} read ${got}, ours ${expected}`);
  }
  const aims = { imapflow: 1 / 8, 'node-imap': 1 / 3, 'emailjs-imap-client': null };
  const rows = await measure(
    readers.map(({ name, made }, index) => ({
      name,
      run: () => made(chunks, () => {}),
      ...(index === 0 ? { beside: aims } : {}),
    })),
    rounds,
  );
  return {
    title: `1. From memory into typed values: ${messages} messages, ${(bytes / 1e6).toFixed(1)} MB`,
    rows,
    missing,
  };
}
