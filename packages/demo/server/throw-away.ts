// What Cyrus and Courier look like from outside. Debian's packages conflict with Dovecot's, their files do not: they
// are unpacked into folders of their own (scripts/debian.mjs).
import { join } from 'node:path';

export interface ThrowAwayOptions {
  /** Names and passwords; alice and bob when left out. */
  readonly users?: Readonly<Record<string, string>>;
}

export interface ThrowAway {
  readonly host: string;
  /** The plain port (STARTTLS). */
  readonly port: number;
  /** The port with TLS from the first byte. */
  readonly tlsPort: number;
  readonly users: Readonly<Record<string, string>>;
  /** The root certificate's file. */
  readonly ca: string;
  /** Everything it wrote lives here. */
  readonly folder: string;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export const someUsers = { alice: 'secret-a', bob: 'secret-b' };

/** Where a server has been unpacked. */
export const unpackedAt = (name: 'cyrus' | 'courier'): string =>
  join(process.env['IMAP_SERVERS'] ?? join(process.cwd(), '.cache/servers'), name);
