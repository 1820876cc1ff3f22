// The frame in which a mail's HTML is shown: a sandbox without scripts, a content policy that comes first, and a
// tree that was made safe before. The frame is as high as its content, and the page decides where links lead.
import { refusal, type Refusal } from './bounds.ts';
import { framePolicy, type Images } from './content-policy.ts';
import { isDataImage } from './images.ts';
import { watchLinks, type OnLink } from './links.ts';
import { plainText } from './plain.ts';
import { sanitize } from './sanitize.ts';
import { textOfHtml } from './text-of-html.ts';

export type Theme = 'light' | 'dark';
/** `auto`: mail with colours of its own on a white card, all other in the theme; or one of both for good. */
export type Appearance = 'auto' | 'original' | 'theme';

export interface ShowOptions {
  /** Whether remote images may be fetched; `blocked` unless the person has asked for them. */
  readonly images?: Images;
  readonly theme?: Theme;
  readonly appearance?: Appearance;
  /** The accessible name of the frame. */
  readonly title?: string;
  /** The image with a Content-ID, as a `blob:` or `data:` URL of a raster type; null where there is none. */
  readonly resolveCid?: (cid: string) => string | null | Promise<string | null>;
  /** Is told of every activated link, see {@link watchLinks}. */
  readonly onLink?: OnLink;
  /** Keys that are pressed inside of the frame, so that the page's shortcuts work there. */
  readonly onKey?: (event: KeyboardEvent) => void;
  /** Whether listeners work in a frame without scripts; found out by itself, and given in tests. */
  readonly listenersWork?: Promise<boolean>;
}

/** A message that is shown. */
export interface ShownHtml {
  /** The frame; null where the HTML was refused and its text is shown instead. */
  readonly frame: HTMLIFrameElement | null;
  readonly refused: Refusal | null;
  /** How many remote images were held back; 0 when they are loaded. */
  readonly blockedImages: number;
  /** How many invisible images that report reading were taken out. */
  readonly trackers: number;
  /** Whether the mail has colours of its own, and so a white card in the dark theme. */
  readonly hasColours: boolean;
  /** Resolves when the content is in the frame; rejects where the browser does not load it, or after dispose. */
  readonly ready: Promise<void>;
  /** Changes theme and card without loading anything anew. */
  setTheme(theme: Theme, appearance?: Appearance): void;
  dispose(): void;
}

export const MAX_FRAME_HEIGHT = 20_000;
const LOAD_TIMEOUT = 5000;
const PROBE_TIMEOUT = 2000;
/** A mail that is still growing after this many steps at one width is left at the height it has. */
const MAX_STEPS = 100;
const MIN_ZOOM = 0.5;

const SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';

const NOTICES: Readonly<Record<Refusal, string>> = {
  size: 'This message is too large to be shown with its formatting. Here is its text.',
  depth: 'The formatting of this message is nested too deeply to be shown safely. Here is its text.',
  elements: 'The formatting of this message is too complex to be shown safely. Here is its text.',
};

// The numbers are the page's own colours. The background is the frame's, so that a mail's own fills the whole card.
const CARD = { light: '#fff', dark: '#16223a' } as const;
const BASE_STYLE = `
:root{color-scheme:light;color:#0f172a;font:14px/1.55 system-ui,sans-serif;overflow-wrap:break-word}
:root[data-scheme=dark]{color-scheme:dark;color:#e2e8f0}
:root[data-forced] body,:root[data-forced] body *{color:inherit!important;background:transparent!important;border-color:#22304d!important}
body{margin:16px}
a{color:#2563eb}
:root[data-scheme=dark] a,:root[data-forced] body a *,:root[data-forced] body a{color:#60a5fa!important}
img:not(table img){max-width:100%}
img:not([height]){height:auto}
img[data-blocked-src]{display:inline-block;overflow:hidden;font-size:12px;background:rgb(148 163 184/.15);outline:1px dashed rgb(148 163 184/.6);outline-offset:-1px}
img[data-tracker]{display:none}
blockquote{margin-inline:0;padding-inline-start:12px;border-inline-start:2px solid #cbd5e1}
pre{white-space:pre-wrap}
`;

