// The message in the reading pane: its bodies, its inline images, its attachments.
import type { BodyPart } from '@imaplib/client';
import { effect, signal } from '@preact/signals';
import { isRasterImage, safeName, safeType } from '../message/attachment.ts';
import { decodeCharset } from '../message/charset.ts';
import type { FlowedOptions } from '../message/flowed.ts';
import { messageParts, textOptions, type MessageParts } from '../message/parts.ts';
import { textOfHtml } from '../message/text-of-html.ts';
import { client, online } from './account.ts';
import { readAll } from './bytes.ts';
import { selected } from './messages.ts';
import { rowOf } from './rows.ts';
import { serverWords } from './problem.ts';
import type { Row } from './row.ts';

/** One body as it can be shown; `note` says what a person should know about it. */
export interface ShownBody {
  readonly html: string | null;
  readonly text: string | null;
  readonly flowed: FlowedOptions;
  readonly note: string | null;
}

/** A file of the message: to be fetched part by part, or here already. */
export interface MessageFile {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly isExactSize: boolean;
  readonly source: BodyPart | Blob;
}

export type Content =
  | { readonly state: 'loading' }
  | { readonly state: 'error'; readonly text: string }
  | {
      readonly state: 'ready';
      readonly bodies: readonly ShownBody[];
      readonly files: readonly MessageFile[];
      /** The URL of an inline image by its Content-ID. */
      readonly imageUrl: (cid: string) => Promise<string | null>;
    };

export interface OpenMessage {
  readonly mailbox: string;
  readonly uid: number;
  /** As it was when it was opened; the list's row has the flags of now. */
  readonly row: Row;
}

export const open = signal<OpenMessage | null>(null);
export const content = signal<Content>({ state: 'loading' });
/** Whether the remote images of the open message may be fetched. */
export const imagesAllowed = signal(false);

/** Text beyond this is for a file, not for a page. */
const MAX_TEXT = 8 * 1024 * 1024;
const MAX_MESSAGE = 64 * 1024 * 1024;
const MAX_IMAGE = 16 * 1024 * 1024;

let abort = new AbortController();
let urls: string[] = [];

function reset(): void {
  abort.abort();
  abort = new AbortController();
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
  imagesAllowed.value = false;
}

export function closeMessage(): void {
  reset();
  open.value = null;
}

/** Opens a message of the selected mailbox; resolves when its content is on the screen. */
export async function openMessage(uid: number): Promise<void> {
  const row = rowOf(uid).value;
  const mailbox = selected.value;
  if (row === null || mailbox === null) return;
  reset();
  content.value = { state: 'loading' };
  open.value = { mailbox, uid, row };
  await loadContent();
}

/** Loads the open message's content, again after a failure. */
export async function loadContent(): Promise<void> {
  const message = open.value;
  if (message === null) return;
  const { signal: stop } = abort;
  content.value = { state: 'loading' };
  try {
    const { structure } = message.row;
    const loaded =
      structure === null
        ? await loadWhole(message.uid, stop)
        : await loadParts(message.uid, messageParts(structure), stop);
    if (!stop.aborted) content.value = loaded;
  } catch (error) {
    if (!stop.aborted) content.value = { state: 'error', text: serverWords(error) };
  }
}

async function partText(uid: number, part: BodyPart, stop: AbortSignal) {
  const bytes = await readAll(online().download(uid, part, { signal: stop }), MAX_TEXT);
  const { text, charset, guessed } = decodeCharset(bytes, textOptions(part).charset);
  return {
    text,
    note: guessed ? `This message does not say how its letters are encoded; it is read as ${charset}.` : null,
  };
}

async function loadParts(uid: number, parts: MessageParts, stop: AbortSignal): Promise<Content> {
  const bodies = await Promise.all(
    parts.bodies.map(async (body): Promise<ShownBody> => {
      const part = body.html ?? body.text;
      if (part === null) return { html: null, text: '', flowed: {}, note: null };
      const { text, note } = await partText(uid, part, stop);
      return body.html === null
        ? { html: null, text, flowed: textOptions(part), note }
        : { html: text, text: null, flowed: {}, note };
    }),
  );
  const images = new Map<string, Promise<string | null>>();
  return {
    state: 'ready',
    bodies,
    files: parts.attachments.map((file) => ({
      ...file,
      key: `${uid}/${file.part.section}`,
      source: file.part,
    })),
    imageUrl(cid) {
      const part = parts.inlineImages.get(cid);
      if (part === undefined) return Promise.resolve(null);
      let url = images.get(cid);
      if (url === undefined) {
        url = readAll(online().download(uid, part, { signal: stop }), MAX_IMAGE).then((bytes) =>
          blobUrl(bytes, `${part.type}/${part.subtype}`),
        );
        images.set(cid, url);
      }
      return url;
    },
  };
}

function blobUrl(bytes: Uint8Array, type: string): string {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: safeType(type) }));
  urls.push(url);
  return url;
}

/** A message whose structure the server could not describe: fetched whole, and read here. */
async function loadWhole(uid: number, stop: AbortSignal): Promise<Content> {
  const [bytes, { default: PostalMime }] = await Promise.all([
    readAll(online().download(uid, '', { signal: stop }), MAX_MESSAGE),
    import('postal-mime'),
  ]);
  const email = await PostalMime.parse(bytes);
  const note = 'The server could not describe this message; it was read here, and may lack something.';
  const toBytes = (value: ArrayBuffer | Uint8Array | string) =>
    typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(value);
  const byId = new Map(email.attachments.map((file) => [(file.contentId ?? '').replace(/^<|>$/g, ''), file]));
  return {
    state: 'ready',
    bodies: [
      {
        html: email.html ?? null,
        text: email.text ?? (email.html === undefined ? '' : null),
        flowed: {},
        note,
      },
    ],
    files: email.attachments
      .filter((file) => file.related !== true)
      .map((file, at) => {
        const blob = new Blob([toBytes(file.content)], {
          type: safeType(file.mimeType),
        });
        return {
          key: `${uid}/whole/${at}`,
          name: safeName(file.filename ?? '', file.mimeType),
          type: file.mimeType,
          size: blob.size,
          isExactSize: true,
          source: blob,
        };
      }),
    imageUrl(cid) {
      const file = byId.get(cid);
      const usable = file !== undefined && isRasterImage(file.mimeType);
      return Promise.resolve(usable ? blobUrl(toBytes(file.content), file.mimeType) : null);
    },
  };
}

/** The open message's words, for a quotation. */
export function openText(): string {
  if (content.value.state !== 'ready') return '';
  return content.value.bodies
    .map(({ html, text }) => (html === null ? (text ?? '') : textOfHtml(html)))
    .join('\n\n');
}

/** Loads what a lost connection has interrupted, when there is one again. */
export function resumeReading(): () => void {
  return effect(() => {
    if (client.value !== null && content.peek().state === 'error' && open.peek() !== null) void loadContent();
  });
}
