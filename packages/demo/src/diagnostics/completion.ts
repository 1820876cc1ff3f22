// What Tab completes in the console: the words that this server knows, where it now stands.
import { Commands, type State } from '@imaplib/client/imaplib';
import { known } from './capability-table.ts';
import { aboutCapability } from './capabilities.ts';

export interface Situation {
  readonly capabilities: readonly string[];
  readonly state: State;
}

export interface Completion {
  /** Where in the line the word begins that is completed. */
  readonly from: number;
  /** Whole words, in order. */
  readonly words: readonly string[];
}

/** What every server has (RFC 3501). */
const always =
  'APPEND AUTHENTICATE CAPABILITY CHECK CLOSE COPY CREATE DELETE EXAMINE EXPUNGE FETCH LIST LOGIN LOGOUT LSUB NOOP RENAME SEARCH SELECT STATUS STORE SUBSCRIBE UID UNSUBSCRIBE'.split(
    ' ',
  );
const uidCommands = ['COPY', 'FETCH', 'SEARCH', 'STORE'];
const enabled = /^(?:IMAP4REV2|CONDSTORE|QRESYNC|UTF8=\S+|METADATA|METADATA-SERVER|UIDONLY|JMAPACCESS)$/;
/** These ask for a password or end in TLS: their states are those of the engine's table. */
const signedIn: readonly State[] = ['AUTH', 'SELECTED'];

function extensions(capabilities: readonly string[]): readonly string[] {
  const offered = new Set(capabilities.map((name) => aboutCapability(name)));
  const isRev2 = capabilities.includes('IMAP4REV2');
  return known
    .filter((one) => offered.has(one) || (isRev2 && one.inRev2 === true))
    .flatMap(({ commands }) => commands ?? []);
}

const isLegal = (name: string, state: State): boolean =>
  (Object.hasOwn(Commands, name) ? Commands[name]! : signedIn).includes(state);

/** The words that may stand at the end of the line, where the cursor is. */
export function complete(line: string, { capabilities, state }: Situation): Completion {
  const from = line.search(/\S*$/);
  const begun = line.slice(from).toUpperCase();
  const before = line.slice(0, from).trim().toUpperCase();
  const words = [...new Set(candidates(before, capabilities, state))].filter((word) =>
    word.startsWith(begun),
  );
  return { from, words: words.toSorted() };
}

function candidates(before: string, capabilities: readonly string[], state: State): readonly string[] {
  const commands = [...always, ...extensions(capabilities)];
  switch (before) {
    case '':
      return commands.filter((name) => !name.includes(' ') && isLegal(name, state));
    case 'UID':
      return [
        ...uidCommands,
        ...commands.flatMap((name) => (name.startsWith('UID ') ? [name.slice(4)] : [])),
      ];
    case 'AUTHENTICATE':
      return capabilities.flatMap((name) => (name.startsWith('AUTH=') ? [name.slice(5)] : []));
    default:
      return /^ENABLE\b/.test(before) ? capabilities.filter((name) => enabled.test(name)) : [];
  }
}

/** What all words begin with. */
export function commonStart(words: readonly string[]): string {
  let start = words[0] ?? '';
  for (const word of words) while (!word.startsWith(start)) start = start.slice(0, -1);
  return start;
}
