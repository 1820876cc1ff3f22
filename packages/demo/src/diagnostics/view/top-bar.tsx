// The bar above everything: which server, who, connect and disconnect, and how things stand.
import { signal } from '@preact/signals';
import { Activity, LoaderCircle, Mail, Monitor, Moon, Plug, Sun, Unplug } from 'lucide';
import { changeSettings, settings, type ThemeChoice } from '../../mail/settings.ts';
import { usualPorts, type Security } from '../../mail/security.ts';
import { HostFields } from '../../view/host-fields.tsx';
import { Icon, IconButton, type IconData } from '../../view/icon.tsx';
import { PasswordField } from '../../view/password-field.tsx';
import {
  config,
  connect,
  destination,
  disconnect,
  info,
  isSigningIn,
  mailbox,
  phase,
  signIn,
  state,
  user as signedInUser,
} from '../connection.ts';
import { labelOf, type Destination } from '../destination.ts';

const OTHER = '';

const chosen = signal<string | null>(null);
const host = signal('');
const security = signal<Security>('tls');
const port = signal<number | null>(null);
const user = signal<string | null>(null);
const password = signal<string | null>(null);

const chosenTarget = (): string => chosen.value ?? config.value.targets[0]?.name ?? OTHER;

/** What the form says; the sample's account stands in it as long as nobody has written another. */
function account(): { readonly user: string; readonly password: string } {
  const { sample } = config.value;
  const own = sample !== null && sample.target === chosenTarget() ? sample : { user: '', password: '' };
  return { user: (user.value ?? own.user).trim(), password: password.value ?? own.password };
}

function chosenDestination(): Destination {
  const target = config.value.targets.find(({ name }) => name === chosenTarget());
  if (target !== undefined) return { kind: 'target', target };
  return {
    kind: 'host',
    host: host.value.trim(),
    port: port.value ?? usualPorts[security.value],
    security: security.value,
  };
}

/** Connects to what the form says. */
export function connectAsFilledIn(): void {
  void connect(chosenDestination(), account());
}

interface Pill {
  readonly tone: 'none' | 'busy' | 'ok' | 'warn';
  readonly text: string;
}

function pill(): Pill {
  if (phase.value === 'connecting') return { tone: 'busy', text: 'Connecting…' };
  if (phase.value === 'closed') return { tone: 'none', text: 'Closed' };
  if (phase.value === 'none') return { tone: 'none', text: 'Not connected' };
  if (isSigningIn.value) return { tone: 'busy', text: 'Signing in…' };
  switch (state.value) {
    case 'SELECTED':
      return { tone: 'ok', text: mailbox.value === null ? 'Selected' : `Selected ${mailbox.value}` };
    case 'IDLING':
      return { tone: 'ok', text: 'Idle' };
    case 'AUTH':
      return { tone: 'ok', text: 'Signed in' };
    default:
      return { tone: 'warn', text: 'Not signed in' };
  }
}

function StatePill() {
  const { tone, text } = pill();
  return (
    <span class={`pill pill-${tone}`} role="status" aria-label="State">
      <span class="pill-dot" aria-hidden="true" />
      <span class="pill-text">{text}</span>
    </span>
  );
}

function ServerFields() {
  const { targets, allowHosts } = config.value;
  const target = chosenTarget();
  return (
    <>
      {targets.length > 0 && (
        <label class="field diag-server">
          <span>Server</span>
          <select value={target} onChange={(event) => (chosen.value = event.currentTarget.value)}>
            {targets.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
            {allowHosts && <option value={OTHER}>Another server…</option>}
          </select>
        </label>
      )}
      {target === OTHER && <HostFields entry={{ host, security, port }} />}
    </>
  );
}

function AccountFields({ required }: { required: boolean }) {
  return (
    <>
      <label class="field diag-user">
        <span>User</span>
        <input
          name="user"
          required={required}
          placeholder={required ? '' : 'none: do not sign in'}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          dir="auto"
          value={account().user}
          onInput={(event) => (user.value = event.currentTarget.value)}
        />
      </label>
      <PasswordField
        class="diag-password"
        value={account().password}
        required={false}
        onInput={(value) => (password.value = value)}
      />
    </>
  );
}

function DisconnectButton() {
  return (
    <button type="button" class="button" onClick={() => void disconnect()}>
      <Icon of={Unplug} size={16} />
      {phase.value === 'connecting' ? 'Cancel' : 'Disconnect'}
    </button>
  );
}

/** While a connection stands: where to, and who. */
function Standing() {
  const to = destination.value;
  const peer = info.value?.peer;
  const canSignIn = phase.value === 'open' && state.value === 'NONAUTH';
  return (
    <form
      class="diag-form"
      aria-label="Connection"
      onSubmit={(event) => {
        event.preventDefault();
        void signIn(account());
      }}
    >
      <div class="diag-standing">
        <strong>{to === null ? '' : labelOf(to)}</strong>
        <span class="muted">
          {peer?.address === undefined ? peer?.name : `${peer.address} port ${peer.port}`}
          {signedInUser.value !== null && (
            <>
              {' · '}
              <span dir="auto">{signedInUser.value}</span>
            </>
          )}
        </span>
      </div>
      {canSignIn && <AccountFields required />}
      {canSignIn && (
        <button type="submit" class="button button-accent" disabled={isSigningIn.value}>
          {isSigningIn.value && <Icon of={LoaderCircle} size={16} />}
          Sign in
        </button>
      )}
      <DisconnectButton />
    </form>
  );
}

function ConnectForm() {
  return (
    <form
      class="diag-form"
      aria-label="Connection"
      onSubmit={(event) => {
        event.preventDefault();
        connectAsFilledIn();
      }}
    >
      <ServerFields />
      <AccountFields required={false} />
      <button type="submit" class="button button-accent">
        <Icon of={Plug} size={16} />
        Connect
      </button>
    </form>
  );
}

const themes: readonly (readonly [ThemeChoice, string, IconData])[] = [
  ['system', 'Theme: as the system', Monitor],
  ['light', 'Theme: light', Sun],
  ['dark', 'Theme: dark', Moon],
];

function ThemeButton() {
  const at = themes.findIndex(([choice]) => choice === settings.value.theme);
  const [, name, icon] = themes[at] ?? themes[0]!;
  const [next] = themes[(at + 1) % themes.length] ?? themes[0]!;
  return <IconButton icon={icon} name={name} onClick={() => changeSettings({ theme: next })} />;
}

export function TopBar() {
  const isStanding = phase.value === 'open' || phase.value === 'connecting';
  return (
    <header class="diag-bar">
      <div class="diag-brand">
        <span class="brand-mark brand-mark-small" aria-hidden="true">
          <Icon of={Activity} />
        </span>
        <h1>
          <span class="wide-only">IMAP </span>diagnostics
        </h1>
      </div>
      {isStanding ? <Standing /> : <ConnectForm />}
      <div class="diag-side">
        <StatePill />
        <ThemeButton />
        <a class="icon-button" href="./index.html" aria-label="Webmail" title="Webmail">
          <Icon of={Mail} />
        </a>
      </div>
    </header>
  );
}
