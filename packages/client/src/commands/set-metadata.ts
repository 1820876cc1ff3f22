// SETMETADATA: writes and removes annotations of a mailbox or of the server (RFC 5464 4.3).
//
//   setmetadata  = "SETMETADATA" SP mailbox SP entry-values
//   entry-values = "(" entry SP value *(SP entry SP value) ")"
//   value        = nstring / literal8

import { nameOf, type MailboxName } from '../wire/mailbox-name.ts';
import type { MetadataValue } from '../wire/metadata.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export interface SetMetadataArgs {
  /** Empty for the server's own. */
  readonly mailbox: MailboxName;
  /** By entry (`/private/comment`); null removes it. */
  readonly values: Readonly<Record<string, MetadataValue>>;
}

/** All or nothing. @throws ImapCommandError with code METADATA: MAXSIZE, TOOMANY or NOPRIVATE */
export const setMetadata = command<SetMetadataArgs, never, void>({
  name: 'SETMETADATA',
  states: authenticated,
  needs: metadataNeeds,
  send: (out, { mailbox, values }) => {
    const pairs = Object.entries(values);
    if (pairs.length === 0) throw new RangeError('SETMETADATA needs at least one entry');
    out.mailbox(mailbox).list(() => {
      for (const [entry, value] of pairs) writeValue(out.astring(checkEntry(entry)), value);
    });
  },
  result: () => {},
});

/** Where a server has annotations of its own alone, it says METADATA-SERVER. */
export function metadataNeeds({ mailbox }: { readonly mailbox: MailboxName }): string {
  return nameOf(mailbox) === '' ? 'METADATA or METADATA-SERVER' : 'METADATA';
}

/** The entry, if it is one (RFC 5464 3.2). @throws RangeError */
export function checkEntry(entry: string): string {
  const isEntry = /^\/(?:private|shared)(?:\/[!-$&-)+-.0-~]+(?: +[!-$&-)+-.0-~]+)*)+$/i.test(entry);
  if (!isEntry) {
    throw new RangeError(`${JSON.stringify(entry)} is no entry: it begins with /private/ or /shared/`);
  }
  return entry;
}

/** Writes text or octets as they have to be sent. */
export function writeValue(out: CommandWriter, value: MetadataValue): void {
  if (value === null || (typeof value === 'string' && !value.includes('\0'))) out.nstring(value);
  else out.literal8(typeof value === 'string' ? new TextEncoder().encode(value) : value);
}
