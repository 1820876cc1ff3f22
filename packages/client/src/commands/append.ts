// APPEND: stores a message (RFC 3501 6.3.11). With UIDPLUS the server tells its UID (RFC 4315).
//
//   append = "APPEND" SP mailbox [SP flag-list] [SP date-time] SP literal

import type { MailboxName } from '../wire/mailbox-name.ts';
import type { LiteralSource } from '../wire/writer.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** Where an appended message went. */
export interface Appended {
  readonly uidValidity: number;
  readonly uid: number;
}

export interface AppendArgs {
  readonly mailbox: MailboxName;
  readonly flags: readonly string[];
  /** Its date of arrival; the server's own clock, where absent. */
  readonly date: Date | undefined;
  readonly message: Uint8Array | LiteralSource;
}

export const append = command<AppendArgs, never, Appended | null>({
  name: 'APPEND',
  states: authenticated,
  send: (out, { mailbox, flags, date, message }) => {
    out.mailbox(mailbox);
    if (flags.length > 0) out.flags(flags);
    if (date !== undefined) out.dateTime(date);
    out.literal(message);
  },
  result: (_rows, { code }) => {
    const uid = code?.name === 'APPENDUID' ? code.uids[0] : undefined;
    return code?.name === 'APPENDUID' && uid !== undefined ? { uidValidity: code.uidValidity, uid } : null;
  },
});
