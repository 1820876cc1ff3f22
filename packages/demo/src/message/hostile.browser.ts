// Every row of the corpus is shown as the page shows it, in a real browser, and what it must not do is watched for
// outside of the code under test: requests at the browser's own network layer, scripts by the message they send.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { safeName, safeType, previewOf } from './attachment.ts';
import payloads from './corpus/hostile-html.json' with { type: 'json' };
import { linkWarning } from './links.ts';
import { MAX_FRAME_HEIGHT, showHtml, type ShowOptions, type ShownHtml } from './frame.ts';
import { plainText } from './plain.ts';
import { senderWarning } from './sender.ts';
import {
  forget,
  frames,
  press,
  requests,
  requestTypes,
  settled,
  unwatchRequests,
  watchRequests,
} from './testing/requests.ts';

interface Row {
  readonly name: string;
  readonly html: string;
  readonly must_not: readonly string[];
  readonly must?: readonly string[];
  readonly action?: string;
  readonly type?: string;
  readonly parts?: readonly { cid: string; type: string; base64?: string; text?: string }[];
  readonly expand?: { token: string; unit: string; times: number };
  readonly contentType?: string;
  readonly attachment?: { name: string; type: string; text: string };
  readonly from?: string;
  readonly needs_app_ui?: boolean;
  readonly live_chromium156?: Readonly<Record<string, readonly string[]>>;
}
const rows = payloads as unknown as readonly Row[];

/** What rows with `needs_app_ui` need around the message, and what of it is tested here. */
const APP_UI: Readonly<Record<string, string>> = {
  'link-userinfo-spoof': 'the question before following; here: the link is held back and its warning',
  'attachment-type-html': 'the list of attachments; here: the type given to the blob',
  'attachment-html-preview': 'the preview; here: HTML is previewed as text only',
  'from-name-html-spoof': 'the header; here: the warning about the sender',
  'reply-to-quoted-breakout': 'the composer; here: nothing but the body',
  'plain-flowed-bidi': 'the list of attachments; here: names lose their bidi controls',
};

const HANG_MS = 4000;

const source = ({ html, expand }: Row): string =>
  expand === undefined ? html : html.replace(expand.token, expand.unit.repeat(expand.times));

let scripts = 0;
let toolbar: HTMLElement;
let pane: HTMLElement;

const onMessage = (event: MessageEvent) => {
  if (event.data === 'PWNED') scripts += 1;
};

beforeAll(async () => {
  window.top?.addEventListener('message', onMessage);
  await watchRequests();
});
afterAll(async () => {
  window.top?.removeEventListener('message', onMessage);
  await unwatchRequests();
});
beforeEach(() => {
  document.body.innerHTML =
    '<style>.toolbar{color:rgb(1, 2, 3)}</style><div class="toolbar" id="app" style="height:40px">Load images</div><div id="pane"></div>';
  toolbar = document.querySelector<HTMLElement>('.toolbar') ?? document.body;
  pane = document.querySelector<HTMLElement>('#pane') ?? document.body;
  toolbar.tabIndex = 0;
  toolbar.focus();
  forget();
  scripts = 0;
});

const effects = (frame: HTMLIFrameElement | null, navigated: () => boolean): Record<string, boolean> => ({
  script: scripts > 0,
  request: requests(/evil\.test/).length > 0,
  'request-app': requests(/\/api\/delete|\/logout/).length > 0,
  'frame-navigation': frame !== null && navigated(),
});

async function act(root: ParentNode, action: string | undefined): Promise<void> {
  const image = root.querySelector('img');
  if (action === 'click-first-img' && image !== null) await press(image);
  if (action !== 'click') return;
  root
    .querySelector('#c, #user-content-c, a')
    ?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
}

describe('the detector, on an undefended frame', () => {
  const live = rows.filter((row) => row.live_chromium156?.['plain-iframe'] !== undefined);
  test.each(live.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const frame = document.createElement('iframe');
    let loads = 0;
    frame.addEventListener('load', () => (loads += 1));
    frame.srcdoc = source(row);
    pane.append(frame);
    const expected = row.live_chromium156?.['plain-iframe'] ?? [];
    await expect.poll(() => loads, { timeout: 3000 }).toBeGreaterThan(0);
    if (frame.contentDocument !== null) await act(frame.contentDocument, row.action);
    await settled();
    const happened = effects(frame, () => loads > 1);
    expect(expected.filter((word) => !happened[word])).toEqual([]);
  });
});

async function show(
  row: Row,
  options: ShowOptions = {},
): Promise<{ shown: ShownHtml | null; root: ParentNode; ms: number }> {
  const began = performance.now();
  if (row.type === 'text/plain') {
    pane.append(plainText(source(row)).fragment);
    await frames(1);
    return { shown: null, root: pane, ms: performance.now() - began };
  }
  const shown = showHtml(pane, source(row), {
    ...options,
    resolveCid(cid) {
      const part = row.parts?.find((candidate) => candidate.cid === cid);
      return part === undefined
        ? null
        : `data:${safeType(part.type)};base64,${part.base64 ?? btoa(part.text ?? '')}`;
    },
  });
  await shown.ready;
  await frames(1);
  return { shown, root: shown.frame?.contentDocument ?? pane, ms: performance.now() - began };
}

