// APPEND: stores a message (RFC 3501 6.3.11). With UIDPLUS the server tells its UID (RFC 4315).
//
//   append         = "APPEND" SP mailbox SP append-message
//   append-message = [flag-list SP] [date-time SP] append-data
//   append-data    = literal / literal8 / "UTF8" SP "(" literal8 ")"     RFC 3516, RFC 6855

import { ImapLimitError } from '../session/errors.ts';
import type { Completion } from '../session/request.ts';
import type { Session } from '../session/session.ts';
import { CR, LF } from '../wire/ascii.ts';
import { capabilityValues } from '../wire/capability.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import type { CommandWriter, LiteralSource } from '../wire/writer.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** Where an appended message went. */
export interface Appended {
  readonly uidValidity: number;
  readonly uid: number;
}

/** A message as it is given: text goes out as UTF-8; a Blob or File, or a stream of a known size, as it is read. */
export type MessageSource = string | Uint8Array | Blob | LiteralSource;

/** One message to store. */
export interface AppendMessage {
  readonly message: MessageSource;
  readonly flags?: readonly string[] | undefined;
  /** Its date of arrival; the server's own clock, where absent. */
  readonly date?: Date | undefined;
  /** A Blob or a stream may hold NUL, which is found only in what is in memory. Needs BINARY. */
  readonly binary?: boolean | undefined;
}

export interface AppendArgs extends AppendMessage {
  readonly mailbox: MailboxName;
}

export const append = command<AppendArgs, never, Appended | null>({
  name: 'APPEND',
  states: authenticated,
  send: (out, args, session) => {
    out.mailbox(args.mailbox);
    writeMessage(out, args, session);
  },
  result: (_rows, done) => appendedOf(done)[0] ?? null,
});

/**
 * Writes `append-message`.
 *
 * @throws RangeError where it holds NUL and the server takes none, ImapLimitError where the server has said that it is
 *   too large
 */
export function writeMessage(out: CommandWriter, args: AppendMessage, session: Session): void {
  const { message } = args;
  const data =
    typeof message === 'string'
      ? new TextEncoder().encode(message)
      : message instanceof Blob
        ? sourceOf(message)
        : message;
  refuseTooLarge(data instanceof Uint8Array ? data.length : data.size, session);
  const isUtf8 = data instanceof Uint8Array && wantsUtf8(session) && isUtf8Header(data);
  // quirk: flags-before-unicode. Courier wants a list of flags before UTF8, be it empty.
  if (isUtf8 && (args.flags ?? []).length === 0) out.flags([]);
  writeTerms(out, args);
  if (isUtf8) {
    out.raw('UTF8').list((inner) => inner.literal8(data));
  } else if (args.binary === true || (data instanceof Uint8Array && data.includes(0))) {
    if (!session.supports('BINARY'))
      throw new RangeError(
        'A message cannot hold NUL: the server takes none (BINARY). Encode the part as base64.',
      );
    out.literal8(data);
  } else {
    out.literal(data);
  }
}

/** Writes the flags and the date, where there are any. */
export function writeTerms(
  out: CommandWriter,
  { flags = [], date }: Pick<AppendMessage, 'flags' | 'date'>,
): void {
  if (flags.length > 0) out.flags(flags);
  if (date !== undefined) out.dateTime(date);
}

/** What the tagged OK tells of the messages stored, in their order; nothing without UIDPLUS. */
export function appendedOf({ code }: Pick<Completion, 'code'>): Appended[] {
  if (code?.name !== 'APPENDUID') return [];
  const { uidValidity, uids } = code;
  return uids.map((uid) => ({ uidValidity, uid }));
}

/** RFC 7889: `APPENDLIMIT=n`, the most octets of a message, in every mailbox. */
function refuseTooLarge(size: number, { capabilities }: Session): void {
  const limits = capabilityValues(capabilities, 'APPENDLIMIT=').filter((value) => /^\d+$/.test(value));
  const limit = limits.map(Number).find((most) => size > most);
  if (limit === undefined) return;
  throw new ImapLimitError(
    `the message has ${size} bytes, and the server takes no more than ${limit} (APPENDLIMIT): nothing was sent`,
    'APPENDLIMIT',
  );
}

/** RFC 6855 4. IMAP4rev2 takes such messages as they are, and has no word for them. */
function wantsUtf8({ enabled }: Session): boolean {
  return enabled.has('UTF8=ACCEPT') && !enabled.has('IMAP4REV2');
}

/** Whether a header field holds anything but ASCII. */
function isUtf8Header(message: Uint8Array): boolean {
  for (let at = 0, isEmpty = true; at < message.length; at++) {
    const octet = message[at] ?? 0;
    if (octet > 127) return true;
    if (octet === LF) {
      if (isEmpty) return false;
      isEmpty = true;
    } else if (octet !== CR) {
      isEmpty = false;
    }
  }
  return false;
}

function sourceOf(blob: Blob): LiteralSource {
  return { size: blob.size, stream: blob.stream() };
}
