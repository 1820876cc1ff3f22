// A row of the message list: what is known of one message.
import type { BodyPart, Envelope, FetchedMessage } from '@imaplib/client';
import { messageParts } from '../message/parts.ts';

export interface Row {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly envelope: Envelope | null;
  /** When it arrived; where the server does not say, when it was sent. */
  readonly date: Date | null;
  readonly size: number;
  /** Null where the server's description could not be read. */
  readonly structure: BodyPart | null;
  readonly hasAttachments: boolean;
}

/** Whether the flag is set, whatever its case. */
export function hasFlag(row: Pick<Row, 'flags'>, flag: string): boolean {
  const wanted = flag.toLowerCase();
  return row.flags.some((set) => set.toLowerCase() === wanted);
}

export const isUnread = (row: Pick<Row, 'flags'>): boolean => !hasFlag(row, '\\Seen');
export const isStarred = (row: Pick<Row, 'flags'>): boolean => hasFlag(row, '\\Flagged');

/** The flags with one more or one less. */
export function withFlag(flags: readonly string[], flag: string, on: boolean): readonly string[] {
  const others = flags.filter((set) => set.toLowerCase() !== flag.toLowerCase());
  return on ? [...others, flag] : others;
}

/** Reads what FETCH gave; a server may leave anything out. */
export function toRow(message: FetchedMessage): Row | null {
  if (message.uid === undefined) return null;
  const structure = message.bodyStructure ?? null;
  return {
    uid: message.uid,
    flags: message.flags ?? [],
    envelope: message.envelope ?? null,
    date: message.internalDate?.date ?? message.envelope?.sent ?? null,
    size: message.size ?? 0,
    structure,
    hasAttachments: structure?.type === 'multipart' && messageParts(structure).attachments.length > 0,
  };
}