/** The words that `row` promises and that did not come true. */
async function broken(row: Row, options: ShowOptions = {}): Promise<string[]> {
  const style = getComputedStyle(toolbar).color;
  const here = [location.href, window.top?.location.href];
  let loads = 0;
  const { shown, root, ms } = await show(row, options);
  const frame = shown?.frame ?? null;
  frame?.addEventListener('load', () => (loads += 1));
  if (row.needs_app_ui !== true || row.action === 'click') await act(root, row.action);
  await settled();

  const text = (root instanceof Element ? root : (root as Document).body).textContent;
  const happened: Record<string, boolean> = {
    ...effects(frame, () => loads > 0 || frame?.contentWindow?.location.href !== 'about:srcdoc'),
    'top-navigation': here[0] !== location.href || here[1] !== window.top?.location.href,
    'form-submit': requests(/evil\.test/).length > 0,
    overlay: (() => {
      const { left, top, width, height } = toolbar.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2) !== toolbar;
    })(),
    'style-leak': getComputedStyle(toolbar).color !== style,
    'app-broken':
      document.querySelector('#app') !== toolbar || 'config' in window || document.currentScript !== null,
    'focus-steal': document.activeElement !== toolbar,
    hang: ms > HANG_MS,
    'frame-height>20000': (frame?.offsetHeight ?? 0) > MAX_FRAME_HEIGHT,
    'spoof-link':
      shown?.frame !== null &&
      linkWarning('https://accounts.google.com@evil.test/', 'accounts.google.com') === null,
    'spoof-name': /[\u202a-\u202e]/.test(safeName(text)),
    'spoof-sender': senderWarning('security@paypal.com', 'x@evil.test') === null,
  };
  const came: Record<string, boolean> = {
    'blocked-count>=1': (shown?.blockedImages ?? 0) >= 1,
    'img-loaded': [...root.querySelectorAll('img')].some((image) => image.complete && image.naturalWidth > 0),
    'shown-or-notice': text.includes('Hello') || pane.querySelector('.message-notice') !== null,
    'warn-link': (() => {
      const link = root.querySelector('a');
      return link !== null && linkWarning(link.href, link.textContent) !== null;
    })(),
    'warn-sender': senderWarning('security@paypal.com', 'x@evil.test') !== null,
  };
  const wrong = [
    ...row.must_not.filter((word) =>
      word.startsWith('dom:') ? root.querySelector(word.slice(4)) !== null : (happened[word] ?? true),
    ),
    ...(row.must ?? []).filter((word) =>
      word.startsWith('text:') ? !text.includes(word.slice(5)) : !came[word],
    ),
  ];
  shown?.dispose();
  return wrong;
}

describe('as the page shows it', () => {
  test('the corpus is whole', () => {
    expect(rows.length).toBe(75);
    expect(rows.filter((row) => row.needs_app_ui === true).map((row) => row.name)).toEqual(
      Object.keys(APP_UI),
    );
  });

  test.each(rows.map((row) => [row.name, row] as const))('%s', { timeout: 15_000 }, async (_, row) => {
    expect(await broken(row)).toEqual([]);
    expect(requests(/evil\.test/)).toEqual([]);
  });
});

describe('with allow-scripts, as WebKit needs it', () => {
  test.each(rows.filter((row) => row.expand === undefined).map((row) => [row.name, row] as const))(
    '%s',
    async (_, row) => {
      expect(await broken(row, { listenersWork: Promise.resolve(false) })).toEqual([]);
    },
  );
});

describe('with images loaded', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', { timeout: 15_000 }, async (_, row) => {
    const wrong = await broken(row, { images: 'loaded' });
    expect(wrong.filter((word) => word !== 'request' && word !== 'blocked-count>=1')).toEqual([]);
    expect(requestTypes().filter((type) => type !== 'Image')).toEqual([]);
  });

  test('nothing is read out of a message by its styles', async () => {
    const row = rows.find(({ name }) => name === 'css-attr-exfil');
    if (row === undefined) throw new Error('The corpus has changed');
    await broken(row, { images: 'loaded' });
    expect(requests()).toEqual([]);
  });
});

describe('rows about attachments', () => {
  test('a type that is not a type is not believed', () => {
    const row = rows.find(({ name }) => name === 'attachment-type-html');
    expect(safeType(row?.contentType ?? '')).toBe('application/octet-stream');
  });
  test('HTML is previewed as its source', () => {
    const row = rows.find(({ name }) => name === 'attachment-html-preview');
    expect(safeType(row?.attachment?.type ?? '')).toBe('application/octet-stream');
    expect(previewOf(row?.attachment?.type ?? '')).toBe('text');
  });
});
