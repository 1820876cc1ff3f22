// What was said on all connections of this page, line by line, without secrets: what it holds, what of it is shown,
// and what is saved.
import { batch, computed, signal } from '@preact/signals';
import type { StreamInfo, TlsInfo } from '@imaplib/client';
import { MASK, Redaction } from './redact.ts';
import { Segments, type Literal, type Segment } from './segments.ts';
import type { Listener } from './tap.ts';

/** A literal as far as it may be shown. */
export interface ShownLiteral {
  readonly size: number;
  /** Its beginning; null where it is a secret. */
  readonly text: string | null;
}

export interface TranscriptLine {
  readonly id: number;
  /** Which connection, from 1. */
  readonly connection: number;
  /** Milliseconds since its connecting began. */
  readonly at: number;
  /** Client, server, or a note of this page's. */
  readonly from: 'C' | 'S' | '·';
  /** In one line; literals as `⟨n octets⟩`. */
  readonly text: string;
  readonly octets: number;
  readonly isError: boolean;
  readonly literals: readonly ShownLiteral[];
}

export interface Filter {
  readonly text: string;
  readonly errorsOnly: boolean;
}

const MOST_LINES = 20_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;

let kept: TranscriptLine[] = [];
let characters = 0;
let nextId = 1;
let nextConnection = 1;
let refresh: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<(line: TranscriptLine) => void>();

/** All lines, the oldest first; a new array at most twenty times a second. */
export const lines = signal<readonly TranscriptLine[]>([]);
/** How many lines have been let go because there were too many. */
export const dropped = signal(0);
export const filter = signal<Filter>({ text: '', errorsOnly: false });
/** The lines that pass the filter. */
export const shownLines = computed(() => filterLines(lines.value, filter.value));

const decoder = new TextDecoder();
const octetsWord = (size: number): string => `⟨${size} ${size === 1 ? 'octet' : 'octets'}⟩`;

/** Controls as pictures, so that none is lost and none breaks the line. */
const visible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  text.replaceAll(/[\u0000-\u001f\u007f]/g, (control) =>
    control === '\u007f' ? '␡' : String.fromCharCode(0x2400 + control.charCodeAt(0)),
  );

/** NO, BAD and BYE; the page's own notes say it themselves. */
export const isErrorLine = (text: string): boolean =>
  /^\S+ (?:NO|BAD)\b/i.test(text) || /^\* BYE\b/i.test(text);

/** The lines that hold every word of the filter. */
export function filterLines(
  all: readonly TranscriptLine[],
  { text, errorsOnly }: Filter,
): readonly TranscriptLine[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0 && !errorsOnly) return all;
  return all.filter((line) => {
    if (errorsOnly && !line.isError) return false;
    const whole = `${line.from} ${line.text}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** Seconds with milliseconds: `12.345`. */
export const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Lines as text for a file or the clipboard. */
export function asText(all: readonly TranscriptLine[]): string {
  const several = new Set(all.map(({ connection }) => connection)).size > 1;
  return all
    .map(({ at, connection, from, text }) => {
      const number = several ? ` #${connection}` : '';
      return `${seconds(at).padStart(9)}${number} ${from}: ${text}\n`;
    })
    .join('');
}

