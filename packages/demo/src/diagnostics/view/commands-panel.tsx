// The commands and where their time went: one bar each, all at the same scale.
import { Timer, Trash2 } from 'lucide';
import type { CommandRecord } from '@imaplib/client/imaplib';
import { count, plural } from '../../mail/format.ts';
import { Icon, IconButton } from '../../view/icon.tsx';
import { clearCommands, commands, spanLabels, spansOf, timeOf, type SpanName } from '../commands.ts';
import { withoutSecrets } from '../connection.ts';
import { duration } from '../steps.ts';

/** An IDLE lasts as long as nothing happens: it is no measure for the others. */
const isMeasure = ({ name }: CommandRecord): boolean => name !== 'IDLE';

function End({ of }: { of: CommandRecord }) {
  if (of.status === null)
    return of.error === null ? <span class="muted">…</span> : <span class="badge badge-bad">failed</span>;
  return (
    <>
      <span class={of.status === 'OK' ? 'badge badge-ok' : 'badge badge-bad'}>{of.status}</span>
      {of.code !== null && <span class="mono muted"> {of.code}</span>}
    </>
  );
}

function CommandRow({ of, whole, now }: { of: CommandRecord; whole: number; now: number }) {
  const percent = (ms: number) => `${Math.min(100, (ms / whole) * 100)}%`;
  const spans = spansOf(of, now);
  const told = spans.map(({ name, from, to }) => `${spanLabels[name]} ${duration(to - from)}`).join(', ');
  return (
    <tr class="command" title={withoutSecrets(of.error ?? of.text)}>
      <td class="command-number">{of.connection.number}</td>
      <th scope="row">
        {of.name} <span class="muted mono">{of.tag}</span>
      </th>
      <td class="time-track" aria-label={told} title={told}>
        {spans.map(({ name, from, to }) => (
          <span
            key={name}
            class={`time-bar span-${name}`}
            style={{ insetInlineStart: percent(from), width: percent(to - from) }}
          />
        ))}
      </td>
      <td class="time-ms">{of.sent === null && of.error !== null ? '' : duration(timeOf(of, now))}</td>
      <td class="command-octets">{count(of.bytesOut)}</td>
      <td class="command-octets">{count(of.bytesIn)}</td>
      <td class="command-end">
        <End of={of} />
      </td>
    </tr>
  );
}

export function CommandsPanel() {
  const all = commands.value;
  const now = performance.now();
  const whole = Math.max(1, ...all.filter(isMeasure).map((command) => timeOf(command, now)));
  if (all.length === 0) {
    return (
      <div class="nothing">
        <Icon of={Timer} size={32} />
        <strong>No command has been sent</strong>
        <p>Each command appears here with what its time went into.</p>
      </div>
    );
  }
  return (
    <div class="commands">
      <div class="tools">
        <ul class="legend" aria-label="Colours">
          {(Object.keys(spanLabels) as SpanName[]).map((name) => (
            <li key={name}>
              <span class={`legend-mark span-${name}`} /> {spanLabels[name]}
            </li>
          ))}
        </ul>
        <span class="grow" />
        <span class="muted" role="status">
          {plural(all.length, 'command')}, full width {duration(whole)}
        </span>
        <IconButton icon={Trash2} name="Clear the commands" onClick={clearCommands} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and the keyboard must reach it */}
      <div class="commands-scroll" tabIndex={0} role="region" aria-label="Commands">
        <table class="times commands-table">
          <thead>
            <tr>
              <th scope="col" class="command-number">
                <abbr title="Connection">#</abbr>
              </th>
              <th scope="col">Command</th>
              <th scope="col" class="command-track">
                Where its time went
              </th>
              <th scope="col" class="time-ms">
                Time
              </th>
              <th scope="col" class="command-octets">
                Octets out
              </th>
              <th scope="col" class="command-octets">
                Octets in
              </th>
              <th scope="col" class="command-end">
                End
              </th>
            </tr>
          </thead>
          <tbody>
            {all.toReversed().map((command, at) => (
              <CommandRow key={all.length - at} of={command} whole={whole} now={now} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
