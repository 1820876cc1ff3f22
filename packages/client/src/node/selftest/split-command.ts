// A command line as a list of words, without a shell: spaces part them, quotes and backslashes keep them together.

/**
 * Splits `a 'b c' "d \" e" f\ g` into its words. Nothing else has a meaning: no variables, no wildcards, no pipes.
 *
 * @throws RangeError where there is no word, or a quote does not end
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  const word = /(?:[^\s'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")+/y;
  const space = /\s*/y;
  let at = 0;
  const skip = (expression: RegExp): string => {
    expression.lastIndex = at;
    const found = expression.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  for (skip(space); at < text.length; skip(space)) {
    const found = skip(word);
    if (found === '') throw new RangeError(`what begins with ${text.slice(at, at + 20)} does not end`);
    words.push(found.replaceAll(/\\([^])|'([^']*)'|"((?:[^"\\]|\\[^])*)"/g, bare));
  }
  if (words.length === 0) throw new RangeError('there is no command');
  return words;
}

function bare(_: string, escaped?: string, single?: string, double?: string): string {
  // Between double quotes a backslash keeps its place before anything but a quote and another backslash.
  return escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\])/g, '$1');
}
