// Where a mail's links may lead, and when a person should look twice before following one.

const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;

/** Why a link is suspicious. */
export type LinkWarningKind = 'host-differs' | 'userinfo' | 'punycode' | 'bidi';

export interface LinkWarning {
  readonly kind: LinkWarningKind;
  /** The host that would be visited, in ASCII. */
  readonly host: string;
  /** One sentence for the person who is about to follow it. */
  readonly message: string;
}

/** A link that was activated. */
export interface LinkClick {
  readonly href: string;
  /** What the mail shows as the link. */
  readonly text: string;
  readonly warning: LinkWarning | null;
}

/** Is told of every activated link; returns true where it deals with the link itself. */
export type OnLink = (link: LinkClick) => boolean | void;

/** `href` as an absolute http, https, mailto or tel URL; null for all others, relative ones too. */
export function safeHref(href: string): string | null {
  // As the URL standard does it: tabs and line breaks go, controls and spaces at the ends, too.
  const trimmed = href.replaceAll(/[\t\n\r]+/g, '').replaceAll(/^[\p{Cc} ]+|[\p{Cc} ]+$/gu, '');
  if (!/^(?:https?:[/\\]{2}|mailto:|tel:)/i.test(trimmed) || !URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  return /^(?:https?|mailto|tel):$/.test(url.protocol) ? url.href : null;
}

/** The host that `text` claims to be, where it reads like an address of the web; null for ordinary words. */
function claimedHost(text: string): string | null {
  const word = text.trim().replaceAll(/^[<("'[]+|[>)"'\].,;]+$/g, '');
  const match = /^(?:(https?):\/\/|\/\/)?([^\s/?#]+\.[^\s/?#.]{2,})(?:[/?#]\S*)?$/iu.exec(word);
  if (match === null) return null;
  if (match[1] === undefined && !/\.(?:\p{L}{2,}|xn--[\w-]+)(?::\d+)?$/u.test(match[2] ?? '')) return null;
  const address = `https://${match[2] ?? ''}`;
  return URL.canParse(address) ? new URL(address).hostname : null;
}

const bare = (host: string): string => host.replace(/^www\./, '');
const within = (inner: string, outer: string): boolean => inner === outer || inner.endsWith(`.${outer}`);

/** What is suspicious about a link that shows `text` and leads to `href`; null where nothing is. */
export function linkWarning(href: string, text: string): LinkWarning | null {
  if (!URL.canParse(href)) return null;
  const url = new URL(href);
  const isMail = url.protocol === 'mailto:';
  const host = isMail ? (url.pathname.split('@').at(-1) ?? '') : url.hostname;
  if (BIDI_CONTROLS.test(text)) {
    return {
      kind: 'bidi',
      host,
      message: `The link hides its direction of writing. It really leads to ${host}.`,
    };
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.username !== '' || url.password !== '') {
    return {
      kind: 'userinfo',
      host,
      message: `What stands before the @ is not the address. The link leads to ${host}.`,
    };
  }
  const claimed = claimedHost(text);
  if (claimed !== null && !within(bare(host), bare(claimed))) {
    return { kind: 'host-differs', host, message: `The link shows ${claimed} but leads to ${host}.` };
  }
  if (/(?:^|\.)xn--/.test(host)) {
    return {
      kind: 'punycode',
      host,
      message: `The address uses letters that may only look familiar. It is ${host}.`,
    };
  }
  return null;
}

/**
 * Follows the links below `root`: `onLink` hears of each one first. A link with a warning is never followed by
 * itself; the page asks, and calls {@link openLink}. All others open in a new tab, without opener and referrer.
 */
export function watchLinks(root: Node, onLink: OnLink | undefined, signal: AbortSignal): void {
  const follow = (event: Event) => {
    // The nodes may belong to a frame, where `instanceof` of this realm says no.
    const target = event.target as Partial<Element> | null;
    const anchor = target?.closest?.('a[href]');
    if (anchor === null || anchor === undefined) return;
    const href = anchor.getAttribute('href') ?? '';
    if (href.startsWith(FRAGMENT)) {
      event.preventDefault();
      const name = CSS.escape(href.slice(FRAGMENT.length));
      anchor.ownerDocument.querySelector(`[id="${name}"],[name="${name}"]`)?.scrollIntoView();
      return;
    }
    const text = anchor.textContent.trim();
    const warning = linkWarning(href, text);
    if (onLink?.({ href, text, warning }) === true || warning !== null) event.preventDefault();
  };
  root.addEventListener('click', follow, { capture: true, signal });
  root.addEventListener('auxclick', follow, { capture: true, signal });
}

/** How a link into the same message is written: a relative `#name` would lead into the page itself. */
export const FRAGMENT = 'about:srcdoc#';

/** Opens a link in a new tab, without opener and referrer. */
export function openLink(href: string): void {
  if (safeHref(href) !== null) window.open(href, '_blank', 'noopener,noreferrer');
}
