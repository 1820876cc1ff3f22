// CANCELUPDATE: the results of these searches are no longer kept up to date (RFC 5267 4.2).
//
//   cancelupdate = "CANCELUPDATE" 1*(SP quoted)

import { command } from './command.ts';
import { selected } from './states.ts';

/** `tags`: those of the results that were asked for with `update`. */
export const cancelUpdate = command<{ readonly tags: readonly string[] }, never, void>({
  name: 'CANCELUPDATE',
  states: selected,
  needs: () => 'CONTEXT=SEARCH or CONTEXT=SORT',
  send: (out, { tags }) => {
    if (tags.length === 0) throw new RangeError('CANCELUPDATE needs the tag of a search');
    for (const tag of tags) out.string(tag);
  },
  result: () => {},
});
