// The first words of messages, for the rows that are on the screen.
import type { BodyPart } from '@imaplib/client';
import { signal, type Signal } from '@preact/signals';
import { decodeCharset } from '../message/charset.ts';
import { messageParts, textOptions } from '../message/parts.ts';
import { textOfHtml } from '../message/text-of-html.ts';
import { client } from './account.ts';
import { selected } from './messages.ts';
import { rowOf } from './rows.ts';

const MAX_WORDS = 180;
const TEXT_OCTETS = 700;
/** Newsletters begin with a good deal of style. */
const HTML_OCTETS = 6000;

let mailbox: string | null = null;
const previews = new Map<number, Signal<string | null>>();
const asked = new Set<number>();

/** The first words of a message of the selected mailbox; null until they are known. */
export function previewOf(uid: number): Signal<string | null> {
  if (mailbox !== selected.peek()) {
    mailbox = selected.peek();
    previews.clear();
    asked.clear();
  }
  let words = previews.get(uid);
  if (words === undefined) {
    words = signal(null);
    previews.set(uid, words);
  }
  return words;
}

/** Undoes a transfer encoding, as far as the octets reach. */
export function decodeStart(bytes: Uint8Array, encoding: string): Uint8Array {
  if (encoding !== 'base64' && encoding !== 'quoted-printable') return bytes;
  const ascii = String.fromCharCode(...bytes);
  let binary: string;
  if (encoding === 'base64') {
    const letters = ascii.replaceAll(/[^A-Za-z0-9+/]/g, '');
    binary = atob(letters.slice(0, letters.length - (letters.length % 4)));
  } else {
    binary = ascii
      .replaceAll(/=\r?\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replace(/=[0-9A-F]?$/i, '');
  }
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** The words a person would read first: no quotations, no signature, no bare addresses, one line. */
export function firstWords(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(>|On .* wrote:$|[-_=*]{4,}\s*$)/.test(line));
  const end = lines.findIndex((line) => line === '-- ');
  return lines
    .slice(0, end === -1 ? undefined : end)
    .join(' ')
    .replaceAll(/https?:\/\/\S+/g, '')
    .replaceAll(/(?:\s|[\u200b-\u200f\u00ad\ufeff]|\u034f)+/g, ' ')
    .replaceAll('\ufffd', '')
    .trim()
    .slice(0, MAX_WORDS);
}

function previewPart(structure: BodyPart | null): BodyPart | null {
  const [body] = structure === null ? [] : messageParts(structure).bodies;
  return body?.text ?? body?.html ?? null;
}

function wordsOf(part: BodyPart, bytes: Uint8Array): string {
  const { text } = decodeCharset(decodeStart(bytes, part.encoding), textOptions(part).charset);
  return firstWords(part.subtype === 'html' ? textOfHtml(text) : text);
}

/** Fetches the beginnings that are not known yet; messages with the same part go in one command. */
export async function loadPreviews(uids: readonly number[]): Promise<void> {
  const live = client.value;
  if (live === null) return;
  const groups = new Map<string, { parts: Map<number, BodyPart>; length: number; section: string }>();
  for (const uid of uids) {
    const words = previewOf(uid);
    const row = rowOf(uid).peek();
    if (row === null || asked.has(uid)) continue;
    asked.add(uid);
    const part = previewPart(row.structure);
    if (part === null) {
      words.value = '';
      continue;
    }
    const length = part.subtype === 'html' ? HTML_OCTETS : TEXT_OCTETS;
    const key = `${part.section} ${length}`;
    const group = groups.get(key) ?? { parts: new Map(), length, section: part.section };
    group.parts.set(uid, part);
    groups.set(key, group);
  }
  try {
    await Promise.all(
      Array.from(groups.values(), async ({ parts, length, section }) => {
        const request = { sections: [{ section, offset: 0, length }] };
        for await (const message of live.fetch([...parts.keys()], request)) {
          const uid = message.uid ?? 0;
          const part = parts.get(uid);
          const bytes = message.sections[0]?.bytes;
          if (part !== undefined) previewOf(uid).value = bytes == null ? '' : wordsOf(part, bytes);
        }
      }),
    );
  } catch (error) {
    // What never came may be asked for again.
    for (const { parts } of groups.values()) {
      for (const uid of parts.keys()) if (previewOf(uid).peek() === null) asked.delete(uid);
    }
    throw error;
  }
}
