// What is known of the connection at a glance: times, address, greeting, TLS, certificates; and what went wrong.
import { Fragment } from 'preact';
import { CircleAlert, KeyRound, LockOpen, Plug, ServerOff, ShieldAlert, ShieldCheck, ShieldX } from 'lucide';
import type { StreamInfo, TlsInfo } from '@imaplib/client';
import { plural } from '../../mail/format.ts';
import { Certificates } from '../../view/certificates.tsx';
import { Icon, type IconData } from '../../view/icon.tsx';
import {
  config,
  destination,
  greeting,
  info,
  moments,
  phase,
  serverId,
  steps,
  trouble,
  type Trouble,
} from '../connection.ts';
import { duration, stepLabels, type Step } from '../steps.ts';
import { connectAsFilledIn } from './top-bar.tsx';

const troubleIcons: Readonly<Record<Trouble['kind'], IconData>> = {
  login: KeyRound,
  policy: ShieldAlert,
  tls: ShieldX,
  unreachable: ServerOff,
  bridge: ServerOff,
  server: CircleAlert,
};

const stageWords: Readonly<Record<string, string>> = {
  policy: 'the bridge’s policy',
  resolve: 'name lookup (DNS)',
  connect: 'connecting (TCP)',
  tls: 'TLS handshake',
  starttls: 'STARTTLS',
  relay: 'open connection',
};

function TroubleCard({ of }: { of: Trouble }) {
  return (
    <div class="problem" role="alert">
      <Icon of={troubleIcons[of.kind]} size={20} />
      <div class="problem-words">
        <strong>{of.title}</strong>
        <p>{of.hint}</p>
        {of.words !== null && (
          <p class="problem-said">
            <q dir="auto">{of.words}</q>
          </p>
        )}
        {(of.stage !== null || of.reason !== null) && (
          <dl class="facts">
            {of.stage !== null && (
              <>
                <dt>Stage</dt>
                <dd>{stageWords[of.stage] ?? of.stage}</dd>
              </>
            )}
            {of.reason !== null && (
              <>
                <dt>Reason</dt>
                <dd class="mono">{of.reason}</dd>
              </>
            )}
          </dl>
        )}
      </div>
    </div>
  );
}

function TimeRow({ step, whole }: { step: Step; whole: number }) {
  const to = step.to ?? whole;
  const percent = (ms: number) => `${Math.min(100, (ms / Math.max(whole, 0.1)) * 100)}%`;
  return (
    <tr class={step.failed ? 'time time-failed' : 'time'}>
      <th scope="row">{stepLabels[step.name]}</th>
      <td class="time-track">
        <span
          class={`time-bar time-${step.name}`}
          style={{ insetInlineStart: percent(step.from), width: percent(to - step.from) }}
        />
      </td>
      <td class="time-ms">
        {step.to === null ? '…' : duration(step.to - step.from)}
        {step.failed && <span class="badge badge-bad">failed</span>}
      </td>
    </tr>
  );
}

