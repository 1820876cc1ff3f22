// HTML of a mail -> a tree that holds nothing but looks. DOMPurify takes away what is not wanted; the hooks here
// decide every address and every style by themselves. What comes out is a tree, not text: it is never parsed
// again, so that nothing can read differently the second time.
import DOMPurify from 'dompurify';
import type { Images } from './content-policy.ts';
import { contentId, firstOfSrcset, isDataImage, remoteImage } from './images.ts';
import { FRAGMENT, safeHref } from './links.ts';
import { styleFilter } from './styles.ts';

const FORBIDDEN_TAGS = (
  'form input button textarea select datalist dialog video audio source track picture marquee blink map area ' +
  'template slot shadow content element decorator svg math link meta base object embed iframe frame frameset ' +
  'noscript plaintext xmp'
).split(' ');
const FORBIDDEN_ATTRIBUTES = (
  'ping srcset sizes popover popovertarget popovertargetaction contenteditable autofocus tabindex accesskey ' +
  'formaction formmethod formtarget formenctype usemap is slot part exportparts attributionsrc inert draggable'
).split(' ');
/** Whatever may hold an address; each is read first, then decided on. */
const ADDRESSES =
  'src href background srcset lowsrc dynsrc longdesc cite poster action data codebase profile xlink:href'.split(
    ' ',
  );

export interface SanitizeOptions {
  readonly images: Images;
}

/** A mail's HTML, made safe. */
export interface Sanitized {
  /** In a document without a window: nothing is fetched until it is moved into one. */
  readonly body: HTMLElement;
  /** Remote images that were held back: the number of different addresses. */
  readonly blockedImages: number;
  /** Invisible images that report that the mail was read; they are held back always. */
  readonly trackers: number;
  /** Whether the mail sets colours of its own. */
  readonly hasColours: boolean;
}

/** What was taken from an element before DOMPurify looked at it. */
interface Held {
  readonly addresses: ReadonlyMap<string, string>;
  readonly style: string | null;
}

function isTiny(image: Element): boolean {
  const side = (name: 'width' | 'height'): number => {
    const declared = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*(\\d+)px`).exec(
      image.getAttribute('style') ?? '',
    )?.[1];
    return Number.parseInt(declared ?? image.getAttribute(name) ?? '100', 10);
  };
  return side('width') <= 2 && side('height') <= 2;
}

/** Makes the HTML of a mail safe; whoever calls has asked {@link refusal} before. */
export function sanitize(html: string, { images }: SanitizeOptions): Sanitized {
  const remote = new Set<string>();
  const trackers = new Set<string>();
  const styles = styleFilter(images, (url) => remote.add(url));
  const held = new WeakMap<Element, Held>();
  const purify = DOMPurify(window);
  let hasColours = false;

  const setImage = (image: Element, address: string) => {
    const id = contentId(address);
    const url = remoteImage(address);
    if (id !== null) image.setAttribute('data-cid', id);
    else if (isDataImage(address)) image.setAttribute('src', address.trim());
    else if (url === null) return;
    else if (isTiny(image)) {
      trackers.add(url);
      image.setAttribute('data-tracker', '');
    } else {
      remote.add(url);
      image.setAttribute(images === 'loaded' ? 'src' : 'data-blocked-src', url);
    }
  };

  const setLink = (link: Element, address: string) => {
    const fragment = /^\s*#(.+)$/.exec(address)?.[1];
    if (fragment !== undefined) {
      link.setAttribute('href', `${FRAGMENT}user-content-${fragment}`);
      return;
    }
    const href = safeHref(address);
    if (href === null) return;
    link.setAttribute('href', href);
    link.setAttribute('title', href);
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer nofollow');
  };

  purify.addHook('beforeSanitizeElements', (node) => {
    if (node.nodeName !== 'STYLE') return;
    const media = (node as Element).getAttribute('media') ?? '';
    node.textContent = /prefers-color-scheme/i.test(media) ? '' : styles.sheet(node.textContent ?? '');
  });
  purify.addHook('beforeSanitizeAttributes', (element) => {
    // Text nodes come by here, too.
    if (element.nodeType !== Node.ELEMENT_NODE) return;
    const addresses = new Map<string, string>();
    for (const name of ADDRESSES) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      addresses.set(name, value);
      element.removeAttribute(name);
    }
    held.set(element, { addresses, style: element.getAttribute('style') });
    element.removeAttribute('style');
  });
  purify.addHook('afterSanitizeAttributes', (element) => {
    const taken = held.get(element);
    if (taken === undefined) return;
    const { addresses, style } = taken;
    let css = style === null ? '' : styles.inline(style);
    const name = element.localName;
    if (name === 'img') {
      // A tracker may have its size in the style that is not there yet.
      if (css !== '') element.setAttribute('style', css);
      const source = addresses.get('src')?.trim();
      setImage(
        element,
        source === undefined || source === '' ? firstOfSrcset(addresses.get('srcset') ?? '') : source,
      );
    } else if (name === 'a') setLink(element, addresses.get('href') ?? '');
    const background = remoteImage(addresses.get('background') ?? '');
    if (background !== null) {
      remote.add(background);
      if (images === 'loaded') css = `background-image:url("${background}");${css}`;
    }
    if (css !== '') element.setAttribute('style', css);
    if (background !== null || element.hasAttribute('bgcolor') || element.hasAttribute('color'))
      hasColours = true;
  });

  const clean = purify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORCE_BODY: true,
    ADD_TAGS: ['style'],
    SANITIZE_NAMED_PROPS: true,
    ALLOW_DATA_ATTR: false,
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
    RETURN_DOM: true,
  });
  return {
    // A frameset is a body to the parser, and nothing to a reader.
    body: clean instanceof HTMLBodyElement ? clean : document.implementation.createHTMLDocument('').body,
    blockedImages: images === 'blocked' ? remote.size : 0,
    trackers: trackers.size,
    hasColours: hasColours || styles.hasColours(),
  };
}