/** Hears each line as it comes. Gives what ends that. */
export function listen(listener: (line: TranscriptLine) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function add(line: Omit<TranscriptLine, 'id'>): void {
  const whole = { ...line, id: nextId++ };
  kept.push(whole);
  characters += sizeOf(whole);
  if (kept.length > MOST_LINES || characters > MOST_CHARACTERS) letGo();
  for (const listener of listeners) listener(whole);
  refresh ??= setTimeout(publish, 50);
}

function sizeOf({ text, literals }: TranscriptLine): number {
  return literals.reduce((sum, literal) => sum + (literal.text?.length ?? 0), text.length);
}

/** Lets the oldest tenth go, and more where that is not enough. */
function letGo(): void {
  let count = Math.ceil(kept.length / 10);
  let freed = kept.slice(0, count).reduce((sum, line) => sum + sizeOf(line), 0);
  while (count < kept.length - 1 && characters - freed > MOST_CHARACTERS) freed += sizeOf(kept[count++]!);
  kept = kept.slice(count);
  characters -= freed;
  dropped.value += count;
}

function publish(): void {
  clearTimeout(refresh);
  refresh = undefined;
  lines.value = [...kept];
}

/** Forgets all lines. */
export function clear(): void {
  kept = [];
  characters = 0;
  batch(() => {
    dropped.value = 0;
    publish();
  });
}

/** One connection's part in the transcript. */
export interface Recording extends Listener {
  readonly connection: number;
  /** When its connecting began, in the time of `performance.now()`. */
  readonly since: number;
  note(text: string, isError?: boolean): void;
}

/**
 * Begins to write down a connection.
 *
 * @param secrets passwords that no line may show
 */
export function record(name: string, secrets: () => readonly string[]): Recording {
  const connection = nextConnection++;
  const since = performance.now();
  const redaction = new Redaction(secrets);
  const client = new Segments();
  const server = new Segments();
  /** Of an answer that goes on behind a literal. */
  let begun: { text: string; octets: number; literals: ShownLiteral[] } | null = null;

  const write = (line: Pick<TranscriptLine, 'from' | 'text' | 'octets' | 'isError' | 'literals'>): void =>
    add({ ...line, connection, at: performance.now() - since });
  const note = (text: string, isError = false): void =>
    write({ from: '·', text, octets: 0, isError, literals: [] });
  const shown = (literal: Literal, isSecret: boolean): ShownLiteral => ({
    size: literal.size,
    text: isSecret ? null : decoder.decode(literal.head),
  });
  const cutWord = ({ cut }: Segment): string => (cut > 0 ? ` … ${cut} more octets` : '');

  note(`Connection ${connection}: ${name}`);
  return {
    connection,
    since,
    note,
    opened({ peer, tls }) {
      const address = peer.address === undefined ? peer.name : `${peer.address} port ${peer.port}`;
      note(`connected to ${address}${tls === null ? '' : `, ${tlsWords(tls)}`}`);
    },
    secured(tls) {
      note(`TLS begins: ${tlsWords(tls)}`);
    },
    sent(bytes) {
      for (const segment of client.push(bytes)) {
        const { text, isLiteralSecret } = redaction.client(segment);
        const { literal } = segment;
        const before =
          literal === null ? '' : `${isLiteralSecret ? MASK : octetsWord(literal.size)} `.trimEnd();
        write({
          from: 'C',
          text: `${before}${visible(text)}${cutWord(segment)}`,
          octets: segment.octets,
          isError: false,
          literals: literal === null ? [] : [shown(literal, isLiteralSecret)],
        });
      }
    },
    received(bytes) {
      for (const segment of server.push(bytes)) {
        begun ??= { text: '', octets: 0, literals: [] };
        if (segment.literal !== null) {
          begun.text += octetsWord(segment.literal.size);
          begun.literals.push(shown(segment.literal, false));
        }
        begun.text += `${visible(segment.text)}${cutWord(segment)}`;
        begun.octets += segment.octets;
        if (segment.announces !== null) continue;
        const text = redaction.server(begun.text);
        if (!/^[*+] ?/.test(text)) client.literalRefused();
        write({ from: 'S', ...begun, text, isError: isErrorLine(text) });
        begun = null;
      }
    },
  };
}

function tlsWords({ protocol, cipher }: Pick<TlsInfo, 'protocol' | 'cipher'>): string {
  return [protocol ?? 'TLS', cipher].filter((word) => word !== null).join(', ');
}

/** What identifies a connection in a saved file's name. */
export const fileName = (info: StreamInfo | null, now = new Date()): string => {
  const host = (info?.peer.name ?? 'imap').replaceAll(/[^\w.-]+/g, '-');
  return `imap-${host}-${now.toISOString().slice(0, 19).replaceAll(':', '')}.txt`;
};
