// ENABLE: switches extensions on, for as long as the connection lasts (RFC 5161, RFC 9051 6.3.1).
//
//   enable      = "ENABLE" 1*(SP capability)
//   enable-data = "ENABLED" *(SP capability)

import { capabilitiesIn } from '../session/capabilities.ts';
import { command } from './command.ts';

export interface EnableArgs {
  /** `UTF8=ACCEPT`, `IMAP4rev2`, `CONDSTORE`, `QRESYNC`; a server passes over what it does not know. */
  readonly extensions: readonly string[];
}

/**
 * Gives what the server has switched on, in capitals; it stands in {@link Session.enabled} too, and what it changes of
 * names and strings holds from here on. Legal only while no mailbox is selected.
 */
export const enable = command<EnableArgs, readonly string[], string[]>({
  name: 'ENABLE',
  states: ['authenticated'],
  needs: () => 'ENABLE',
  // What is sent and read behind it depends on what it has switched on.
  barrier: true,
  send: (out, { extensions }) => {
    if (extensions.length === 0) throw new RangeError('ENABLE needs at least one extension');
    extensions.forEach((extension) => out.atom(extension));
  },
  // The session has taken it already.
  collect: { ENABLED: (_line, response) => capabilitiesIn(response) ?? [] },
  // quirk: no-enabled. iCloud says OK and nothing else: what it offers is enabled then.
  completed: ({ session }, { extensions }, rows) => {
    if (rows.length > 0) return;
    const asked = extensions.map((extension) => extension.toUpperCase());
    const enabled = asked.filter((extension) => session.capabilities.has(extension));
    session.enable(enabled);
    rows.push(enabled);
  },
  result: (rows) => rows.flat(),
});
