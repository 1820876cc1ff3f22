// emailjs-imap-client: its framing, parser and typed rows from memory.
/* oxlint-disable no-underscore-dangle -- its framing has no other door */
import { createRequire } from 'node:module';

export const name = 'emailjs-imap-client';

const require = createRequire(import.meta.url);

/** Reads the answer from memory, message by message. */
export async function reader() {
  const Imap = require('emailjs-imap-client/dist/imap.js').default;
  const { parseFETCH } = require('emailjs-imap-client/dist/command-parser.js');
  const { parser } = require('emailjs-imap-handler');
  return async (chunks, take) => {
    const framing = new Imap('localhost', 143, { logger: { debug() {}, error() {} } });
    for (const chunk of chunks) {
      // It takes views for whole buffers, so it gets whole buffers.
      framing._incomingBuffers.push(new Uint8Array(chunk));
      for (const command of framing._iterateIncomingBuffer()) {
        const response = parser(command, {});
        framing._processResponse(response);
        if (response.command !== 'FETCH') continue;
        const [message] = parseFETCH({ payload: { FETCH: [response] } });
        take(summary(message));
      }
    }
  };
}

function summary(message) {
  return {
    uid: message.uid,
    size: message['rfc822.size'],
    from: message.envelope?.from?.[0]?.address ?? '',
    parts: leaves(message.bodystructure),
  };
}

const leaves = (part) =>
  part?.childNodes === undefined || part.type === 'message/rfc822'
    ? 1
    : part.childNodes.reduce((sum, child) => sum + leaves(child), 0);
