// What the server says it can do, a column for each moment, and what it lacks.
import { ListChecks } from 'lucide';
import { plural } from '../../mail/format.ts';
import { Icon } from '../../view/icon.tsx';
import {
  capabilityGroups,
  isBeginning,
  missingCapabilities,
  type CapabilityRow,
  type Mark,
} from '../capabilities.ts';
import type { Capability } from '../capability-table.ts';
import { moments } from '../connection.ts';

const marks: Readonly<Record<Mark, readonly [glyph: string, word: string]>> = {
  present: ['●', 'offered'],
  added: ['+', 'added'],
  removed: ['−', 'removed'],
  absent: ['', 'not offered'],
};

function Rfc({ of }: { of: Capability | null }) {
  if (of === null || of.rfc === null) return null;
  const isNumber = typeof of.rfc === 'number';
  return (
    <a
      class="rfc"
      href={isNumber ? `https://www.rfc-editor.org/rfc/rfc${of.rfc}` : of.rfc}
      target="_blank"
      rel="noreferrer"
    >
      {isNumber ? `RFC ${of.rfc}` : 'Its document'}
    </a>
  );
}

function Row({ row }: { row: CapabilityRow }) {
  return (
    <tr>
      <th scope="row">
        <code>{row.name}</code>
      </th>
      {row.marks.map((mark, at) => (
        <td key={at} class={`mark mark-${mark}`} title={marks[mark][1]}>
          <span aria-hidden="true">{marks[mark][0]}</span>
          <span class="visually-hidden">{marks[mark][1]}</span>
        </td>
      ))}
      <td class="gain">
        {row.about === null ? <span class="muted">Not known to this page.</span> : row.about.gain}{' '}
        <Rfc of={row.about} />
      </td>
    </tr>
  );
}

function Missing() {
  const missing = missingCapabilities(moments.value);
  if (missing.length === 0) return null;
  return (
    <section class="missing" aria-labelledby="missing">
      <h2 id="missing">
        Useful, and not offered <span class="muted">{missing.length}</span>
      </h2>
      <dl>
        {missing.map((one) => (
          <div key={one.name}>
            <dt>
              <code>{isBeginning(one.name) ? `${one.name}…` : one.name}</code>
            </dt>
            <dd>
              {one.gain} <Rfc of={one} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function CapabilitiesPanel() {
  const all = moments.value;
  if (all.length === 0) {
    return (
      <div class="nothing">
        <Icon of={ListChecks} size={32} />
        <strong>No capabilities yet</strong>
        <p>
          Connect to a server: what it offers appears here as it changes, from the greeting to the sign-in.
        </p>
      </div>
    );
  }
  return (
    <div class="capabilities" tabIndex={0}>
      <table class="capability-table" style={{ '--moments': all.length }}>
        <caption class="visually-hidden">Capabilities at each moment</caption>
        <thead>
          <tr>
            <th scope="col">Capability</th>
            {all.map(({ name, label, capabilities }) => (
              <th key={name} scope="col" class="mark">
                {label} <span class="muted">{capabilities.length}</span>
              </th>
            ))}
            <th scope="col" class="gain">
              What a client gains
            </th>
          </tr>
        </thead>
        {capabilityGroups(all).map(({ group, rows }) => (
          <tbody key={group}>
            <tr class="capability-group">
              <th scope="rowgroup" colSpan={all.length + 2}>
                {group} <span class="muted">{plural(rows.length, 'capability', 'capabilities')}</span>
              </th>
            </tr>
            {rows.map((row) => (
              <Row key={row.name} row={row} />
            ))}
          </tbody>
        ))}
      </table>
      <Missing />
    </div>
  );
}
