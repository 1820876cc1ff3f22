// Plain text -> DOM: paragraphs with their own direction of writing, links, quotations that fold, a signature.
// Everything is set as text; nothing of a message is ever parsed as HTML here.
import { LinkifyIt } from 'linkify-it';
import { paragraphs, type FlowedOptions, type Paragraph } from './flowed.ts';
import { linkWarning, safeHref } from './links.ts';

/** Longer texts are cut here; the whole is in the message's source. */
const MAX_TEXT = 1_000_000;
/** Lines beyond this are shown, but not searched for links. */
const MAX_LINKED_LINE = 10_000;
const MAX_LINKS = 5000;
const MAX_PARAGRAPHS = 20_000;
const MAX_DEPTH = 12;
/** A quotation at the end of a message folds from this many lines on; one that is answered below, later. */
const FOLD_AT_END = 6;
const FOLD_IN_BETWEEN = 24;

const linkify = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: true }).add('ftp:', null).add('//', null);

export interface PlainText {
  /** Elements with the classes of `plain.css`. */
  readonly fragment: DocumentFragment;
  /** Whether the text was too long and is cut. */
  readonly truncated: boolean;
}

function* linked(text: string, budget: { links: number }): Generator<Node | string> {
  if (text.length > MAX_LINKED_LINE || budget.links <= 0 || !/[:@]/.test(text)) {
    yield text;
    return;
  }
  let from = 0;
  for (const match of linkify.match(text) ?? []) {
    const href = safeHref(match.url);
    if (href === null || budget.links <= 0) continue;
    budget.links -= 1;
    yield text.slice(from, match.index);
    const anchor = document.createElement('a');
    anchor.href = href;
    anchor.target = '_blank';
    anchor.rel = 'noopener noreferrer nofollow';
    anchor.textContent = match.raw;
    const warning = linkWarning(href, match.raw);
    if (warning !== null) anchor.title = warning.message;
    yield anchor;
    from = match.lastIndex;
  }
  yield text.slice(from);
}

function paragraphElement({ text, isSignature }: Paragraph, budget: { links: number }): HTMLElement {
  const element = document.createElement('div');
  element.className = isSignature ? 'plain-paragraph plain-signature' : 'plain-paragraph';
  element.dir = 'auto';
  for (const line of text.split(/(?<=\n)/)) element.append(...linked(line, budget));
  return element;
}

const countLines = (run: readonly Paragraph[]): number =>
  run.reduce((lines, paragraph) => lines + paragraph.text.split('\n').length - 1, 0);

/** A run of quoted paragraphs as nested quotations. */
function quotation(run: readonly Paragraph[], budget: { links: number }): HTMLElement {
  const root = document.createElement('blockquote');
  let at: HTMLElement = root;
  let depth = 1;
  root.className = 'plain-quote';
  root.dataset['level'] = '1';
  for (const paragraph of run) {
    const wanted = Math.min(paragraph.depth, MAX_DEPTH);
    while (depth > wanted && at.parentElement !== null) {
      at = at.parentElement;
      depth -= 1;
    }
    while (depth < wanted) {
      const inner = document.createElement('blockquote');
      depth += 1;
      inner.className = 'plain-quote';
      inner.dataset['level'] = String(depth);
      at.append(inner);
      at = inner;
    }
    at.append(paragraphElement(paragraph, budget));
  }
  return root;
}

function foldable(run: readonly Paragraph[], isLast: boolean, budget: { links: number }): HTMLElement {
  const lines = countLines(run);
  const details = document.createElement('details');
  details.className = 'plain-fold';
  details.open = lines < (isLast ? FOLD_AT_END : FOLD_IN_BETWEEN);
  const summary = document.createElement('summary');
  summary.textContent = lines === 1 ? 'Quoted text (1 line)' : `Quoted text (${lines} lines)`;
  details.append(summary, quotation(run, budget));
  return details;
}

/**
 * Turns the text of a message into elements.
 *
 * @param text decoded, line breaks of any kind
 * @param options `format=flowed` and `delsp=yes` of the Content-Type (RFC 3676)
 */
export function plainText(text: string, options: FlowedOptions = {}): PlainText {
  const all = paragraphs(text.slice(0, MAX_TEXT), options);
  const shown = all.slice(0, MAX_PARAGRAPHS);
  const fragment = document.createDocumentFragment();
  const budget = { links: MAX_LINKS };
  for (let at = 0; at < shown.length;) {
    const paragraph = shown[at];
    if (paragraph === undefined) break;
    if (paragraph.depth === 0) {
      fragment.append(paragraphElement(paragraph, budget));
      at += 1;
      continue;
    }
    let end = at;
    while ((shown[end]?.depth ?? 0) > 0) end += 1;
    const isLast = shown.slice(end).every((rest) => rest.isSignature || rest.text.trim() === '');
    fragment.append(foldable(shown.slice(at, end), isLast, budget));
    at = end;
  }
  return { fragment, truncated: text.length > MAX_TEXT || all.length > MAX_PARAGRAPHS };
}
