// A linear walk over the tags of HTML source, without building a tree: for what must be known before a parser
// may see the text, and for the words of a message that is too big to be parsed.

/** One tag of the source, as the HTML tokenizer would cut it. */
export interface Tag {
  /** In lower case. */
  readonly name: string;
  readonly closing: boolean;
  /** Where the tag begins and ends in the source. */
  readonly start: number;
  readonly end: number;
}

// Elements whose content the parser takes as text, up to their own end tag.
const RAW = new Set(['style', 'script', 'title', 'textarea', 'xmp', 'noembed', 'noframes', 'iframe']);
// Inside of these the parser takes the content of the former as elements.
const NOT_RAW_INSIDE = new Set(['svg', 'math', 'select']);

const isSpace = (character: string): boolean => /\s/.test(character);

/** The end of the tag whose name ends at `from`: HTML 13.2.5.32 to 39, without keeping the attributes. */
function tagEnd(html: string, from: number): number {
  let state: 'before' | 'name' | 'after' | 'value' | 'unquoted' = 'before';
  for (let at = from; at < html.length; at++) {
    const character = html[at] ?? '';
    if (character === '>') return at + 1;
    if (state === 'value') {
      if (character === '"' || character === "'") {
        at = html.indexOf(character, at + 1);
        if (at === -1) return html.length;
        state = 'before';
      } else if (!isSpace(character)) state = 'unquoted';
    } else if (state === 'unquoted') {
      if (isSpace(character)) state = 'before';
    } else if (isSpace(character)) {
      if (state === 'name') state = 'after';
    } else if (character === '/') state = 'before';
    else if (character === '=' && state !== 'before') state = 'value';
    else state = 'name';
  }
  return html.length;
}

/** Every tag of `html` in order; comments, declarations and the content of raw-text elements are stepped over. */
export function* tags(html: string): Generator<Tag> {
  const next = /<(?:(!--)|([!?])|(\/?)([a-zA-Z][^\s/>]*))/g;
  const commentEnd = /--!?>/g;
  let raw = true;
  for (let match = next.exec(html); match !== null; match = next.exec(html)) {
    if (match[1] !== undefined) {
      commentEnd.lastIndex = match.index + 2;
      if (commentEnd.exec(html) === null) return;
      next.lastIndex = commentEnd.lastIndex;
      continue;
    }
    if (match[2] !== undefined) {
      const end = html.indexOf('>', match.index);
      if (end === -1) return;
      next.lastIndex = end + 1;
      continue;
    }
    const name = (match[4] ?? '').toLowerCase();
    const closing = match[3] === '/';
    const end = tagEnd(html, match.index + match[0].length);
    yield { name, closing, start: match.index, end };
    next.lastIndex = end;
    if (closing) continue;
    if (name === 'plaintext') return;
    if (NOT_RAW_INSIDE.has(name)) raw = false;
    if (raw && RAW.has(name)) {
      const close = new RegExp(`</${name}`, 'gi');
      close.lastIndex = end;
      const found = close.exec(html);
      if (found === null) return;
      next.lastIndex = found.index;
    }
  }
}
