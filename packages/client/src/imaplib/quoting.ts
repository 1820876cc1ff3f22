// Python's rules for quoting, on byte strings. Each is idempotent: what is quoted already stays as it is.

const quotedString = /^"(?:[^"\\]|\\[^])*"$/;
// oxlint-disable-next-line no-control-regex -- control characters need quotes
const needsQuotes = /[(){ \0-\x1f\x7f-\xff%*\\"]/;
// oxlint-disable-next-line no-control-regex -- control characters need quotes
const patternNeedsQuotes = /[(){ \0-\x1f\x7f-\xff\\"]/;

/** Bare where that is possible, else a quoted string. */
export function astring(value: string): string {
  return quotedWhere(needsQuotes, value);
}

/** As {@link astring}, but `%` and `*` may stand bare. */
export function listMailbox(value: string): string {
  return quotedWhere(patternNeedsQuotes, value);
}

/** Always a quoted string, whatever it looks like. */
export function quote(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** In parentheses, which are added where they are missing. */
export function setQuote(value: string): string {
  return value.startsWith('(') && value.endsWith(')') ? value : `(${value})`;
}

function quotedWhere(special: RegExp, value: string): string {
  if (quotedString.test(value)) return value;
  return value === '' || special.test(value) ? quote(value) : value;
}
