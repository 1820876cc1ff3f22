// A message as it is stored: its headers, its source, and the file to keep.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Download, LoaderCircle, X } from 'lucide';
import { online } from '../mail/account.ts';
import { downloads, saveSection } from '../mail/downloads.ts';
import { size } from '../mail/format.ts';
import { serverWords } from '../mail/problem.ts';
import type { OpenMessage } from '../mail/reader.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { panel } from './panels.ts';

const SHOWN = 512 * 1024;

interface Source {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  readonly isCut: boolean;
}

/** Splits raw headers into names and unfolded values. */
function readHeaders(source: string): Source['headers'] {
  const [head = ''] = source.split(/\r?\n\r?\n/, 1);
  return head
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as const] : [];
    });
}

async function fetchSource(uid: number, signal: AbortSignal): Promise<Source> {
  const request = { sections: [{ section: '', offset: 0, length: SHOWN }] };
  const [message] = await online().fetch(uid, request, { signal }).toArray();
  const bytes = message?.sections[0]?.bytes ?? new Uint8Array();
  const text = new TextDecoder().decode(bytes);
  return { headers: readHeaders(text), text, isCut: bytes.length >= SHOWN };
}

export function SourceDialog({ message }: { message: OpenMessage }) {
  const { uid, row } = message;
  const source = useSignal<Source | null>(null);
  const failure = useSignal<string | null>(null);
  const tab = useSignal<'source' | 'headers'>('source');
  const key = `${uid}/eml`;
  const download = downloads.value.get(key);
  useEffect(() => {
    const abort = new AbortController();
    fetchSource(uid, abort.signal).then(
      (found) => (source.value = found),
      (error: unknown) => {
        if (!abort.signal.aborted) failure.value = serverWords(error);
      },
    );
    return () => abort.abort();
  }, [uid]);
  const name = `${row.envelope?.subject?.trim() || 'message'}.eml`;
  return (
    <Dialog title="Source of the message" wide onClose={() => (panel.value = null)}>
      <div class="source-bar">
        <div class="tabs" role="tablist">
          {(['source', 'headers'] as const).map((which) => (
            <button
              key={which}
              type="button"
              role="tab"
              aria-selected={tab.value === which}
              onClick={() => (tab.value = which)}
            >
              {which === 'source' ? 'Source' : 'Headers'}
            </button>
          ))}
        </div>
        <span class="muted grow">{size(row.size)}</span>
        {download === undefined ? (
          <button
            type="button"
            class="button"
            aria-label="Download .eml"
            onClick={() => void saveSection(key, uid, '', name, 'message/rfc822')}
          >
            <Icon of={Download} size={16} />
            Download .eml
          </button>
        ) : (
          <button type="button" class="button" onClick={download.cancel}>
            <Icon of={X} size={16} />
            {size(download.progress.transferred)} of {size(download.progress.total ?? row.size)}
          </button>
        )}
      </div>
      {failure.value !== null && <p role="alert">{failure.value}</p>}
      {source.value === null && failure.value === null && (
        <p class="source-wait">
          <Icon of={LoaderCircle} /> Fetching…
        </p>
      )}
      {source.value !== null && tab.value === 'source' && (
        <pre class="source" tabIndex={0} aria-label="Source">
          {source.value.text}
          {source.value.isCut && `\n\n… the file has all ${size(row.size)} …`}
        </pre>
      )}
      {source.value !== null && tab.value === 'headers' && (
        <dl class="source facts" tabIndex={0} aria-label="Headers">
          {source.value.headers.map(([header, value], at) => (
            // Headers repeat; their place is what tells them apart.
            <div key={at}>
              <dt>{header}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Dialog>
  );
}
