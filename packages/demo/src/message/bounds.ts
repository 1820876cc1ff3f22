// What is refused before any parser sees it. Building a tree of a few ten thousand nested elements takes
// Chromium seconds, in its own parser, so size, depth and number of elements are bounded by a linear scan.
import { tags } from './tags.ts';

/** Why a message is not shown as HTML. */
export type Refusal = 'size' | 'depth' | 'elements';

export const MAX_LENGTH = 2 * 1024 * 1024;
export const MAX_DEPTH = 400;
export const MAX_ELEMENTS = 20_000;

const VOID = new Set(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr'.split(
    ' ',
  ),
);
// The parser opens these anew in every block that follows, until they are closed: a thousand of them left open
// before a thousand paragraphs are a million elements. Text does it, and every tag that is not a block's.
const FORMATTING = new Set('a b big code em font i nobr s small strike strong tt u'.split(' '));
const BLOCK =
  /^(?:address|article|aside|blockquote|center|d[dlt]|details|dialog|div|fieldset|figure|footer|form|h[1-6r]|header|li|main|nav|[ou]l|p|pre|section|summary|table|t[dhr]|tbody|tfoot|thead)$/;
// A start tag of these ends the one before, where it was left open.
const IMPLIED_END: Readonly<Record<string, RegExp>> = {
  p: /^p$/,
  li: /^(?:li|p)$/,
  dt: /^(?:dt|dd|p)$/,
  dd: /^(?:dt|dd|p)$/,
  option: /^option$/,
  td: /^(?:td|th|p)$/,
  th: /^(?:td|th|p)$/,
  tr: /^(?:td|th|tr|p)$/,
  tbody: /^(?:td|th|tr|tbody|thead|p)$/,
  div: /^p$/,
  table: /^p$/,
  ul: /^p$/,
  ol: /^p$/,
};

interface Open {
  readonly name: string;
  /** The whole start tag, for elements that are opened anew. */
  readonly source: string | null;
}

/** The reason to refuse `html`, or null where it may be parsed. Takes time linear in its length. */
export function refusal(html: string): Refusal | null {
  if (html.length > MAX_LENGTH) return 'size';
  const stack: Open[] = [];
  const open = new Map<string, number>();
  const reopen: Open[] = [];
  let elements = 0;

  const push = (element: Open) => {
    stack.push(element);
    open.set(element.name, (open.get(element.name) ?? 0) + 1);
    elements += 1;
  };
  const pop = (): Open | undefined => {
    const element = stack.pop();
    if (element !== undefined) open.set(element.name, (open.get(element.name) ?? 1) - 1);
    return element;
  };
  /** Closes `name`, and keeps what formatting it closes on the way; at most three alike, as the parser does. */
  const close = (name: string) => {
    if ((open.get(name) ?? 0) === 0) {
      const last = reopen.findLastIndex((element) => element.name === name);
      if (last !== -1) reopen.splice(last, 1);
      return;
    }
    const closed: Open[] = [];
    for (let element = pop(); element !== undefined && element.name !== name; element = pop()) {
      if (element.source !== null) closed.push(element);
    }
    for (const element of closed.toReversed()) {
      if (reopen.filter((other) => other.source === element.source).length < 3) reopen.push(element);
    }
  };

  const openAgain = () => {
    for (const element of reopen.splice(0)) push(element);
  };

  let end = 0;
  for (const tag of tags(html)) {
    const isBehindText = tag.start > end;
    end = tag.end;
    if (isBehindText) openAgain();
    if (tag.closing) {
      close(tag.name);
      continue;
    }
    const implied = IMPLIED_END[tag.name];
    for (let top = stack.at(-1); implied?.test(top?.name ?? ''); top = stack.at(-1)) close(top?.name ?? '');
    if (!BLOCK.test(tag.name)) openAgain();
    if (VOID.has(tag.name)) elements += 1;
    else push({ name: tag.name, source: FORMATTING.has(tag.name) ? html.slice(tag.start, tag.end) : null });
    if (elements > MAX_ELEMENTS) return 'elements';
    if (stack.length > MAX_DEPTH) return 'depth';
  }
  return null;
}
