// The words of HTML source without its markup: what is shown where the HTML itself is refused, and what a
// reply to a message without a text part quotes.
import { tags } from './tags.ts';

const HIDDEN = new Set([
  'style',
  'script',
  'title',
  'head',
  'iframe',
  'noembed',
  'noframes',
  'template',
  'textarea',
]);
const BLOCK = new Set(
  (
    'address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hr li main nav ol p pre section summary table tbody tfoot thead tr ul'
  ).split(' '),
);
const PARAGRAPH = new Set('p h1 h2 h3 h4 h5 h6 table ul ol blockquote pre'.split(' '));
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  bull: '•',
  cent: '¢',
  copy: '©',
  euro: '€',
  gt: '>',
  hellip: '…',
  laquo: '«',
  ldquo: '“',
  lsquo: '‘',
  lt: '<',
  mdash: '—',
  middot: '·',
  nbsp: '\u00a0',
  ndash: '–',
  pound: '£',
  quot: '"',
  raquo: '»',
  rdquo: '”',
  reg: '®',
  rsquo: '’',
  shy: '',
  times: '×',
  trade: '™',
  zwnj: '',
};

function codePoint(number: number): string {
  return number > 0 && number <= 0x10ffff && (number < 0xd800 || number > 0xdfff)
    ? String.fromCodePoint(number)
    : '\ufffd';
}

const decodeReferences = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,6}));?/gi,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return codePoint(Number.parseInt(decimal, 10));
      return NAMED[name ?? ''] ?? all;
    },
  );

/** The text of `html` with a line per block; takes time linear in its length. */
export function textOfHtml(html: string): string {
  const out: string[] = [];
  let from = 0;
  let hidden: string | null = null;
  let preformatted = 0;
  const take = (until: number) => {
    if (hidden !== null || until <= from) return;
    const source = html.slice(from, until).replaceAll(/<!--[^]*?(?:-->|$)|<[!?][^>]*>/g, '');
    const text = decodeReferences(preformatted > 0 ? source : source.replaceAll(/[ \t\r\n\f]+/g, ' '));
    if (text !== '') out.push(text);
  };
  for (const tag of tags(html)) {
    take(tag.start);
    from = tag.end;
    if (hidden !== null) {
      if (tag.closing && tag.name === hidden) hidden = null;
      continue;
    }
    if (!tag.closing && HIDDEN.has(tag.name)) hidden = tag.name;
    if (tag.name === 'pre') preformatted = Math.max(0, preformatted + (tag.closing ? -1 : 1));
    if (tag.name === 'br') out.push('\n');
    else if (BLOCK.has(tag.name)) out.push(PARAGRAPH.has(tag.name) ? '\n\n' : '\n');
    else if (tag.name === 'td' || tag.name === 'th') out.push(' ');
    if (tag.name === 'li' && !tag.closing) out.push('• ');
  }
  take(html.length);
  return out
    .join('')
    .replaceAll(/[ \t]*\n[ \t]*/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
