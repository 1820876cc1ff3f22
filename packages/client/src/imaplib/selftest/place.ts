// Where the self-test's mailboxes go: below a prefix that the server accepts, where nothing is yet.

import type { Datum } from '../datum.ts';
import type { IMAP4 } from '../imap4.ts';
import type { Journal } from './journal.ts';

/** A part of the mailbox tree that is the self-test's alone. */
export interface Place {
  /** The mailbox that holds the others. */
  readonly root: string;
  /** The levels above it that are not there yet, the deepest first. */
  readonly missing: readonly string[];
  /** The name of one of them. */
  within(name: string): string;
  /** As a prefix for LIST. */
  readonly directory: string;
}

/**
 * Finds out how the server builds names, and that nothing begins with the prefix yet.
 *
 * @throws RangeError where the prefix cannot be used
 */
export async function findPlace(journal: Journal, M: IMAP4, prefix: string): Promise<Place> {
  // oxlint-disable-next-line no-control-regex -- they are what no name may hold
  if (prefix === '' || /[\0-\x1f\x7f%*"\\]/.test(prefix)) {
    throw new RangeError(`${JSON.stringify(prefix)} is no prefix for mailboxes: leave out * % " \\`);
  }
  const { namespace, delimiter } = await personalNamespace(journal, M);
  const given = prefix.startsWith(namespace) ? prefix : namespace + prefix;
  const root = delimiter !== null && given.endsWith(delimiter) ? given.slice(0, -delimiter.length) : given;
  const list = async (pattern: string) => mailboxNames(await journal.run(M, 'list', '', pattern));
  const [taken] = await list(`${root}*`);
  if (taken !== undefined) {
    throw new RangeError(`there is ${JSON.stringify(taken)} already: choose a prefix that no mailbox has`);
  }
  const missing: string[] = [];
  for (const level of levelsAbove(root, namespace, delimiter)) {
    if ((await list(level)).length === 0) missing.push(level);
  }
  // Without a hierarchy the names just begin alike.
  const directory = root + (delimiter ?? '-');
  return { root, missing, directory, within: (name) => directory + name };
}

/** `a/b` and `a` for `a/b/c`: the deepest first. */
function levelsAbove(root: string, namespace: string, delimiter: string | null): string[] {
  if (delimiter === null) return [];
  const names = root.slice(namespace.length).split(delimiter);
  return names
    .map((_, at) => namespace + names.slice(0, at).join(delimiter))
    .slice(1)
    .toReversed();
}

async function personalNamespace(
  journal: Journal,
  M: IMAP4,
): Promise<{ readonly namespace: string; readonly delimiter: string | null }> {
  if (M.capabilities.includes('NAMESPACE')) {
    const data = await journal.run(M, 'namespace');
    const own = /^\(\("((?:\\.|[^"\\])*)" (?:"\\?(.)"|NIL)/.exec(String(data.at(-1) ?? ''));
    if (own !== null) return { namespace: unquoted(own[1] ?? ''), delimiter: own[2] ?? null };
  }
  // RFC 3501 6.3.8: an empty pattern asks for the delimiter. Servers before that answer nothing.
  const data = await journal.run(M, 'list', '', '');
  const [, delimiter] =
    /^\([^)]*\) (?:"\\?(.)"|NIL) /.exec(String(data.find((datum) => datum !== null) ?? '')) ?? [];
  return { namespace: '', delimiter: delimiter ?? (data.at(-1) === null ? '/' : null) };
}

/** The names in the answer to LIST or LSUB, as the server writes them. */
export function mailboxNames(data: readonly Datum[]): string[] {
  return data.flatMap((datum) => {
    if (datum === null || datum === '') return [];
    if (Array.isArray(datum)) return [new TextDecoder().decode(datum[1])];
    const [, quoted, bare] =
      /^\([^)]*\) (?:"(?:\\.|[^"\\])*"|NIL) (?:"((?:\\.|[^"\\])*)"|(.*))$/.exec(datum) ?? [];
    return quoted !== undefined ? [unquoted(quoted)] : bare !== undefined ? [bare] : [];
  });
}

function unquoted(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}
