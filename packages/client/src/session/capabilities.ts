// What the server can do, as last heard in a greeting, a CAPABILITY line or a response code.

import { readCapabilities } from '../wire/capability.ts';
import { ParseError } from '../wire/reader.ts';
import type { Response, StatusText } from '../wire/response.ts';

/** What IMAP4rev2 has without naming it (RFC 9051 appendix E). */
const partOfRev2 = new Set(
  'UIDPLUS UNSELECT NAMESPACE ESEARCH SEARCHRES ENABLE IDLE SASL-IR LIST-EXTENDED LIST-STATUS MOVE LITERAL- SPECIAL-USE STATUS=SIZE'.split(
    ' ',
  ),
);

/** Whether a capability is among these, by its name or as a part of IMAP4rev2. */
export function hasCapability(names: ReadonlySet<string>, capability: string): boolean {
  if (names.has(capability) || (names.has('IMAP4REV2') && partOfRev2.has(capability))) return true;
  // It may name the limit (RFC 7889 3).
  return capability === 'APPENDLIMIT' && [...names].some((name) => name.startsWith('APPENDLIMIT='));
}

/** Hears of capabilities and remembers the last word. */
export class Capabilities {
  #names: ReadonlySet<string> = new Set();
  #known = false;
  #onlyRev2 = false;

  /** In capitals. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Whether {@link names} has been heard since they were last out of date. */
  get known(): boolean {
    return this.#known;
  }

  /** The server speaks IMAP4rev2 and nothing older. */
  get onlyRev2(): boolean {
    return this.#onlyRev2;
  }

  has(capability: string): boolean {
    return hasCapability(this.#names, capability);
  }

  /** They may be others now, and will be told or have to be asked for. */
  expire(): void {
    this.#known = false;
  }

  /** Whoever sat on the plain line may have made them up. */
  forget(): void {
    this.#names = new Set();
    this.#onlyRev2 = false;
    this.#known = false;
  }

  /** Takes a CAPABILITY line. Where it cannot be read, what was known stays. */
  hear(response: Response): void {
    const names = capabilitiesIn(response);
    if (names !== null) this.#learn(names);
  }

  /** Takes the response code of a status response, where it is CAPABILITY. */
  hearCode({ code }: StatusText): void {
    if (code?.name === 'CAPABILITY') this.#learn(code.capabilities);
  }

  #learn(names: readonly string[]): void {
    this.#names = new Set(names);
    this.#onlyRev2 = this.#names.has('IMAP4REV2') && !this.#names.has('IMAP4REV1');
    this.#known = true;
  }
}

/** The names in a CAPABILITY or ENABLED line, in capitals; null where it cannot be read. */
export function capabilitiesIn(response: Response): readonly string[] | null {
  try {
    return readCapabilities(response.reader());
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}