const skeleton = (images: Images): string =>
  `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="${framePolicy(images)}">` +
  `<meta name="referrer" content="no-referrer"><style>${BASE_STYLE}</style></head><body></body></html>`;

/** Waits for the frame's document, or until `signal` aborts. */
function loaded(frame: HTMLIFrameElement, signal: AbortSignal): Promise<Document> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    frame.addEventListener(
      'load',
      () => {
        if (frame.contentDocument !== null) resolve(frame.contentDocument);
        else
          reject(
            new Error('The frame of the message cannot be reached; check the content policy of the page'),
          );
      },
      { once: true, signal },
    );
  });
}

function emptyFrame(images: Images, sandbox: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', sandbox);
  frame.referrerPolicy = 'no-referrer';
  frame.srcdoc = skeleton(images);
  return frame;
}

let probe: Promise<boolean> | undefined;

/**
 * Whether the page's listeners fire in a frame without scripts. WebKit's do not (bug 218086): there, and only
 * there, the sandbox gets `allow-scripts`, and the content policy alone keeps scripts out.
 */
export function listenersWork(): Promise<boolean> {
  probe ??= (async () => {
    const frame = emptyFrame('blocked', SANDBOX);
    frame.style.cssText = 'position:absolute;width:0;height:0;border:0;visibility:hidden';
    frame.ariaHidden = 'true';
    try {
      const arrival = loaded(frame, AbortSignal.timeout(PROBE_TIMEOUT));
      document.body.append(frame);
      const { body } = await arrival;
      let heard = false;
      body.addEventListener('click', () => (heard = true));
      body.click();
      return heard;
    } catch {
      // Not found out: the stricter sandbox is the safe answer.
      return true;
    } finally {
      frame.remove();
    }
  })();
  return probe;
}

/** Keeps the frame as high as its content, and content that is too wide in it. */
function followSize(frame: HTMLIFrameElement, content: Document, signal: AbortSignal): void {
  const root = content.documentElement;
  const { body } = content;
  let steps = 0;
  let width = 0;
  let height = 0;

  const fit = () => {
    body.style.removeProperty('zoom');
    const ratio = root.clientWidth / root.scrollWidth;
    if (ratio < 0.995) body.style.setProperty('zoom', String(Math.max(MIN_ZOOM, ratio)), 'important');
  };
  const follow = () => {
    if (frame.clientWidth !== width) {
      width = frame.clientWidth;
      steps = 0;
      fit();
    }
    const scrollbar = Math.max(0, frame.clientHeight - root.clientHeight);
    const wanted = Math.ceil(root.getBoundingClientRect().height) + scrollbar;
    const next = Math.min(MAX_FRAME_HEIGHT, Math.max(wanted, 1));
    if (next === height || steps >= MAX_STEPS) return;
    steps += 1;
    height = next;
    root.style.setProperty('overflow-y', wanted > MAX_FRAME_HEIGHT ? 'auto' : 'hidden', 'important');
    frame.style.height = `${next}px`;
  };
  const observer = new ResizeObserver(follow);
  observer.observe(root);
  observer.observe(frame);
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
  content.addEventListener(
    'load',
    () => {
      fit();
      steps = 0;
      follow();
    },
    { capture: true, signal },
  );
  follow();
}

/** Puts the images of the message itself in their places. */
function fillImages(
  content: Document,
  resolveCid: NonNullable<ShowOptions['resolveCid']>,
  signal: AbortSignal,
): void {
  for (const image of content.querySelectorAll('img[data-cid]')) {
    void (async () => {
      const url = await resolveCid(image.getAttribute('data-cid') ?? '');
      if (url !== null && !signal.aborted && (url.startsWith('blob:') || isDataImage(url))) {
        image.setAttribute('src', url);
      }
    })().catch((error: unknown) => {
      // The picture is missing, the mail is not: it shows its alternative text, and the reason on hovering.
      image.setAttribute('title', error instanceof Error ? error.message : String(error));
    });
  }
}

