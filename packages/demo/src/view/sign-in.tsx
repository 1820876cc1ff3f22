// The way in: which server, who, and what went wrong the last time.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { CircleAlert, Inbox, KeyRound, LoaderCircle, Mail, ServerOff, ShieldAlert } from 'lucide';
import {
  cancelSignIn,
  config,
  connection,
  problem,
  signIn,
  type Credentials,
  type Place,
} from '../mail/account.ts';
import type { Problem } from '../mail/problem.ts';
import { usualPorts, type Security } from '../mail/security.ts';
import { Certificates } from './certificates.tsx';
import { HostFields } from './host-fields.tsx';
import { Icon, type IconData } from './icon.tsx';
import { PasswordField } from './password-field.tsx';

const OTHER = '';

const problemIcons: Readonly<Record<Problem['kind'], IconData>> = {
  login: KeyRound,
  policy: ShieldAlert,
  tls: ShieldAlert,
  unreachable: ServerOff,
  bridge: ServerOff,
  server: CircleAlert,
};

function ProblemCard({ of }: { of: Problem }) {
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), [of]);
  return (
    <div class="problem" role="alert" ref={card}>
      <Icon of={problemIcons[of.kind]} size={20} />
      <div class="problem-words">
        <strong>{of.title}</strong>
        <p>{of.hint}</p>
        {of.words !== null && (
          <p class="problem-said">
            <q dir="auto">{of.words}</q>
          </p>
        )}
      </div>
      {of.tls !== null && of.tls.chain.length > 0 && <Certificates tls={of.tls} />}
    </div>
  );
}

function SampleButton({ busy }: { busy: boolean }) {
  const { sample, targets, allowHosts } = config.value;
  if (sample === null) return null;
  const target = targets.find(({ name }) => name === sample.target);
  const label = target?.label ?? sample.target;
  const enter = () =>
    void signIn({
      place: { kind: 'target', target: sample.target, label },
      user: sample.user,
      password: sample.password,
    });
  return (
    <>
      <button type="button" class="button button-accent button-large" disabled={busy} onClick={enter}>
        <Icon of={Inbox} />
        Open the sample mailbox
      </button>
      <p class="hint center">{target?.description ?? 'Try whatever you like.'}</p>
      <div class="or">
        <span>{allowHosts || targets.length > 1 ? 'or your own account' : 'or with user and password'}</span>
      </div>
    </>
  );
}

export function SignIn() {
  const { targets, allowHosts, sample } = config.value;
  const busy = connection.value.state === 'connecting';
  const own = targets.find(({ name }) => name !== sample?.target) ?? targets[0];
  const chosen = useSignal<string | null>(null);
  const host = useSignal('');
  const security = useSignal<Security>('tls');
  const port = useSignal<number | null>(null);
  const user = useSignal('');
  const password = useSignal('');
  // Where hosts are allowed, they are what a person with an account wants; the targets stay one click away.
  const onlySample = targets.every(({ name }) => name === sample?.target);
  const target = chosen.value ?? (allowHosts && onlySample ? OTHER : (own?.name ?? OTHER));

  // A command of the bridge's may know its user already (PREAUTH).
  const needsUser = targets.find(({ name }) => name === target)?.isCommand !== true;

  const submit = (event: Event) => {
    event.preventDefault();
    const place: Place =
      target === OTHER
        ? {
            kind: 'host',
            host: host.value.trim(),
            port: port.value ?? usualPorts[security.value],
            security: security.value,
          }
        : { kind: 'target', target, label: targets.find(({ name }) => name === target)?.label ?? target };
    const who: Credentials = { place, user: user.value.trim(), password: password.value };
    void signIn(who);
  };

  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <header class="brand">
          <span class="brand-mark">
            <Icon of={Mail} size={22} />
          </span>
          <div>
            <h1>Webmail</h1>
            <p>An IMAP client that runs in this page</p>
          </div>
        </header>
        {problem.value !== null && <ProblemCard of={problem.value} />}
        <SampleButton busy={busy} />
        <form onSubmit={submit} aria-label="Sign in">
          {(targets.length > 1 || (targets.length > 0 && allowHosts)) && (
            <label class="field">
              <span>Account at</span>
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
          {targets.length === 1 && !allowHosts && sample === null && <p class="hint">Server: {own?.label}</p>}
          {target !== OTHER && !onlySample && targets.find(({ name }) => name === target)?.description && (
            <p class="hint">{targets.find(({ name }) => name === target)?.description}</p>
          )}
          {target === OTHER && (
            <div class="field-row">
              <HostFields entry={{ host, security, port }} />
            </div>
          )}
          {target === OTHER && security.value === 'none' && (
            <p class="warning">
              <Icon of={ShieldAlert} size={16} />
              Everything, the password too, would travel readable between bridge and server.
            </p>
          )}
          <label class="field">
            <span>User</span>
            <input
              required={needsUser}
              name="user"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              dir="auto"
              value={user.value}
              onInput={(event) => (user.value = event.currentTarget.value)}
            />
          </label>
          <PasswordField
            value={password.value}
            required={needsUser}
            onInput={(value) => (password.value = value)}
          />
          <div class="sign-in-end">
            <button
              type="submit"
              class={sample === null ? 'button button-accent button-large' : 'button button-large'}
              disabled={busy}
            >
              {busy && <Icon of={LoaderCircle} />}
              {busy ? 'Signing in…' : 'Sign in'}
            </button>
            {busy && (
              <button type="button" class="button button-large" onClick={cancelSignIn}>
                Cancel
              </button>
            )}
          </div>
        </form>
        <p class="hint">
          The password stays in the memory of this page. It goes to the mail server and is stored nowhere.
        </p>
        <p class="hint">
          Something does not work? <a href="./diagnostics.html">Diagnose the connection</a>
        </p>
      </div>
    </main>
  );
}
