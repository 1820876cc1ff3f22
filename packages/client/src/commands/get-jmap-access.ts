// GETJMAPACCESS: where the same mail is to be had over JMAP, with the same credentials (RFC 9698).
//
//   getjmapaccess = "GETJMAPACCESS"

import { readJmapAccess } from '../wire/jmap-access.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** The URL of the JMAP session; null where the server tells none. */
export const getJmapAccess = command<void, string, string | null>({
  name: 'GETJMAPACCESS',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'JMAPACCESS',
  collect: { JMAPACCESS: (line) => readJmapAccess(line) },
  result: (rows) => rows[0] ?? null,
});
