// The greeting, which is the first line of every connection.
//
//   greeting = "*" SP (resp-cond-auth / resp-cond-bye) CRLF

import { readStatusText, type Response, type StatusText } from '../wire/response.ts';
import { ImapConnectionError } from './errors.ts';
import { describeResponse } from './line-log.ts';

/** The greeting: `* OK` or `* PREAUTH`. */
export interface Greeting extends StatusText {
  readonly status: 'OK' | 'PREAUTH';
  readonly response: Response;
}

/**
 * Reads the first line.
 *
 * @throws ImapConnectionError where it is BYE, or nothing that an IMAP server says
 */
export function readGreeting(response: Response): Greeting {
  const { name, tag } = response;
  const status = readStatusText(response.reader());
  if (tag === '*' && (name === 'OK' || name === 'PREAUTH')) return { status: name, response, ...status };
  if (tag === '*' && name === 'BYE') {
    throw new ImapConnectionError(`the server refused the connection: ${status.text}`, { bye: status.text });
  }
  const said = JSON.stringify(describeResponse(response.bytes, 200).slice(0, 200));
  throw new ImapConnectionError(`this is no IMAP server: it said ${said}`);
}
