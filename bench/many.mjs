// Many small things: a search in twenty folders at once beside one after the other, and a thousand changes of flags.
import { ImapPool } from '@imaplib/client';
import { tcp } from '@imaplib/client/node';
import { folders, pass, startMailbox, user } from './mailbox.mjs';
import { measure } from './measure.mjs';
import { imapflow, imaplib, installed, nodeImap } from './peers/index.mjs';
import * as ours from './peers/ours.mjs';

const CHANGES = 1000;
const query = { body: 'agenda' };

export async function many({ messages, rounds }) {
  const dovecot = await startMailbox({ messages });
  const transport = () => tcp({ host: '127.0.0.1', port: dovecot.port, tls: 'none' });
  const endpoint = { port: dovecot.port, user, pass };
  const { client, end } = await ours.connect({ ...endpoint, transport: transport() });
  const pool = new ImapPool({
    transport: transport(),
    auth: { user, pass },
    security: 'none',
    autoIdle: false,
  });
  const { found, missing } = await installed([imapflow, nodeImap, imaplib], (peer) => peer.connect(endpoint));
  const uids = (await client.search({})).slice(0, CHANGES);
  const few = Math.min(rounds, 5);
  let hits = null;
  const counted = (count) => {
    hits ??= count;
    if (count !== hits) throw new Error(`${count} messages were found, and ${hits} before`);
  };
  try {
    const searches = await measure(
      [
        {
          name: '20 folders, one after the other',
          run: async () => {
            let count = 0;
            for (const folder of folders) {
              await client.select(folder, { readOnly: true });
              count += (await client.search(query)).length;
            }
            counted(count);
          },
        },
        {
          name: '20 folders, ImapPool of 3 connections',
          beside: { '20 folders, one after the other': null },
          run: async () => {
            let count = 0;
            for await (const row of pool.search(folders, query)) count += row.uids?.length ?? 0;
            counted(count);
          },
        },
      ],
      few,
    );
    await client.select('INBOX');
    const change = (uid) => client.store(uid, { add: ['$Bench'] });
    const beside = Object.fromEntries(found.map(({ name }) => [`${name}, ${CHANGES} flags`, null]));
    const changes = await measure(
      [
        {
          ...{ name: `ours, ${CHANGES} flags, one after the other`, beside },
          run: async () => {
            for (const uid of uids) await change(uid);
          },
        },
        { name: `ours, ${CHANGES} flags, pipelined`, beside, run: () => Promise.all(uids.map(change)) },
        ...found.map(({ name, made }) => ({
          name: `${name}, ${CHANGES} flags`,
          run: async () => void (await made.flag(uids)),
        })),
      ],
      few,
    );
    return {
      title: '6. Many folders, many changes, Node over TCP',
      rows: [...searches, ...changes],
      missing,
    };
  } finally {
    await client.store(uids, { remove: ['$Bench'] });
    await pool.close();
    await end();
    for (const { made } of found) await made.end();
    await dovecot.stop();
  }
}
