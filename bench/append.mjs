// Storing a thousand messages: one command behind the other, all of them on the way at once, or all in one command.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { multiAppend } from '@imaplib/client/commands';
import { tcp } from '@imaplib/client/node';
import { manyMessages, pass, startMailbox, user } from './mailbox.mjs';
import { measure } from './measure.mjs';
import { imapflow, imaplib, installed, nodeImap } from './peers/index.mjs';
import * as ours from './peers/ours.mjs';

const COUNT = 1000;
const path = 'Bench';

export async function append({ messages, rounds }) {
  const dovecot = await startMailbox({ messages });
  const transport = () => tcp({ host: '127.0.0.1', port: dovecot.port, tls: 'none' });
  const endpoint = { port: dovecot.port, user, pass };
  const own = await ours.connect({ ...endpoint, transport: transport() });
  const { client } = own;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  // The same message over and over: everybody sends the same octets.
  const [{ raw }] = manyMessages(100).toSorted(
    (a, b) => Math.abs(a.raw.length - 4096) - Math.abs(b.raw.length - 4096),
  );
  const message = Buffer.from(raw);
  const file = join(folder, 'message.eml');
  writeFileSync(file, message);
  const all = Array.from({ length: COUNT }, () => message);
  const { found, missing } = await installed([imapflow, nodeImap, imaplib], (peer) => peer.connect(endpoint));

  /** Into an empty mailbox, which must hold them all afterwards; only the appending counts. */
  const timed = async (work) => {
    await client.delete(path).catch(() => {});
    await client.create(path);
    const begun = performance.now();
    await work();
    const ms = performance.now() - begun;
    const { messages: stored } = await client.status(path, ['messages']);
    if (stored !== COUNT) throw new Error(`${stored} of ${COUNT} messages were stored`);
    return ms;
  };
  const beside = Object.fromEntries(found.map(({ name }) => [name, null]));
  try {
    const rows = await measure(
      [
        {
          ...{ name: 'ours, one after the other', beside },
          run: () =>
            timed(async () => {
              for (const one of all) await client.append(path, one);
            }),
        },
        {
          ...{ name: 'ours, pipelined', beside },
          run: () => timed(() => Promise.all(all.map((one) => client.append(path, one)))),
        },
        {
          ...{ name: 'ours, one MULTIAPPEND', beside },
          run: () =>
            timed(() =>
              client.run(multiAppend, { mailbox: path, messages: all.map((one) => ({ message: one })) }),
            ),
        },
        ...found.map(({ name, made }) => ({
          name,
          run: () =>
            timed(() => (name === imaplib.name ? made.append(path, file, COUNT) : made.append(path, all))),
        })),
      ],
      Math.min(rounds, 5),
    );
    return {
      title: `5. ${COUNT} messages of ${message.length} octets appended, Node over TCP`,
      rows,
      missing,
    };
  } finally {
    await client.delete(path).catch(() => {});
    await own.end();
    for (const { made } of found) await made.end();
    rmSync(folder, { recursive: true });
    await dovecot.stop();
  }
}
