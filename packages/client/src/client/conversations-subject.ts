// What is left of a subject without `Re:`, `Fwd:`, the names of lists: the base subject (RFC 5256 2.1).
//
//   subject     = *subj-leader [subj-middle] *subj-trailer
//   subj-leader = (*subj-blob subj-refwd) / WSP
//   subj-refwd  = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"
//   subj-blob   = "[" *BLOBCHAR "]" *WSP
//   subj-fwd    = "[fwd:" subject "]"
//   subj-trailer = "(fwd)" / WSP

/** A subject that can be compared. */
export interface BaseSubject {
  /** Alike for subjects that differ in case only; empty where nothing is left. */
  readonly base: string;
  /** It began with `Re:`, `Fwd:` or `[Fwd:`, or ended in `(fwd)`. */
  readonly isReply: boolean;
}

/** Nobody tells subjects apart that are alike for so long; and hostile ones must not cost time. */
const MOST = 500;

const trailer = / *(?:\(fwd\) *)*$/i;
const reply = /^(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?: */i;
const blob = /^\[[^[\]]*\] */;
const forward = /^\[fwd:.*\]$/i;

/** The base subject of a subject whose encoded words have been decoded. */
export function baseSubject(subject: string | null): BaseSubject {
  let base = (subject ?? '').slice(0, MOST).replaceAll(/[ \t\r\n]+/g, ' ');
  let isReply = false;
  for (;;) {
    const end = base.search(trailer);
    if (base.slice(end).trim() !== '') isReply = true;
    base = base.slice(0, end).trimStart();
    for (;;) {
      const [leader] = reply.exec(base) ?? [];
      if (leader !== undefined) isReply = true;
      const rest = base.slice((leader ?? blob.exec(base)?.[0] ?? '').length);
      // The name of a list may be all that there is.
      if (rest === base || (leader === undefined && rest === '')) break;
      base = rest;
    }
    if (!forward.test(base)) return { base: base.normalize('NFKD').toUpperCase(), isReply };
    isReply = true;
    base = base.slice('[fwd:'.length, -1);
  }
}
