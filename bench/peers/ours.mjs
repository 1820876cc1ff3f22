// What is measured: the readers of `@imaplib/client/wire` from memory; ImapClient and imaplib over TCP and the bridge.
import { ImapClient } from '@imaplib/client';
import { IMAP4 } from '@imaplib/client/imaplib';
import { Framer, readFetch, readHead } from '@imaplib/client/wire';

export const name = 'ours';

const items = { flags: true, internalDate: true, size: true, envelope: true, bodyStructure: true };
export const attributes = '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)';

/** Reads the answer from memory, message by message. */
export async function reader() {
  return async (chunks, take) => {
    const framer = new Framer();
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) {
        const response = readHead(frame.bytes);
        if (response.name === 'FETCH') take(summary(readFetch(response.reader(), response.number)));
      }
    }
  };
}

/** ImapClient over any transport. */
export async function connect({ transport, user, pass }) {
  const client = await ImapClient.connect({
    ...{ transport, auth: { user, pass }, autoIdle: false, security: 'none' },
  });
  await client.select('INBOX');
  return {
    client,
    async list(take) {
      for await (const message of client.fetch('1:*', items)) take(summary(message));
    },
    end: () => client.logout(),
  };
}

/** The imaplib face over any transport. */
export async function connectImaplib({ transport, user, pass }) {
  const M = new IMAP4('127.0.0.1', 143, { transport });
  await M.login(user, pass);
  await M.select();
  return {
    M,
    list: async () => (await M.uid('FETCH', '1:*', attributes))[1].length,
    end: () => M.logout(),
  };
}

function summary({ uid, size, envelope, bodyStructure }) {
  const first = envelope?.from?.[0];
  return { uid, size, from: first?.address ?? '', parts: leaves(bodyStructure) };
}

const leaves = (part) =>
  part.type === 'multipart' ? part.parts.reduce((sum, child) => sum + leaves(child), 0) : 1;
