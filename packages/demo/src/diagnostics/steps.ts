// The steps of connecting with the time that each took: what the bar on the overview shows.
import type { Timings, TransportStage } from '@imaplib/client';

export type StepName = 'bridge' | 'dns' | 'tcp' | 'tls' | 'greeting' | 'capability' | 'starttls' | 'signIn';

export interface Step {
  readonly name: StepName;
  /** Milliseconds since connecting began. */
  readonly from: number;
  /** Null while it runs. */
  readonly to: number | null;
  readonly failed: boolean;
}

export const stepLabels: Readonly<Record<StepName, string>> = {
  bridge: 'Bridge',
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  greeting: 'Greeting',
  capability: 'Capability',
  starttls: 'STARTTLS',
  signIn: 'Sign-in',
};

/** Begins a step, and ends the one that runs. */
export function begin(steps: readonly Step[], name: StepName, at: number): Step[] {
  return [...end(steps, at), { name, from: at, to: null, failed: false }];
}

/** Ends the step that runs, if one does. */
export function end(steps: readonly Step[], at: number, failed = false): Step[] {
  return steps.map((step) => (step.to === null ? { ...step, to: at, failed } : step));
}

/** The steps up to an open connection. What the bridge does not account for is its own and the way to it. */
export function upToOpen({ dnsMs, tcpMs, tlsMs }: Timings, total: number): Step[] {
  return laidOut({ dns: dnsMs, tcp: tcpMs, tls: tlsMs }, total);
}

const failedAt: Readonly<Partial<Record<TransportStage, 'dns' | 'tcp' | 'tls'>>> = {
  resolve: 'dns',
  connect: 'tcp',
  tls: 'tls',
};

/** The steps up to a failure. Where nobody knows how long the one that failed took, it took all that is left. */
export function upToFailure({ dnsMs, tcpMs, tlsMs }: Timings, stage: TransportStage, total: number): Step[] {
  const at = failedAt[stage] ?? 'bridge';
  const known = { dns: dnsMs, tcp: tcpMs, tls: tlsMs };
  const done = Object.values(known).reduce((sum: number, ms) => sum + (ms ?? 0), 0);
  const isKnown = at === 'bridge' || known[at] !== undefined;
  const all = isKnown ? known : { ...known, [at]: Math.max(0, total - done) };
  return laidOut(all, total).map((step) => (step.name === at ? { ...step, failed: true } : step));
}

type Known = Readonly<Record<'dns' | 'tcp' | 'tls', number | undefined>>;

function laidOut(known: Known, total: number): Step[] {
  const sum = Object.values(known).reduce((all: number, ms) => all + (ms ?? 0), 0);
  let at = Math.max(0, total - sum);
  const steps: Step[] = [{ name: 'bridge', from: 0, to: at, failed: false }];
  for (const name of ['dns', 'tcp', 'tls'] as const) {
    const ms = known[name];
    if (ms === undefined) continue;
    steps.push({ name, from: at, to: at + ms, failed: false });
    at += ms;
  }
  return steps;
}

/** `0.4 ms`, `12 ms`, `1.25 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