function Times() {
  const all = steps.value;
  const whole = Math.max(...all.map((step) => step.to ?? step.from));
  return (
    <section class="card" aria-labelledby="times">
      <h2 id="times">
        Times <span class="muted">{duration(whole)} in all</span>
      </h2>
      <table class="times">
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Share</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {all.map((step, at) => (
            <TimeRow key={at} step={step} whole={whole} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Facts({ stream }: { stream: StreamInfo }) {
  const { peer } = stream;
  return (
    <section class="card" aria-labelledby="server">
      <h2 id="server">Server</h2>
      {greeting.value !== '' && (
        <pre class="greeting" aria-label="Greeting" tabIndex={0}>
          {greeting.value}
        </pre>
      )}
      <dl class="facts facts-roomy">
        <dt>Connected to</dt>
        <dd>{peer.name}</dd>
        {peer.address !== undefined && (
          <>
            <dt>Address</dt>
            <dd>
              {peer.address} port {peer.port}
              {peer.local && <span class="muted"> (the bridge’s own machine)</span>}
            </dd>
          </>
        )}
        <dt>Bridge</dt>
        <dd>{new URL(config.value.bridge, location.href).href.replace(/^http/, 'ws')}</dd>
        {serverId.value.map(([name, value]) => (
          <Fragment key={name}>
            <dt class="id-name">{name === 'name' ? 'Software' : name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
        {moments.value.length > 0 && (
          <>
            <dt>Capabilities</dt>
            <dd>
              {moments.value
                .map(
                  ({ label, capabilities }) =>
                    `${capabilities.length} ${label[0]?.toLowerCase()}${label.slice(1)}`,
                )
                .join(', ')}{' '}
              <a href="#capabilities">Compare</a>
            </dd>
          </>
        )}
        {stream.exit !== undefined && (
          <>
            <dt>Command</dt>
            <dd>{`ended with ${stream.exit.code ?? stream.exit.signal}`}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

interface Verdict {
  readonly icon: IconData;
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly text: string;
  readonly more: string;
}

function verdictOn(tls: TlsInfo | null, stream: StreamInfo | null): Verdict {
  if (tls === null) {
    return stream?.peer.local === true
      ? {
          icon: LockOpen,
          tone: 'warn',
          text: 'Not encrypted',
          more: 'The bytes do not leave the bridge’s machine, so nobody on the way can read them.',
        }
      : {
          icon: LockOpen,
          tone: 'bad',
          text: 'Not encrypted',
          more: 'Whoever sits between bridge and server can read and change everything.',
        };
  }
  if (tls.authorizationError !== undefined) {
    return {
      icon: ShieldX,
      tone: 'bad',
      text: `Refused: ${tls.authorizationError}`,
      more: 'Nothing was sent behind the handshake.',
    };
  }
  if (!tls.verified) {
    return {
      icon: ShieldAlert,
      tone: 'warn',
      text: 'Not verified',
      more: 'The bridge’s configuration switches verification off for this server: it may be anybody.',
    };
  }
  const to = tls.chain[0]?.validTo;
  const days = to === undefined ? null : Math.floor((new Date(to).getTime() - Date.now()) / 86_400_000);
  const left =
    days === null ? '' : days < 800 ? plural(days, 'day') : plural(Math.floor(days / 365.25), 'year');
  return {
    icon: ShieldCheck,
    tone: days !== null && days < 14 ? 'warn' : 'ok',
    text: 'Verified',
    more: `The chain leads to an authority that the bridge trusts, and the name is right.${
      left === '' ? '' : ` The certificate is good for another ${left}.`
    }`,
  };
}

function Tls() {
  const stream = info.value;
  const tls = stream?.tls ?? trouble.value?.tls ?? null;
  const { icon, tone, text, more } = verdictOn(tls, stream);
  return (
    <section class="card" aria-labelledby="tls">
      <h2 id="tls">TLS</h2>
      <div class={`verdict verdict-${tone}`}>
        <Icon of={icon} size={20} />
        <div>
          <strong>{text}</strong>
          <p>{more}</p>
        </div>
      </div>
      {tls !== null && (
        <>
          <dl class="facts facts-roomy">
            {(
              [
                ['Protocol', tls.protocol],
                ['Cipher', tls.cipher],
                ['ALPN', tls.alpn],
                ['Asked for', tls.sni],
              ] as const
            ).map(([name, value]) => (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>{value ?? <span class="muted">none</span>}</dd>
              </Fragment>
            ))}
          </dl>
          <Certificates tls={tls} />
        </>
      )}
    </section>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      <Icon of={Plug} size={32} />
      <strong>Nothing is connected</strong>
      <p>
        Name a server above and connect. You will see how long each step takes, its certificates, what it can
        do before and after signing in, and every line that is said.
      </p>
      <button type="button" class="button button-accent" onClick={connectAsFilledIn}>
        Connect{config.value.targets[0] === undefined ? '' : ` to ${config.value.targets[0].label}`}
      </button>
    </div>
  );
}

export function Overview() {
  const hasTls = info.value !== null || trouble.value?.tls != null;
  if (destination.value === null) return <Nothing />;
  return (
    <div class="overview" tabIndex={0} aria-busy={phase.value === 'connecting'}>
      {trouble.value !== null && <TroubleCard of={trouble.value} />}
      <div class="overview-columns">
        <div class="overview-column">
          <Times />
          {info.value !== null && <Facts stream={info.value} />}
        </div>
        <div class="overview-column">{hasTls && <Tls />}</div>
      </div>
    </div>
  );
}
