// What a mailbox to serve looks like before any server has it: folders with raw messages.
// Also the modified UTF-7 in which folder names travel.

/** One message, as bytes, with what a server keeps beside it. */
export interface SeedMessage {
  readonly raw: Uint8Array;
  /** `\Seen`, `\Flagged`, `$Forwarded` … */
  readonly flags: readonly string[];
  /** When the server received it (INTERNALDATE). */
  readonly date: Date;
}

export interface SeedFolder {
  /** Unicode, levels parted by `/`. */
  readonly path: string;
  /** `\Drafts`, `\Sent`, … (RFC 6154). */
  readonly specialUse?: string;
  /** Oldest first. */
  readonly messages: readonly SeedMessage[];
}

export interface SeedMailbox {
  readonly folders: readonly SeedFolder[];
}

/** A folder name as it is written on the wire (RFC 3501 5.1.3). */
export function modifiedUtf7(name: string): string {
  return name.replaceAll('&', '&-').replaceAll(/[^\u0020-\u007e]+/g, (run) => {
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replaceAll('=', '').replaceAll('/', ',')}-`;
  });
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/** INTERNALDATE's form, in UTC. */
export function internalDate(date: Date): string {
  const day = `${two(date.getUTCDate())}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}
