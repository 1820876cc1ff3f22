// What to show of a message and what to list beside it, decided from its structure alone (RFC 2046, 2387).
import { partName, type BodyPart } from '@imaplib/client/wire';
import { isRasterImage, safeName } from './attachment.ts';
import type { FlowedOptions } from './flowed.ts';

/** One body, in the forms it has; at least one of them is not null. */
export interface Body {
  readonly html: BodyPart | null;
  readonly text: BodyPart | null;
}

/** A part that can be saved. */
export interface Attachment {
  readonly part: BodyPart;
  /** Safe as a file's name. */
  readonly name: string;
  /** `type/subtype`, as the message says; see `safeType` before it is believed. */
  readonly type: string;
  /** Octets after decoding; exact for all encodings that do not change the length, else an estimate. */
  readonly size: number;
  readonly isExactSize: boolean;
  /** The sender wants it shown in place (Content-Disposition: inline). */
  readonly isInline: boolean;
}

export interface MessageParts {
  /** Mostly one; several where a list or a gateway has added its own text. */
  readonly bodies: readonly Body[];
  /** Raster images by Content-ID, for `cid:` addresses. */
  readonly inlineImages: ReadonlyMap<string, BodyPart>;
  readonly attachments: readonly Attachment[];
}

const mimeType = (part: BodyPart): string => `${part.type}/${part.subtype}`;
const isText = (part: BodyPart): boolean =>
  part.type === 'text' && /^(?:plain|html|enriched|markdown)$/.test(part.subtype);

/** The number of octets that `part` has after decoding. */
export function decodedSize(part: BodyPart): { readonly size: number; readonly isExact: boolean } {
  // Lines of 76 characters and CRLF carry 57 octets.
  if (part.encoding === 'base64') return { size: Math.floor((part.size * 57) / 78), isExact: false };
  return { size: part.size, isExact: /^(?:7bit|8bit|binary|)$/.test(part.encoding) };
}

/** How a text part says that it is to be read. */
export function textOptions(part: BodyPart): FlowedOptions & { readonly charset: string | null } {
  return {
    charset: part.params['charset'] ?? null,
    flowed: part.params['format']?.toLowerCase() === 'flowed',
    delSp: part.params['delsp']?.toLowerCase() === 'yes',
  };
}

function attachmentOf(part: BodyPart): Attachment {
  const { size, isExact } = decodedSize(part);
  const type = mimeType(part);
  const subject = type === 'message/rfc822' ? (part.envelope?.subject ?? null) : null;
  const name = partName(part) ?? (subject === null ? '' : `${subject}.eml`);
  return {
    part,
    name: safeName(name, type),
    type,
    size,
    isExactSize: isExact,
    isInline: part.disposition?.type === 'inline',
  };
}

/** Sorts the parts of a message into bodies, inline images and attachments. */
export function messageParts(root: BodyPart): MessageParts {
  const bodies: Body[] = [];
  const inlineImages = new Map<string, BodyPart>();
  const attachments: Attachment[] = [];

  const isBody = (part: BodyPart): boolean =>
    isText(part) &&
    part.disposition?.type !== 'attachment' &&
    (partName(part) === null || bodies.length === 0);
  const attach = (part: BodyPart) => void attachments.push(attachmentOf(part));

  /** Takes a part of multipart/related that is not its root. */
  const relate = (part: BodyPart) => {
    if (part.id === null || !isRasterImage(mimeType(part))) visit(part);
    else inlineImages.set(part.id, part);
  };
  const related = (part: BodyPart) => {
    const start = part.params['start']?.replace(/^<|>$/g, '');
    const first = part.parts.find(({ id }) => start !== undefined && id === start) ?? part.parts[0];
    for (const child of part.parts) (child === first ? visit : relate)(child);
  };
  const alternative = (part: BodyPart) => {
    // The last form that can be shown is the best (RFC 2046 5.1.4); the text stays for those who prefer it.
    let html: BodyPart | null = null;
    let text: BodyPart | null = null;
    for (const child of part.parts) {
      if (child.type === 'multipart') {
        const inner = messageParts(child);
        html = inner.bodies.findLast((body) => body.html !== null)?.html ?? html;
        text ??= inner.bodies.find((body) => body.text !== null)?.text ?? null;
        for (const [id, image] of inner.inlineImages) inlineImages.set(id, image);
        attachments.push(...inner.attachments);
      } else if (!isText(child)) {
        // AMP is a second copy of the HTML, with scripts.
        if (child.subtype !== 'x-amp-html') attach(child);
      } else if (child.subtype === 'html') html = child;
      else text ??= child;
    }
    if (html !== null || text !== null) bodies.push({ html, text });
  };
  const visit = (part: BodyPart): void => {
    if (part.type !== 'multipart') {
      if (part.id !== null && isRasterImage(mimeType(part))) inlineImages.set(part.id, part);
      if (!isBody(part)) attach(part);
      else if (part.subtype === 'html') bodies.push({ html: part, text: null });
      else bodies.push({ html: null, text: part });
    } else if (part.subtype === 'alternative') alternative(part);
    else if (part.subtype === 'related') related(part);
    else {
      // The signature of a signed message says nothing to a person (RFC 1847).
      const shown = part.subtype === 'signed' ? part.parts.slice(0, 1) : part.parts;
      for (const child of shown) visit(child);
    }
  };
  visit(root);
  return { bodies, inlineImages, attachments };
}
