// Which addresses a mail's image may have.

const DATA_IMAGE =
  /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)(?:;[\w=-]+)*;base64,/i;

/** Whether `url` holds a raster image in itself. SVG is a document, not an image, and not among them. */
export const isDataImage = (url: string): boolean => DATA_IMAGE.test(url.trim());

/**
 * The absolute http or https URL of a remote image; null where it is none. An address of the page's own origin
 * is none either: a mail must not make the page's server do something.
 */
export function remoteImage(url: string): string | null {
  const trimmed = url.trim();
  const absolute = /^[/\\]{2}/.test(trimmed) ? `https:${trimmed}` : trimmed;
  if (!/^https?:/i.test(absolute) || !URL.canParse(absolute)) return null;
  const parsed = new URL(absolute);
  return parsed.origin === globalThis.location.origin ? null : parsed.href;
}

/** The `cid:` of an image in the same message, decoded (RFC 2392), or null. */
export function contentId(url: string): string | null {
  const match = /^\s*cid:([^]*)$/i.exec(url);
  if (match === null) return null;
  const id = (match[1] ?? '').trim();
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** The first address of a `srcset`. */
export const firstOfSrcset = (srcset: string): string => /^[\s,]*(\S*[^\s,])/.exec(srcset)?.[1] ?? '';
