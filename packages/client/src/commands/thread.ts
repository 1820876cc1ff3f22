// THREAD and UID THREAD: conversations among the messages that match (RFC 5256).
//
//   thread = "THREAD" SP thread-alg SP charset SP search-program

import { readThreads, type Thread } from '../wire/thread.ts';
import { command } from './command.ts';
import { countsBySequence, queryNeeds, usesSaved, writeQuery } from './search-query.ts';
import type { SearchArgs } from './search.ts';
import { selected } from './states.ts';

/** How messages are put together: by subject alone, by References and subject, or by References alone. */
export type ThreadAlgorithm = 'ORDEREDSUBJECT' | 'REFERENCES' | 'REFS';

export interface ThreadArgs extends SearchArgs {
  /** One that the server lists as `THREAD=…`. */
  readonly algorithm: ThreadAlgorithm;
}

export const thread = command<ThreadArgs, Thread[], Thread[]>({
  name: ({ uid }) => (uid ? 'UID THREAD' : 'THREAD'),
  states: selected,
  needs: ({ algorithm, query }) => [`THREAD=${algorithm}`, ...queryNeeds(query)],
  repeatable: ({ query }) => !usesSaved(query),
  bySequence: ({ uid, query }) => !uid || countsBySequence(query),
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { algorithm, query }) => writeQuery(out.atom(algorithm).atom('UTF-8'), query),
  collect: { THREAD: (line) => readThreads(line) },
  isWhole: true,
  result: (rows) => rows.flat(),
});
