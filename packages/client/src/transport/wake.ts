// When a page wakes up: it became visible, came online, was taken out of the back-forward cache. Its connections may be
// long gone by then, without a word from the browser.

/** Calls back whenever the page may have slept. Returns the way to stop it. Does nothing where there is no page. */
export function onWake(woken: () => void): () => void {
  const page = globalThis.document;
  const onVisibility = () => {
    if (page.visibilityState === 'visible') woken();
  };
  page?.addEventListener('visibilitychange', onVisibility);
  globalThis.addEventListener?.('online', woken);
  globalThis.addEventListener?.('pageshow', woken);
  return () => {
    page?.removeEventListener('visibilitychange', onVisibility);
    globalThis.removeEventListener?.('online', woken);
    globalThis.removeEventListener?.('pageshow', woken);
  };
}
