// ParseFlags: the flags in a FETCH or FLAGS response.

import type { Text } from './datum.ts';
import { lineText } from './byte-string.ts';

/**
 * The flags in a line, in order: `['\\Seen', 'Junk']`; none where it has no `FLAGS (…)`.
 *
 * Where there are several, the last counts, PERMANENTFLAGS too.
 */
export function ParseFlags(flagstr: Text): string[] {
  if (typeof flagstr !== 'string' && !(flagstr instanceof Uint8Array)) {
    throw new TypeError('ParseFlags needs a line of the server, as text or bytes');
  }
  // `.` of Python's bytes patterns excludes the line feed alone.
  const flags = /^[^\n]*FLAGS \(([^)]*)\)/.exec(lineText(flagstr))?.[1] ?? '';
  return flags.split(/[ \t\n\r\v\f]+/).filter((flag) => flag !== '');
}
