// Names and types of attachments, as far as they may be believed.

const MAX_NAME = 120;
// Controls, and the format characters (bidi, zero-width) that let a name read other than it is.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/msword': 'doc',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'audio/mpeg': 'mp3',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'video/mp4': 'mp4',
};
const EXECUTABLE =
  /\.(?:apk|app|appimage|bat|chm|cmd|com|cpl|deb|desktop|dll|dmg|exe|gadget|hta|inf|iso|jar|js|jse|lnk|msc|msi|msix|pif|pkg|ps1|psm1|reg|rpm|scf|scr|sct|sh|url|vb|vbe|vbs|vhdx?|wsf|wsh|xll)$/i;

/** The name of a file that is safe on every system: no path, nothing invisible, nothing reserved, not too long. */
export function safeName(name: string, type = ''): string {
  const base = name
    .normalize('NFC')
    .replaceAll(INVISIBLE, '')
    .split(/[/\\]/)
    .findLast((part) => part.trim() !== '');
  const clean = (base ?? '')
    .replaceAll(/[<>:"|?*]/g, '_')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const extension = EXTENSIONS[type.toLowerCase()];
  if (clean === '') return extension === undefined ? 'attachment' : `attachment.${extension}`;
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 && clean.length - dot <= 16 ? clean.slice(dot) : '';
  const stem = Array.from(clean.slice(0, clean.length - ending.length))
    .slice(0, MAX_NAME - ending.length)
    .join('');
  const whole = `${stem.trimEnd()}${ending}`;
  return RESERVED.test(whole) ? `_${whole}` : whole;
}

/** Whether opening a file of this name may run a program. */
export const isExecutableName = (name: string): boolean => EXECUTABLE.test(name);

/** `type/subtype` in lower case, without parameters; `application/octet-stream` where it is none (RFC 2045 5.1). */
function bareType(type: string): string {
  const bare = (type.split(';')[0] ?? '').trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]{1,80}\/[a-z0-9!#$&^_.+-]{1,80}$/.test(bare) ? bare : 'application/octet-stream';
}

const RASTER = /^image\/(?:png|jpe?g|pjpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;

/** Whether a type is that of an image which can hold no script. */
export const isRasterImage = (type: string): boolean => RASTER.test(bareType(type));

// Only these open as what they are. A document type that can hold scripts would run in the page's origin.
const HARMLESS =
  /^(?:audio|video)\/[\w.+-]+$|^application\/(?:pdf|zip|json|msword|vnd\.(?:ms-|openxml|oasis)[\w.+-]+)$|^text\/(?:plain|csv|calendar|vcard|x-vcard|markdown)$/;

/** The type to give a Blob: what the message says where that is harmless, else `application/octet-stream`. */
export function safeType(type: string): string {
  const bare = bareType(type);
  return (RASTER.test(bare) || HARMLESS.test(bare)) && !bare.endsWith('+xml')
    ? bare
    : 'application/octet-stream';
}

/** How an attachment can be looked at without saving it. */
export type Preview = 'image' | 'text' | 'pdf' | 'audio' | 'video' | 'message';

/** How to preview a type; null where it can only be saved. HTML, SVG and XML are shown as their source text. */
export function previewOf(type: string): Preview | null {
  const bare = bareType(type);
  if (RASTER.test(bare)) return 'image';
  if (bare === 'application/pdf') return 'pdf';
  if (bare === 'message/rfc822') return 'message';
  if (bare.startsWith('audio/')) return 'audio';
  if (bare.startsWith('video/')) return 'video';
  if (
    bare.startsWith('text/') ||
    /^application\/(?:json|xml|.+\+xml)$/.test(bare) ||
    bare === 'image/svg+xml'
  )
    return 'text';
  return null;
}
