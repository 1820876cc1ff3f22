// Every line that was said, to look through, to copy and to keep.
import { signal } from '@preact/signals';
import { Copy, Download, ScrollText, Trash2, X } from 'lucide';
import { saveBlob } from '../../mail/bytes.ts';
import { count, plural } from '../../mail/format.ts';
import { Icon, IconButton } from '../../view/icon.tsx';
import { copyText } from '../clipboard.ts';
import { info } from '../connection.ts';
import {
  asText,
  clear,
  dropped,
  fileName,
  filter,
  lines,
  shownLines,
  type TranscriptLine,
} from '../transcript.ts';
import { LineList } from './line-list.tsx';
import { LiteralText } from './literal-text.tsx';

const selected = signal<number | null>(null);

function Detail({ line }: { line: TranscriptLine }) {
  return (
    <section class="line-detail" aria-label="Line">
      <header>
        <strong>
          {{ C: 'Client', S: 'Server', '·': 'Note' }[line.from]}, connection {line.connection}
        </strong>
        <span class="muted">
          {(line.at / 1000).toFixed(3)} s{line.octets > 0 && `, ${plural(line.octets, 'octet')}`}
        </span>
        <span class="grow" />
        <IconButton icon={X} size={16} name="Close the line" onClick={() => (selected.value = null)} />
      </header>
      <pre class="line-whole">{line.text}</pre>
      {line.literals.map((literal, at) => (
        <LiteralText key={at} of={literal} />
      ))}
    </section>
  );
}

function Tools() {
  const shown = shownLines.value;
  const all = lines.value;
  const isFiltered = shown.length !== all.length;
  return (
    <div class="tools">
      <label class="visually-hidden" for="line-filter">
        Filter
      </label>
      <input
        id="line-filter"
        class="input tools-filter"
        type="search"
        placeholder="Filter lines"
        spellcheck={false}
        value={filter.value.text}
        onInput={(event) => (filter.value = { ...filter.value, text: event.currentTarget.value })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={filter.value.errorsOnly}
          onChange={(event) => (filter.value = { ...filter.value, errorsOnly: event.currentTarget.checked })}
        />
        Errors only
      </label>
      <span class="muted tools-count" role="status">
        {isFiltered ? `${count(shown.length)} of ${plural(all.length, 'line')}` : plural(all.length, 'line')}
        {dropped.value > 0 && `; the oldest ${count(dropped.value)} are gone`}
      </span>
      <span class="grow" />
      <button
        type="button"
        class="button"
        disabled={shown.length === 0}
        onClick={() => void copyText(asText(shown), 'Transcript copied.')}
      >
        <Icon of={Copy} size={16} />
        Copy
      </button>
      <button
        type="button"
        class="button"
        disabled={shown.length === 0}
        onClick={() => saveBlob(new Blob([asText(shown)], { type: 'text/plain' }), fileName(info.value))}
      >
        <Icon of={Download} size={16} />
        Save
      </button>
      <IconButton
        icon={Trash2}
        name="Clear the transcript"
        disabled={all.length === 0}
        onClick={() => {
          selected.value = null;
          clear();
        }}
      />
    </div>
  );
}

export function TranscriptPanel() {
  const all = lines.value;
  const shown = shownLines.value;
  const line = all.find(({ id }) => id === selected.value);
  return (
    <div class="transcript">
      <Tools />
      {shown.length === 0 ? (
        <div class="nothing">
          <Icon of={ScrollText} size={32} />
          <strong>{all.length === 0 ? 'Nothing has been said' : 'No line matches'}</strong>
          <p>
            {all.length === 0
              ? 'Every line between this page and the server appears here. Passwords do not: they are ▮▮▮▮.'
              : 'Change the filter to see more.'}
          </p>
        </div>
      ) : (
        <LineList
          lines={shown}
          several={new Set(shown.map(({ connection }) => connection)).size > 1}
          selected={line?.id ?? null}
          onSelect={(id) => (selected.value = id)}
        />
      )}
      {line !== undefined && <Detail line={line} />}
    </div>
  );
}