function showText(
  container: HTMLElement,
  html: string,
  refused: Refusal,
  onLink: OnLink | undefined,
): ShownHtml {
  const dispose = new AbortController();
  const shown = document.createElement('div');
  const notice = document.createElement('p');
  notice.className = 'message-notice';
  notice.setAttribute('role', 'status');
  notice.textContent = NOTICES[refused];
  shown.append(notice, plainText(textOfHtml(html)).fragment);
  watchLinks(shown, onLink, dispose.signal);
  container.append(shown);
  return {
    frame: null,
    refused,
    blockedImages: 0,
    trackers: 0,
    hasColours: false,
    ready: Promise.resolve(),
    setTheme: () => undefined,
    dispose: () => {
      dispose.abort();
      shown.remove();
    },
  };
}

/**
 * Shows the HTML of a mail in a sandboxed frame at the end of `container`. To load the images that were held
 * back, dispose of it and show it again with `images: 'loaded'`.
 */
export function showHtml(container: HTMLElement, html: string, options: ShowOptions = {}): ShownHtml {
  const refused = refusal(html);
  if (refused !== null) return showText(container, html, refused, options.onLink);

  const { images = 'blocked', resolveCid, onLink, onKey } = options;
  const { body, blockedImages, trackers, hasColours } = sanitize(html, { images });
  const disposal = new AbortController();
  const { signal } = disposal;
  const frame = emptyFrame(images, SANDBOX);
  frame.className = 'message-frame';
  frame.style.cssText = 'display:block;width:100%;border:0';
  frame.title = options.title ?? 'Message';
  let theme = options.theme ?? 'light';
  let appearance = options.appearance ?? 'auto';
  let content: Document | null = null;

  const paint = () => {
    const dark = theme === 'dark' && (appearance === 'theme' || (appearance === 'auto' && !hasColours));
    const scheme = dark ? 'dark' : 'light';
    frame.dataset['scheme'] = scheme;
    frame.style.colorScheme = scheme;
    frame.style.backgroundColor = CARD[scheme];
    if (content === null) return;
    content.documentElement.dataset['scheme'] = scheme;
    content.documentElement.toggleAttribute('data-forced', dark && hasColours);
  };

  const fill = async (): Promise<void> => {
    const strict = await (options.listenersWork ?? listenersWork());
    signal.throwIfAborted();
    if (!strict) frame.setAttribute('sandbox', `${SANDBOX} allow-scripts`);
    const arrival = loaded(frame, AbortSignal.any([signal, AbortSignal.timeout(LOAD_TIMEOUT)]));
    container.append(frame);
    content = await arrival;
    // Sizes that depend on the frame's height would grow with it for ever.
    const safe = content.importNode(body, true);
    for (const { style } of [content.documentElement, safe]) {
      style.setProperty('height', 'auto', 'important');
      style.setProperty('min-height', '0', 'important');
      style.setProperty('max-height', 'none', 'important');
    }
    safe.style.setProperty('display', 'flow-root', 'important');
    content.body.replaceWith(safe);
    paint();
    content.addEventListener('submit', (event) => event.preventDefault(), { capture: true, signal });
    watchLinks(content, onLink, signal);
    if (onKey !== undefined) content.addEventListener('keydown', onKey, { signal });
    if (resolveCid !== undefined) fillImages(content, resolveCid, signal);
    followSize(frame, content, signal);
  };
  paint();
  const ready = fill();
  // Whoever disposes of a message that is still loading has no use for the news.
  ready.catch(() => undefined);

  return {
    frame,
    refused: null,
    blockedImages,
    trackers,
    hasColours,
    ready,
    setTheme(nextTheme, nextAppearance = appearance) {
      theme = nextTheme;
      appearance = nextAppearance;
      paint();
    },
    dispose() {
      disposal.abort(new DOMException('The message is no longer shown', 'AbortError'));
      frame.remove();
    },
  };
}
