// THREAD responses: messages and the replies to them (RFC 5256 4).
//
//   thread-data    = "THREAD" [SP 1*thread-list]
//   thread-list    = "(" (thread-members / thread-nested) ")"
//   thread-members = nz-number *(SP nz-number) [SP thread-nested]
//   thread-nested  = 2*thread-list

import { OPEN } from './ascii.ts';
import type { ResponseReader } from './reader.ts';

/** A message and the replies to it; `id` (UID or sequence number) is null where the first message is missing. */
export interface Thread {
  readonly id: number | null;
  readonly replies: readonly Thread[];
}

/** Replies that lie deeper than this stand beside each other at this depth, so that whoever walks a tree may recurse. */
export const deepestThread = 500;

/** Lists that may be open at once: nobody has so long a conversation, and each takes memory. */
const MOST_OPEN = 1_000_000;

/** A place in the tree: where the next message belongs, and how deep that is. */
interface Place {
  readonly threads: Thread[];
  readonly depth: number;
}

/** Reads the threads behind `* THREAD`. A list that is not closed ends with the line. */
export function readThreads(reader: ResponseReader): Thread[] {
  const threads: Thread[] = [];
  const outer: Place[] = [];
  let place: Place = { threads, depth: 0 };
  const descend = (id: number | null): void => {
    const replies: Thread[] = [];
    place.threads.push({ id, replies });
    if (place.depth < deepestThread) place = { threads: replies, depth: place.depth + 1 };
  };
  for (reader.space(); reader.peek() !== -1; reader.space()) {
    if (reader.skip('(')) {
      if (outer.push(place) > MOST_OPEN) throw reader.fails(`at most ${MOST_OPEN} nested lists`);
      reader.space();
      if (reader.peek() === OPEN && place.depth < deepestThread) descend(null);
    } else if (reader.skip(')')) {
      const before = outer.pop();
      if (before === undefined) throw reader.fails('"("');
      place = before;
      // A hostile line has millions of lists with nothing in them.
      const last = place.threads.at(-1);
      if (last?.id === null && last.replies.length === 0) place.threads.pop();
    } else {
      if (outer.length === 0) throw reader.fails('"("');
      descend(reader.number());
    }
  }
  return threads;
}
