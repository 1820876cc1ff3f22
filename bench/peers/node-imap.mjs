// node-imap (npm `imap`): its parser from memory, its client over TCP.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

export const name = 'node-imap';

const require = createRequire(import.meta.url);

/** Reads the answer from memory, message by message. */
export async function reader() {
  const { Parser } = require('imap/lib/Parser.js');
  return async (chunks, take) => {
    const source = new Readable({ read() {} });
    const parser = new Parser(source);
    const ended = new Promise((resolve) => {
      parser.on('tagged', resolve);
    });
    parser.on('untagged', ({ type, text }) => {
      if (type === 'fetch') take(summary(text));
    });
    // It knows tags of its own form only.
    for (const chunk of chunks) source.push(chunk);
    source.push('A1 OK done\r\n');
    await ended;
  };
}

export async function connect({ port, user, pass }) {
  const Connection = require('imap');
  const client = new Connection({
    ...{ user, password: pass, host: '127.0.0.1', port, tls: false, autotls: 'never', keepalive: false },
  });
  client.connect();
  await once(client, 'ready');
  const call = (method, ...args) =>
    new Promise((resolve, reject) =>
      client[method](...args, (error, result) => (error ? reject(error) : resolve(result))),
    );
  await call('openBox', 'INBOX', false);
  return {
    async list(take) {
      const fetching = client.fetch('1:*', { envelope: true, struct: true, size: true });
      fetching.on('message', (message) => message.on('attributes', (text) => take(summary(text))));
      await once(fetching, 'end');
    },
    append: async (path, messages) => {
      for (const message of messages) await call('append', message, { mailbox: path });
    },
    flag: async (uids) => {
      for (const uid of uids) await call('addKeywords', uid, ['$Bench']);
    },
    end: async () => client.end(),
  };
}

function summary(message) {
  const from = message.envelope?.from?.[0];
  return {
    uid: message.uid,
    size: message.size ?? message['rfc822.size'],
    from: from ? `${from.mailbox}@${from.host}` : '',
    parts: leaves(message.struct ?? message.bodystructure),
  };
}

/** A multipart is an array that begins with its own description. */
function leaves(struct) {
  if (!Array.isArray(struct)) return 1;
  if (struct.length === 1) return 1;
  if (struct[0]?.type === 'message' && struct[0]?.subtype === 'rfc822') return 1;
  return struct.slice(1).reduce((sum, child) => sum + leaves(child), 0);
}
