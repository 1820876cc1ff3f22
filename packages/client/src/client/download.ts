// A part as a stream: a chain of partial fetches, the next one sent when the reader has taken one, so that a large
// attachment never holds the connection. A server that ignores the range sends everything at once: that is handed on as
// it comes, however large it is.

import { fetch } from '../commands/fetch.ts';
import { run, type Runner } from '../commands/command.ts';
import { LiteralStream } from '../session/literal-stream.ts';
import { tell } from '../session/tell.ts';
import { latin1 } from '../wire/ascii.ts';
import type { BodyPart } from '../wire/bodystructure.ts';
import { readFetch, type FetchedMessage } from '../wire/fetch.ts';
import type { Response } from '../wire/response.ts';
import { decodeTransfer } from '../wire/transfer-encoding.ts';
import type { DownloadOptions } from './types.ts';

/** Octets asked for at once: large enough for throughput, small enough for others to get in between. */
const CHUNK = 256 * 1024;

/** A server that sends less at once is still asked for this much: no chain of single octets. */
const SMALLEST = 16 * 1024;

/** This many requests are under way at once, so that the line does not fall idle between two. */
const OUTSTANDING = 2;

/** What to fetch, and the test whether it can still be had: it throws once another mailbox is selected. */
export interface DownloadArgs {
  readonly uid: number;
  readonly part: BodyPart | string;
  readonly stillSelected: () => void;
}

/** The content of a part, decoded; with a section as text the octets as they are. */
export function download(
  runner: Runner,
  { uid, part, stillSelected }: DownloadArgs,
  options: DownloadOptions = {},
): ReadableStream<Uint8Array> {
  if (typeof part === 'string')
    return octets(runner, { uid, section: part, size: null, stillSelected }, options);
  const isMultipart = part.type === 'multipart';
  // A message of one part is its own part 1; the parts of one of several are its text (RFC 3501 6.4.5).
  const section = part.section === '' ? (isMultipart ? 'TEXT' : '1') : part.section;
  // The structure tells no size of a multipart.
  const size = isMultipart ? null : part.size;
  const encoded = octets(runner, { uid, section, size, stillSelected }, options);
  const decoder = decodeTransfer(part.encoding);
  return decoder === null ? encoded : encoded.pipeThrough(decoder);
}

/** What comes of one request: a piece, everything as a stream, or nothing. */
type Answer = FetchedMessage | LiteralStream | undefined;

/** A piece that has been asked for. */
interface Piece {
  readonly answer: Promise<Answer>;
  readonly giveUp: AbortController;
}

interface OctetsArgs {
  readonly uid: number;
  readonly section: string;
  readonly size: number | null;
  readonly stillSelected: () => void;
}

function octets(
  runner: Runner,
  { uid, section, size, stillSelected }: OctetsArgs,
  { signal, onProgress }: DownloadOptions,
): ReadableStream<Uint8Array> {
  const cancelled = new AbortController();
  const anySignal = signal === undefined ? cancelled.signal : AbortSignal.any([signal, cancelled.signal]);
  const pending: Piece[] = [];
  let total = size;
  let asked = 0;
  let transferred = 0;
  let piece = CHUNK;

  let whole: ReadableStreamDefaultReader<Uint8Array> | null = null;

  const ask = (): void => {
    const offset = asked;
    const length = piece;
    const giveUp = new AbortController();
    const answer = new Promise<Answer>((resolve, reject) => {
      let stream: LiteralStream | null = null;
      run(
        runner,
        fetch,
        {
          set: uid,
          uid: true,
          // The size of a whole message comes along with its first octets.
          items: { size: section === '' && offset === 0, sections: [{ section, offset, length }] },
        },
        {
          signal: AbortSignal.any([anySignal, giveUp.signal]),
          check: stillSelected,
          literal: (octetsComing, head, isContested) => {
            if (stream !== null || octetsComing <= length) return null;
            if (!isAnswer(head(), uid, section, isContested)) return null;
            stream = new LiteralStream(octetsComing);
            if (offset === 0) resolve(stream);
            else {
              reject(new Error(`the server sent all of part ${section} in place of a piece of it`));
              stream.fail(null);
            }
            return stream;
          },
        },
      ).then((rows) => resolve(rows.find((row) => row.sections.length > 0)), reject);
    });
    answer.catch(() => {}); // looked at in its turn, or never where the reader has gone
    pending.push({ answer, giveUp });
    asked += length;
  };

  const takeWhole = async (
    controller: ReadableStreamDefaultController<Uint8Array>,
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<void> => {
    const { value, done } = await reader.read();
    if (done) return controller.close();
    transferred += value.length;
    tell(onProgress, { transferred, total });
    controller.enqueue(value);
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (whole !== null) return takeWhole(controller, whole);
        while (pending.length < OUTSTANDING && (pending.length === 0 || (total !== null && asked < total)))
          ask();
        const coming = pending.shift()!;
        try {
          const message = await coming.answer;
          if (message instanceof LiteralStream) {
            // Others would only bring the same again.
            for (const other of pending.splice(0)) other.giveUp.abort();
            total = message.size;
            whole = message.stream.getReader();
            return await takeWhole(controller, whole);
          }
          const found = message?.sections[0];
          if (message === undefined || found === undefined) {
            throw new RangeError(`message ${uid} has no part ${section}, or is no longer in the mailbox`);
          }
          const bytes = found.bytes ?? new Uint8Array(0);
          total ??= message.size ?? null;
          transferred += bytes.length;
          tell(onProgress, { transferred, total });
          if (bytes.length > 0) controller.enqueue(bytes);
          // RFC822.SIZE and BODYSTRUCTURE are wrong often enough: only an empty answer, or a short one behind which
          // nothing is announced, is sure to be the last. One without an offset may be everything, whatever was asked.
          const isWhole = found.offset === null && (total === null || transferred >= total);
          if (bytes.length === piece && transferred !== total && !isWhole) return;
          const isCapped = found.offset !== null && bytes.length > 0 && bytes.length < piece;
          if (isCapped && total !== null && transferred < total) {
            // Some servers send no more than so much at once. What was asked for behind it has the wrong place.
            piece = Math.max(bytes.length, SMALLEST);
            asked = transferred;
            pending.length = 0;
            return;
          }
        } catch (error) {
          cancelled.abort(error);
          throw error;
        }
        cancelled.abort();
        controller.close();
      },
      cancel: (reason) => cancelled.abort(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Whether the literal at the end of `head` is the whole of this section, with no word of a range. */
function isAnswer(head: Response, uid: number, section: string, isContested: boolean): boolean {
  const found = /BODY\[([^\]]*)\] \{\d+\+?\}\r?\n$/i.exec(latin1(head.bytes));
  if (head.name !== 'FETCH' || found?.[1]?.toUpperCase() !== section.toUpperCase()) return false;
  // Some servers name the UID behind the octets.
  const { uid: number } = readFetch(head.reader(), head.number ?? 0);
  return number === undefined ? !isContested : number === uid;
}
