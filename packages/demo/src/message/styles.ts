// The CSS of a mail, filtered through the browser's own parser: a constructed style sheet ignores @import and
// fetches nothing. What is kept is on a list; what could fetch, cover the page, or grow with the frame is not.
import type { Images } from './content-policy.ts';
import { remoteImage, isDataImage } from './images.ts';

const MAX_RULES = 2000;
const MAX_SELECTOR = 400;
const MAX_NESTING = 3;

const PROPERTIES = new RegExp(
  `^(?:${[
    'color|opacity|direction|unicode-bidi|visibility|display|float|clear|box-sizing|box-shadow',
    'table-layout|caption-side|empty-cells|vertical-align|object-fit|object-position|aspect-ratio',
    '(?:min-|max-)?(?:width|height|inline-size|block-size)',
    '(?:background|border|outline|margin|padding|font|list-style|overflow|flex|white-space)(?:-.+)?',
    '(?:text|word|align|justify|place|page-break|break)-.+',
    'letter-spacing|line-height|line-break|hyphens|tab-size|quotes|order|(?:row-|column-)?gap',
  ].join('|')})$`,
);
const FORBIDDEN_VALUE =
  /(?:image-set|image|cross-fade|element|src|var|env|attr|paint|expression|-webkit-canvas)\s*\(|\\|\d(?:[sld]?v(?:h|b|i|min|max)|cq\w{1,3})\b/i;
const MAY_HAVE_IMAGE = /^(?:background-image|list-style-image)$/;
const NEGATIVE = /(?:^|[\s(,])-/;
const FORBIDDEN_SELECTOR = /:(?:has|hover|visited|target|focus|active|host|slotted|part|state)\b/i;
// Sizes of the frame follow from its content, so a condition on its height would flicker for ever; and a mail's
// own dark colours would meet the white card it is shown on.
const FORBIDDEN_MEDIA = /height|aspect-ratio|orientation|prefers-color-scheme:\s*dark/i;
const COLOURS = /^(?:color|background-color|background-image)$/;
const NO_COLOUR =
  /^(?:transparent|inherit|initial|unset|revert|none|currentcolor|canvastext|windowtext|rgba\(0, 0, 0, 0\))$/i;

/** One message's filter; it remembers what it met on the way. */
export interface StyleFilter {
  /** The content of a `<style>` element. */
  sheet(css: string): string;
  /** The value of a `style` attribute. */
  inline(css: string): string;
  /** Whether the mail sets text or background colours of its own. */
  readonly hasColours: () => boolean;
}

/** Splits a serialized selector list at its outer commas. */
function selectors(list: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < list.length; at++) {
    const character = list[at];
    if (character === '(' || character === '[') depth += 1;
    else if (character === ')' || character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      found.push(list.slice(from, at).trim());
      from = at + 1;
    }
  }
  found.push(list.slice(from).trim());
  return found;
}

/** A selector that is safe, with ids as the sanitizer has renamed them; null for one that is not. */
function safeSelector(selector: string): string | null {
  if (selector.length > MAX_SELECTOR || FORBIDDEN_SELECTOR.test(selector)) return null;
  // Attributes can be read out by a selector that loads an image; a class can not hold a secret.
  if (/\[(?!class~?=)/.test(selector)) return null;
  return selector.replaceAll(/#(?=[-\w\\\u0080-\uffff])/g, '#user-content-');
}

/**
 * A filter for one message.
 *
 * @param onRemote is told the URL of each remote image that the styles ask for
 */
export function styleFilter(images: Images, onRemote: (url: string) => void): StyleFilter {
  const scratch = document.implementation.createHTMLDocument('').createElement('i').style;
  const known = new Map<string, string>();
  let rulesLeft = MAX_RULES;
  let coloured = false;

  const imagesOk = (value: string): boolean => {
    let ok = true;
    for (const [, quoted] of value.matchAll(/url\(\s*"?([^")]*)"?\s*\)/gi)) {
      const url = quoted ?? '';
      if (isDataImage(url)) continue;
      const remote = remoteImage(url);
      if (remote !== null) onRemote(remote);
      if (remote === null || images === 'blocked') ok = false;
    }
    return ok;
  };

  const keeps = (property: string, value: string): boolean => {
    if (value === '' || !PROPERTIES.test(property) || FORBIDDEN_VALUE.test(value)) return false;
    if (/url\(/i.test(value) && !(MAY_HAVE_IMAGE.test(property) && imagesOk(value))) return false;
    return !(property.startsWith('margin') && NEGATIVE.test(value));
  };

  const clean = (style: CSSStyleDeclaration): string => {
    for (const property of [...style]) {
      const value = style.getPropertyValue(property);
      if (!keeps(property, value)) style.removeProperty(property);
      else if (COLOURS.test(property) && !NO_COLOUR.test(value)) coloured = true;
    }
    return style.cssText;
  };

  const rules = (list: CSSRuleList, nesting: number): string => {
    let css = '';
    for (const rule of list) {
      if (rulesLeft <= 0) break;
      if (rule instanceof CSSStyleRule) {
        rulesLeft -= 1;
        const safe = selectors(rule.selectorText).flatMap((selector) => safeSelector(selector) ?? []);
        const body = clean(rule.style);
        if (safe.length > 0 && body !== '') css += `${safe.join(',')}{${body}}\n`;
      } else if (rule instanceof CSSMediaRule && nesting < MAX_NESTING) {
        const condition = rule.media.mediaText;
        if (!FORBIDDEN_MEDIA.test(condition))
          css += `@media ${condition}{${rules(rule.cssRules, nesting + 1)}}\n`;
      }
    }
    return css;
  };

  return {
    hasColours: () => coloured,
    sheet(css) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      // No markup can begin inside of the text, wherever it is put.
      return rules(sheet.cssRules, 0).replaceAll('<', String.raw`\3c `);
    },
    inline(css) {
      const before = known.get(css);
      if (before !== undefined) return before;
      scratch.cssText = css;
      const after = clean(scratch);
      known.set(css, after);
      return after;
    },
  };
}
