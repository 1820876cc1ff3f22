// REPLACE and UID REPLACE: stores a message in the place of another one, in one step (RFC 8508). There is no moment
// with both of them, or with neither.
//
//   replace = "REPLACE" SP seq-number SP mailbox SP append-message

import { readStatusText } from '../wire/response.ts';
import { appendedOf, writeMessage, type AppendArgs, type Appended } from './append.ts';
import { command } from './command.ts';
import { selected } from './states.ts';

export interface ReplaceArgs extends AppendArgs {
  /** The message that goes, in the selected mailbox. */
  readonly number: number;
  /** Whether that is its UID. */
  readonly uid: boolean;
}

export const replace = command<ReplaceArgs, Appended | null, Appended | null>({
  name: ({ uid }) => (uid ? 'UID REPLACE' : 'REPLACE'),
  states: selected,
  needs: () => 'REPLACE',
  bySequence: ({ uid }) => !uid,
  send: (out, args, session) => {
    // `*` and sets are not allowed here: one message.
    out.set([args.number]).mailbox(args.mailbox);
    writeMessage(out, args, session);
  },
  // RFC 8508 3.3: APPENDUID comes in an untagged OK, before the EXPUNGE of the other one.
  collect: { OK: (line) => appendedOf(readStatusText(line))[0] ?? null },
  accepts: () => (row) => row !== null,
  result: (rows, done) => appendedOf(done)[0] ?? rows[0] ?? null,
});
