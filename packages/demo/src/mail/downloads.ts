// Attachments on their way to the disk, with their progress in bytes.
import type { Progress } from '@imaplib/client';
import { signal } from '@preact/signals';
import { online } from './account.ts';
import { readBlob, saveBlob } from './bytes.ts';
import { serverWords } from './problem.ts';
import type { MessageFile } from './reader.ts';
import { toasts } from './toasts.ts';

export interface Download {
  readonly progress: Progress;
  readonly cancel: () => void;
}

/** Downloads under way, by the key of their file. */
export const downloads = signal<ReadonlyMap<string, Download>>(new Map());

function set(key: string, download: Download | null): void {
  const next = new Map(downloads.value);
  if (download === null) next.delete(key);
  else next.set(key, download);
  downloads.value = next;
}

/** Fetches a part or a whole message (`''`) and saves it. */
export async function saveSection(
  key: string,
  uid: number,
  section: Parameters<ReturnType<typeof online>['download']>[1],
  name: string,
  type: string,
): Promise<void> {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  let drawn = 0;
  set(key, { progress: { transferred: 0, total: 0 }, cancel });
  try {
    const stream = online().download(uid, section, {
      signal: abort.signal,
      onProgress(progress) {
        // Ten times a second is enough for an eye.
        if (performance.now() - drawn < 100) return;
        drawn = performance.now();
        if (!abort.signal.aborted) set(key, { progress, cancel });
      },
    });
    saveBlob(await readBlob(stream, type), name);
  } catch (error) {
    if (!abort.signal.aborted) toasts.bad(`${name} could not be downloaded: ${serverWords(error)}`);
  } finally {
    set(key, null);
  }
}

/** Saves an attachment. */
export async function saveFile(uid: number, file: MessageFile): Promise<void> {
  if (file.source instanceof Blob) saveBlob(file.source, file.name);
  else await saveSection(file.key, uid, file.source, file.name, file.type);
}
