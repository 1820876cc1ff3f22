// The peers that are installed here; one that is not is named, not dropped in silence.
import * as emailjs from './emailjs.mjs';
import * as imapflow from './imapflow.mjs';
import * as imaplib from './imaplib.mjs';
import * as nodeImap from './node-imap.mjs';

export { emailjs, imapflow, imaplib, nodeImap };

/** What can be had of `make(peer)` for each peer, and the names of those that are not there. */
export async function installed(peers, make) {
  const found = [];
  const missing = [];
  for (const peer of peers) {
    try {
      found.push({ name: peer.name, made: await make(peer) });
    } catch (error) {
      if (
        error.code !== 'ERR_MODULE_NOT_FOUND' &&
        error.code !== 'MODULE_NOT_FOUND' &&
        error.code !== 'ENOENT'
      )
        throw error;
      missing.push(peer.name);
    }
  }
  return { found, missing };
}
