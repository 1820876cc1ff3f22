// A server that is named by hand: host, security, port.
import type { Signal } from '@preact/signals';
import { usualPorts, type Security } from '../mail/security.ts';

/** What has been entered; without a port the usual one counts. */
export interface HostEntry {
  readonly host: Signal<string>;
  readonly security: Signal<Security>;
  readonly port: Signal<number | null>;
}

export function HostFields({ entry: { host, security, port } }: { entry: HostEntry }) {
  return (
    <>
      <label class="field field-host">
        <span>Host</span>
        <input
          required
          name="host"
          placeholder="imap.example.com"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={host.value}
          onInput={(event) => (host.value = event.currentTarget.value)}
        />
      </label>
      <label class="field field-security">
        <span>Security</span>
        <select
          value={security.value}
          onChange={(event) => (security.value = event.currentTarget.value as Security)}
        >
          <option value="tls">TLS</option>
          <option value="starttls">STARTTLS</option>
          <option value="none">None</option>
        </select>
      </label>
      <label class="field field-port">
        <span>Port</span>
        <input
          type="number"
          name="port"
          min={1}
          max={65535}
          required
          value={port.value ?? usualPorts[security.value]}
          onInput={(event) => (port.value = event.currentTarget.valueAsNumber || null)}
        />
      </label>
    </>
  );
}
