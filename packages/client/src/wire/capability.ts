// CAPABILITY and FLAGS: lists of atoms (RFC 3501 7.2.1, 7.2.6).
//
//   capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev1" *(SP capability)
//   flag-list       = "(" [flag *(SP flag)] ")"

import type { ResponseReader } from './reader.ts';

/** Reads capabilities up to the end of the line or `]`, in capitals. */
export function readCapabilities(reader: ResponseReader): string[] {
  throw new Error(String(reader));
}

/** Reads a flag list, parentheses and all; flags keep their spelling. */
export function readFlags(reader: ResponseReader): string[] {
  throw new Error(String(reader));
}
