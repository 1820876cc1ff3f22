// JMAPACCESS responses: where the same mail is to be had over JMAP (RFC 9698).
//
//   jmapaccess-data = "JMAPACCESS" SP DQUOTE uri DQUOTE

import type { ResponseReader } from './reader.ts';

/** Reads what stands behind `* JMAPACCESS`: the URL of the JMAP session. */
export function readJmapAccess(reader: ResponseReader): string {
  return reader.astring();
}
