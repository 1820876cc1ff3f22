// Content of messages: reading it whole, reading it as text, saving it as a file.
import { safeName, safeType } from '../message/attachment.ts';

/** Reads a stream to its end. @throws RangeError beyond `most` octets */
export async function readAll(stream: ReadableStream<Uint8Array>, most = Infinity): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > most)
        throw new RangeError(`This part is larger than ${most} octets; save it as a file instead.`);
      chunks.push(next.value);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Reads a stream into a Blob, so that a large file need not be one array. */
export async function readBlob(stream: ReadableStream<Uint8Array>, type: string): Promise<Blob> {
  const chunks: BlobPart[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value as Uint8Array<ArrayBuffer>);
  }
  return new Blob(chunks, { type: safeType(type) });
}

/** Hands a file to the browser's downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = safeName(name, blob.type);
  link.click();
  // The download has its own hold on the Blob once it has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
