// imapflow: its stream, its parser and its typed rows from memory; its client over TCP.
import { Readable } from 'node:stream';

export const name = 'imapflow';

const load = async () => {
  const [{ ImapFlow }, { ImapStream }, { parser }, { formatMessageResponse }] = await Promise.all([
    import('imapflow'),
    import('imapflow/lib/handler/imap-stream.js'),
    import('imapflow/lib/handler/imap-handler.js'),
    import('imapflow/lib/tools.js'),
  ]);
  return { ImapFlow, ImapStream, parser, formatMessageResponse };
};

const query = { uid: true, flags: true, internalDate: true, size: true, envelope: true, bodyStructure: true };

/** Reads the answer from memory, message by message. */
export async function reader() {
  const { ImapStream, parser, formatMessageResponse } = await load();
  return async (chunks, take) => {
    const stream = new ImapStream({ logger: false });
    Readable.from(chunks, { objectMode: false }).pipe(stream);
    // oxlint-disable-next-line await-thenable -- it is a Transform
    for await (const { payload, literals, next } of stream) {
      const parsed = await parser(payload, { literals });
      if (parsed.attributes?.[0]?.value?.toUpperCase() === 'FETCH') {
        take(summary(await formatMessageResponse(parsed, { uidValidity: 1n }, 'md5', {})));
      }
      next();
    }
  };
}

export async function connect({ port, user, pass }) {
  const { ImapFlow } = await load();
  const client = new ImapFlow({
    ...{ host: '127.0.0.1', port, secure: false, auth: { user, pass }, logger: false },
    ...{ disableAutoIdle: true, doSTARTTLS: false },
  });
  await client.connect();
  await client.mailboxOpen('INBOX');
  return {
    async list(take) {
      for await (const message of client.fetch('1:*', query, { uid: true })) take(summary(message));
    },
    append: async (path, messages) => {
      for (const message of messages) await client.append(path, message);
    },
    flag: async (uids) => {
      for (const uid of uids) await client.messageFlagsAdd(String(uid), ['$Bench'], { uid: true });
    },
    end: () => client.logout(),
  };
}

function summary({ uid, size, envelope, bodyStructure }) {
  return {
    uid,
    size,
    from: envelope?.from?.[0]?.address ?? '',
    parts: leaves(bodyStructure),
  };
}

const leaves = (part) =>
  part?.childNodes === undefined || part.type === 'message/rfc822'
    ? 1
    : part.childNodes.reduce((sum, child) => sum + leaves(child), 0);
