// Sorting: by SORT where the server has it, else here, where the caller allows that. What is compared, and how, is what
// RFC 5256 3 says (RFC 5957 for the names that people see).

import { run, type RunOptions } from '../commands/command.ts';
import { fetch } from '../commands/fetch.ts';
import { search } from '../commands/search.ts';
import { keyOf, sort, type SortArgs, type SortKey } from '../commands/sort.ts';
import { ImapCapabilityError } from '../session/errors.ts';
import type { EnvelopeAddress } from '../wire/envelope.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import type { ClientRunner } from './client-runner.ts';
import { baseSubject } from './conversations-subject.ts';
import type { SortOptions } from './types.ts';

/** So many messages are fetched with one command: a longer one might be too long a line. */
const AT_ONCE = 500;

/** UIDs (or sequence numbers) in order. @throws ImapCapabilityError where nobody can sort so */
export async function sorted(
  runner: ClientRunner,
  args: SortArgs,
  { local, ...options }: SortOptions,
): Promise<number[]> {
  const { session } = runner;
  const keys = args.criteria.map(keyOf);
  const isDisplayed = keys.includes('displayFrom') || keys.includes('displayTo');
  const can = session.supports('SORT') && (!isDisplayed || session.supports('SORT=DISPLAY'));
  if (can || keys.includes('relevancy')) return run(runner, sort, args, options);
  if (local !== true) {
    const missing = session.supports('SORT') ? 'SORT=DISPLAY' : 'SORT';
    throw new ImapCapabilityError('Sorting', missing, 'with { local: true } messages are sorted here');
  }
  if (keys.length === 0) throw new RangeError('Sorting needs at least one criterion: date, from, subject, …');
  return sortHere(runner, args, options);
}

async function sortHere(runner: ClientRunner, args: SortArgs, options: RunOptions): Promise<number[]> {
  const { criteria, query, uid } = args;
  const step = { ...options, check: runner.selection.stillSelected('Sorting messages') };
  const found = await run(runner, search, { query, uid }, step);
  const keys = criteria.map(keyOf);
  const items = {
    envelope: keys.some((key) => key !== 'arrival' && key !== 'size'),
    internalDate: keys.includes('arrival') || keys.includes('date'),
    size: keys.includes('size'),
  };
  const pages = Array.from({ length: Math.ceil(found.length / AT_ONCE) }, (_, page) =>
    run(runner, fetch, { set: found.slice(page * AT_ONCE, (page + 1) * AT_ONCE), items, uid }, step),
  );
  const messages = (await Promise.all(pages)).flat();
  const compared = messages.map((message) => ({
    number: uid ? message.uid! : message.sequence,
    values: keys.map((key) => valueOf[key](message)),
  }));
  const signs = criteria.map((criterion) => (typeof criterion === 'string' ? 1 : -1));
  compared.sort((a, b) => {
    for (const [at, sign] of signs.entries()) {
      const difference = compare(a.values[at]!, b.values[at]!);
      if (difference !== 0) return sign * difference;
    }
    return a.number - b.number;
  });
  return compared.map(({ number }) => number);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const valueOf: Readonly<Record<SortKey, (message: FetchedMessage) => string | number>> = {
  arrival: ({ internalDate }) => internalDate?.date.getTime() ?? 0,
  date: ({ envelope, internalDate }) => (envelope?.sent ?? internalDate?.date)?.getTime() ?? 0,
  size: ({ size }) => size ?? 0,
  subject: ({ envelope }) => baseSubject(envelope?.subject ?? null).base,
  from: ({ envelope }) => mailboxOf(envelope?.from),
  to: ({ envelope }) => mailboxOf(envelope?.to),
  cc: ({ envelope }) => mailboxOf(envelope?.cc),
  displayFrom: ({ envelope }) => displayed(envelope?.from),
  displayTo: ({ envelope }) => displayed(envelope?.to),
  relevancy: () => {
    throw new ImapCapabilityError('Sorting by relevancy', 'SEARCH=FUZZY');
  },
};

/** The part before the domain of the first address. */
function mailboxOf(addresses: readonly EnvelopeAddress[] = []): string {
  const [first] = addresses;
  if (first === undefined) return '';
  return folded('group' in first ? first.group : first.address.replace(/@[^@]*$/, ''));
}

/** The name of the first address, or the address where it has none. */
function displayed(addresses: readonly EnvelopeAddress[] = []): string {
  const [first] = addresses;
  if (first === undefined) return '';
  return folded('group' in first ? first.group : (first.name ?? first.address));
}

/** Without case and with letters taken apart, as i;unicode-casemap compares (RFC 5051). */
function folded(text: string): string {
  return text.toUpperCase().normalize('NFKD');
}
