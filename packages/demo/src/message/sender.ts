// A sender's name, as far as it may be believed: it is the one part of an address that anybody can choose freely.

const INVISIBLE = /[\p{Cc}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** A display name without what hides or reorders letters. */
export const safeDisplayName = (name: string): string =>
  name.replaceAll(INVISIBLE, '').replaceAll(/\s+/g, ' ').trim();

/** A sentence where the name pretends to be another address than `address`; null where it does not. */
export function senderWarning(name: string, address: string): string | null {
  if (/[\u202a-\u202e\u2066-\u2069]/.test(name))
    return `The sender's name hides its direction of writing. It is ${address}.`;
  const claimed = /[^\s"'<>(),;:]+@[^\s"'<>(),;:]+\.[^\s"'<>(),;:]+/u.exec(safeDisplayName(name))?.[0];
  if (claimed === undefined || claimed.toLowerCase() === address.toLowerCase()) return null;
  return `The name shows ${claimed}, but the message is from ${address}.`;
}
