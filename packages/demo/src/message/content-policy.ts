// The content policies, all of them: the page's own, emitted as its <meta>, and that of the frame in which a
// mail's HTML is shown. A srcdoc frame inherits the page's policy and obeys both, so whatever a mail may load
// has to be allowed to the page as well; what the frame forbids is forbidden whatever the page allows.

/** Whether the remote images of a mail may be fetched. */
export type Images = 'blocked' | 'loaded';

const join = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');

/** The page's policy, directive by directive; `connect-src` grows by the bridges that are configured. */
export const pageDirectives = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob: https: http:",
  'font-src': "'self'",
  'media-src': 'blob:',
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
} as const;

/**
 * The page's content policy, for `<meta http-equiv="Content-Security-Policy">`.
 *
 * @param connect further places the page may connect to, such as `wss://bridge.example.com`; its own origin
 *   is always among them
 * @throws RangeError where one of them is not a single source expression
 */
export function pagePolicy(connect: readonly string[] = []): string {
  for (const source of connect) {
    if (!/^[\w.:/*[\]-]+$/.test(source)) {
      throw new RangeError(
        `Not a source for connect-src: ${JSON.stringify(source)}; give one origin or scheme`,
      );
    }
  }
  return join({ ...pageDirectives, 'connect-src': ["'self'", ...connect].join(' ') });
}

/** The policy of the frame that shows a mail. It, not the rewriting of the HTML, is what holds images back. */
export function framePolicy(images: Images): string {
  return join({
    'default-src': "'none'",
    'script-src': "'none'",
    'style-src': "'unsafe-inline'",
    'img-src': images === 'loaded' ? 'data: blob: https: http:' : 'data: blob:',
    'font-src': "'none'",
    'media-src': "'none'",
    'connect-src': "'none'",
    'frame-src': "'none'",
    'object-src': "'none'",
    'form-action': "'none'",
    'base-uri': "'none'",
  });
}
