// For tests in the browser: what really goes out to hosts of `.test`, seen at the browser's network layer.
import { cdp } from 'vitest/browser';

const GIF = 'R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
const SENTINEL = 'sentinel.gif';

export const EVIL = 'https://evil.test/';

interface Paused {
  readonly requestId: string;
  readonly request: { readonly url: string };
  readonly resourceType: string;
}
// The protocol's types are those of a package that is not needed otherwise.
const browser = cdp() as unknown as {
  send(method: string, params?: object): Promise<unknown>;
  on(event: string, listener: (event: Paused) => void): void;
};

let urls: string[] = [];
let types = new Set<string>();

/** The addresses asked for since the last {@link forget}. */
export const requests = (pattern = /./): string[] => urls.filter((url) => pattern.test(url));
/** What was asked for, in the words of the protocol: `Image`, `Stylesheet`, `Document`, … */
export const requestTypes = (): string[] => [...types];
export const forget = (): void => {
  urls = [];
  types = new Set();
};

/** Answers every request to `evil.test`, and those to the page's own server that a mail must not make. */
export async function watchRequests(): Promise<void> {
  // The session is made by the first call, and must be there before anything listens to it.
  await browser.send('Fetch.disable');
  browser.on('Fetch.requestPaused', ({ requestId, request: { url }, resourceType }) => {
    urls.push(url);
    if (!url.endsWith(SENTINEL)) types.add(resourceType);
    const isImage = url.endsWith('.gif');
    const responseHeaders = [{ name: 'Content-Type', value: isImage ? 'image/gif' : 'text/html' }];
    const answer = { requestId, responseCode: 200, responseHeaders, body: isImage ? GIF : '' };
    // A frame that has been taken away is no longer interested.
    void browser.send('Fetch.fulfillRequest', answer).catch(() => undefined);
  });
  const patterns = ['*evil.test*', '*/api/delete*', '*/logout*'].map((urlPattern) => ({ urlPattern }));
  await browser.send('Fetch.enable', { patterns });
}

export const unwatchRequests = (): Promise<unknown> => browser.send('Fetch.disable');

export const frames = (count: number): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => (count > 1 ? resolve(frames(count - 1)) : resolve())));

/**
 * When all that a message starts has started: some frames later, and after a request of our own has gone the same
 * way as the message's would. That it is long enough is shown by undefended frames, which wait no longer.
 */
export async function settled(): Promise<void> {
  await frames(3);
  await fetch(`${EVIL}${SENTINEL}`, { mode: 'no-cors' });
  await frames(3);
  urls = urls.filter((url) => !url.endsWith(SENTINEL));
}

/** A real click of the mouse, for what no synthetic event reaches. */
export async function press(element: Element): Promise<void> {
  const box = element.getBoundingClientRect();
  let x = box.left + box.width / 2;
  let y = box.top + box.height / 2;
  for (let view = element.ownerDocument.defaultView; view?.frameElement; view = view.parent as typeof view) {
    const frame = view.frameElement as HTMLElement;
    const outer = frame.getBoundingClientRect();
    x = outer.left + frame.clientLeft + (x * outer.width) / frame.offsetWidth;
    y = outer.top + frame.clientTop + (y * outer.height) / frame.offsetHeight;
  }
  const mouse = { x, y, button: 'left', clickCount: 1 };
  await browser.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...mouse });
  await browser.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...mouse });
}
