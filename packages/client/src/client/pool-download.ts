// A part of a message over a pool's connection, which is lent from the first octet that is read to the last.

import { ImapStateError } from '../session/errors.ts';
import type { BodyPart } from '../wire/bodystructure.ts';
import { lendOpened, type Lending } from './pool-lending.ts';
import type { DownloadOptions } from './types.ts';

/** How a download over a pool is made. */
export interface PoolDownloadOptions extends DownloadOptions {
  /** That of the mailbox which the UID was read from: in a mailbox that was made anew it means another message. */
  readonly uidValidity?: number;
}

/** What to download. */
export interface PoolDownloadArgs {
  readonly mailbox: string;
  readonly uid: number;
  readonly part: BodyPart | string;
}

/** The content as a stream; nothing is asked for before it is read. */
export function pooledDownload(
  lending: Lending,
  { mailbox, uid, part }: PoolDownloadArgs,
  { uidValidity, signal, ...options }: PoolDownloadOptions,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const anySignal = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let end: () => void = () => {};

  const begin = async (): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const loan = await lendOpened(lending, { mailbox, readOnly: true }, anySignal);
    end = () => loan.end();
    const now = loan.client.mailbox?.uidValidity;
    if (uidValidity !== undefined && now !== uidValidity) {
      const what = `Downloading message ${uid} of ${mailbox}`;
      throw new ImapStateError(`${what}: the mailbox was made anew since its UID was read; list it again`);
    }
    return loan.client.download(uid, part, { ...options, signal: anySignal }).getReader();
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          reader ??= await begin();
          const { value, done } = await reader.read();
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (error) {
          end();
          throw error;
        }
      },
      async cancel(reason) {
        left.abort(reason);
        await reader?.cancel(reason);
        end();
      },
    },
    { highWaterMark: 0 },
  );
}
