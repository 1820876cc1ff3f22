// SETACL: what somebody may do with a mailbox (RFC 4314 3.1).
//
//   setacl     = "SETACL" SP mailbox SP identifier SP mod-rights
//   mod-rights = astring        ; [+/-] rights

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export interface SetAclArgs {
  readonly mailbox: MailboxName;
  /** A user, or `anyone`; with a `-` before it the rights are taken from him. */
  readonly identifier: string;
  /** Letters (RFC 4314 2.1): `lrs`. */
  readonly rights: string;
  /** `replace`, where absent: these and no others. */
  readonly change?: 'replace' | 'add' | 'remove';
}

const signs = { replace: '', add: '+', remove: '-' } as const;

export const setAcl = command<SetAclArgs, never, void>({
  name: 'SETACL',
  states: authenticated,
  needs: () => 'ACL',
  send: (out, { mailbox, identifier, rights, change = 'replace' }) => {
    // RFC 4314 2: letters in lower case, and digits. A sign among them would mean something else.
    if (!/^[a-z0-9]*$/.test(rights)) throw new RangeError(`${JSON.stringify(rights)} are no rights`);
    out.mailbox(mailbox).astring(identifier).astring(`${signs[change]}${rights}`);
  },
  result: () => {},
});
