// The connection under diagnosis: how it came about step by step, what is known of it, and what went wrong.
// User and password are kept here, in memory, and nowhere else.
import { batch, signal } from '@preact/signals';
import { TransportError, type Connect, type StreamInfo } from '@imaplib/client';
import type { State } from '@imaplib/client/imaplib';
import { defaultConfig, type PageConfig } from '../mail/config.ts';
import { describe, words, type Problem } from '../mail/problem.ts';
import type { Moment, MomentName } from './capabilities.ts';
import { trace } from './commands.ts';
import { allowsPlain, labelOf, wantsStartTls, wayTo, type Destination } from './destination.ts';
import { RawIMAP4 } from './raw.ts';
import { scrub } from './redact.ts';
import { begin, end, upToFailure, upToOpen, type Step, type StepName } from './steps.ts';
import { tap } from './tap.ts';
import { record, type Recording } from './transcript.ts';

export type Phase = 'none' | 'connecting' | 'open' | 'closed';

export interface Trouble extends Problem {
  /** How far it had come, and the system's word for what happened, where the transport knows. */
  readonly stage: string | null;
  readonly reason: string | null;
}

export interface Account {
  readonly user: string;
  readonly password: string;
}

export const config = signal<PageConfig>(defaultConfig);
export const phase = signal<Phase>('none');
export const destination = signal<Destination | null>(null);
export const steps = signal<readonly Step[]>([]);
export const info = signal<StreamInfo | null>(null);
export const greeting = signal('');
export const moments = signal<readonly Moment[]>([]);
export const trouble = signal<Trouble | null>(null);
export const state = signal<State>('LOGOUT');
export const mailbox = signal<string | null>(null);
/** Who is signed in. */
export const user = signal<string | null>(null);
export const isSigningIn = signal(false);
/** What the server tells of itself (RFC 2971). */
export const serverId = signal<readonly (readonly [string, string])[]>([]);

/** Seconds that anything may take. */
const PATIENCE = 30;

let account: Account = { user: '', password: '' };
let imap: RawIMAP4 | null = null;
let giveUp = new AbortController();
let recording: Recording | null = null;
let isLeaving = false;

/** Every password that has been given, refused ones too: a mistyped one is often the right one of another account. */
const given = new Set<string>();

/** What no line may show. A password that is the user's name as well is none. */
export const secrets = (): readonly string[] => [...given];

/** Text without the password. */
export const withoutSecrets = (text: string): string => scrub(text, secrets());

/** The account that was given last. */
export const currentAccount = (): Account => account;
/** From now on no line may show this account's password. */
export function hide({ user: name, password }: Account): void {
  if (password !== '' && password !== name) given.add(password);
}
/** From now on this is the account; the self-test signs in with it too. */
export function useAccount(who: Account): void {
  hide(who);
  account = who;
}
/** Its number in the transcript. */
export const connectionNumber = (): number | null => recording?.connection ?? null;

const labels: Readonly<Record<MomentName, string>> = {
  greeting: 'At the greeting',
  tls: 'After STARTTLS',
  login: 'After sign-in',
};

/** Keeps what the server says now. A second time at the same moment takes the place of the first. */
function keepCapabilities(name: MomentName, capabilities: readonly string[]): void {
  moments.value = [
    ...moments.value.filter((moment) => moment.name !== name),
    { name, label: labels[name], capabilities },
  ];
}

const now = (): number => performance.now() - (recording?.since ?? 0);
const beginStep = (name: StepName): void => {
  steps.value = begin(steps.value, name, now());
};
const endStep = (isFailed = false): void => {
  steps.value = end(steps.value, now(), isFailed);
};
const isRunning = (name: StepName): boolean =>
  steps.value.some((step) => step.name === name && step.to === null);

/** A way to the same place, recorded as another connection, for the self-test. */
export function anotherWay(name: string, to: Destination): Connect {
  return tap(wayTo(to, config.value), record(name, secrets));
}

/** The steps of a connection as they happen. */
function watched(to: Destination): Connect {
  const written = recording!;
  let isGreeted = false;
  return tap(
    wayTo(to, config.value),
    {
      opened(stream) {
        written.opened(stream);
        info.value = stream;
        steps.value = begin(upToOpen(stream.timings, now()), 'greeting', now());
      },
      received(bytes) {
        written.received(bytes);
        if (!isGreeted) endStep();
        isGreeted = true;
        // The handshake begins behind the server's OK.
        if (isRunning('starttls')) beginStep('tls');
      },
      sent(bytes) {
        written.sent(bytes);
        if (phase.value === 'connecting' && isGreeted && steps.value.at(-1)?.to !== null)
          beginStep('capability');
      },
      secured(tls) {
        written.secured(tls);
        if (info.value !== null) info.value = { ...info.value, tls };
        beginStep('capability');
      },
    },
    giveUp.signal,
  );
}

/** Connects, upgrades where that is wanted, signs in where there is a user. Never rejects: see {@link trouble}. */
export async function connect(to: Destination, who: Account): Promise<void> {
  const attempt = new AbortController();
  giveUp = attempt;
  account = who;
  recording = record(labelOf(to), secrets);
  batch(() => {
    phase.value = 'connecting';
    destination.value = to;
    steps.value = begin([], 'bridge', 0);
    info.value = null;
    greeting.value = '';
    moments.value = [];
    trouble.value = null;
    state.value = 'LOGOUT';
    mailbox.value = null;
    user.value = null;
    serverId.value = [];
  });
  const M = new RawIMAP4({ transport: watched(to), timeout: PATIENCE, trace });
  imap = M;
  try {
    await M.ready;
    endStep();
    greeting.value = withoutSecrets(M.welcome);
    keepCapabilities('greeting', M.capabilities);
    if (wantsStartTls(to) || isExposed(to)) {
      if (wantsStartTls(to) || M.capabilities.includes('STARTTLS')) await startTls();
    }
    batch(() => {
      phase.value = 'open';
      state.value = M.state;
    });
    void M.closed.then((reason) => ended(M, reason));
  } catch (error) {
    if (imap !== M) return;
    imap = null;
    M.shutdown();
    connectFailed(to, error, attempt.signal.aborted);
    return;
  }
  // A server that greets with PREAUTH has signed somebody in already.
  if (M.state === 'NONAUTH' && who.user !== '') await signIn(who);
  await askForId();
}

/** Whether a password would travel readable between bridge and server, and nobody has allowed that. */
export function isExposed(to: Destination | null = destination.value): boolean {
  const stream = info.value;
  if (to === null || stream === null) return false;
  return stream.tls === null && !stream.peer.local && !allowsPlain(to);
}

function connectFailed(to: Destination, error: unknown, wasAborted: boolean): void {
  const transport = causeOf(error);
  batch(() => {
    phase.value = 'none';
    if (wasAborted) {
      endStep(true);
      recording?.note('given up');
      return;
    }
    if (info.value === null && transport !== null) {
      steps.value = upToFailure(transport.timings, transport.stage, now());
    } else endStep(true);
    const problem = describe(error, labelOf(to));
    trouble.value = {
      ...problem,
      words: problem.words === null ? null : withoutSecrets(problem.words),
      stage: transport?.stage ?? null,
      reason: transport?.reason ?? null,
    };
    recording?.note(`failed: ${withoutSecrets(words(error))}`, true);
  });
}

function causeOf(error: unknown): TransportError | null {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof TransportError) return at;
  return null;
}

function ended(M: RawIMAP4, reason: Error | null): void {
  if (imap !== M) return;
  imap = null;
  recording?.note(reason === null ? 'closed' : `closed: ${withoutSecrets(reason.message)}`, reason !== null);
  batch(() => {
    phase.value = 'closed';
    state.value = 'LOGOUT';
    mailbox.value = null;
    user.value = null;
    isSigningIn.value = false;
    if (reason !== null) {
      trouble.value = {
        kind: 'server',
        title: 'The connection has ended',
        hint: 'What was said until then is in the transcript.',
        words: withoutSecrets(reason.message),
        tls: null,
        stage: null,
        reason: null,
      };
    }
  });
}

/** The connection. @throws Error where there is none */
export function connected(): RawIMAP4 {
  if (imap === null) throw new Error('There is no connection: connect first.');
  return imap;
}

/** Upgrades the connection, and keeps what the server says then. */
export async function startTls(): Promise<void> {
  const M = connected();
  beginStep('starttls');
  try {
    await M.starttls();
    endStep();
  } catch (error) {
    endStep(true);
    throw error;
  }
  keepCapabilities('tls', M.capabilities);
}

/** Signs in with PLAIN where the server has it, else with LOGIN. What goes wrong is told in {@link trouble}. */
export async function signIn(who: Account): Promise<void> {
  const M = connected();
  useAccount(who);
  const hasPlain = M.capabilities.includes('AUTH=PLAIN');
  if (isExposed() || (!hasPlain && M.capabilities.includes('LOGINDISABLED'))) {
    trouble.value = {
      kind: 'server',
      title: 'The server offers no safe way to sign in',
      hint: isExposed()
        ? 'The connection is not encrypted and leaves this machine, and the server offers no STARTTLS; so no password is sent. Use TLS, or another port.'
        : 'It refuses LOGIN on this connection and has no other way that this page knows. Use TLS or STARTTLS.',
      words: null,
      tls: null,
      stage: null,
      reason: null,
    };
    return;
  }
  batch(() => {
    isSigningIn.value = true;
    trouble.value = null;
  });
  beginStep('signIn');
  try {
    await (hasPlain ? M.login_plain(who.user, who.password) : M.login(who.user, who.password));
    endStep();
    signedIn(who.user);
  } catch (error) {
    endStep(true);
    // A connection that has ended tells of that itself.
    if (imap === M && !(error instanceof M.abort)) {
      trouble.value = {
        kind: 'login',
        title: 'The server did not accept this user and password',
        hint: 'Check both. Some providers want an app password instead of the one for their web site. The connection is still there.',
        words: withoutSecrets(words(error)),
        tls: null,
        stage: null,
        reason: null,
      };
    }
  } finally {
    isSigningIn.value = false;
    refreshState();
  }
}

/** What holds once somebody is signed in, however that was done. */
export function signedIn(name: string): void {
  const M = connected();
  batch(() => {
    user.value = name;
    trouble.value = null;
    keepCapabilities('login', M.capabilities);
    refreshState();
  });
}

/** Takes over the state that the connection is in. */
export function refreshState(): void {
  if (imap === null) return;
  state.value = imap.state;
  if (imap.state !== 'SELECTED' && imap.state !== 'IDLING') mailbox.value = null;
}

async function askForId(): Promise<void> {
  const M = imap;
  if (M === null || !M.capabilities.includes('ID')) return;
  try {
    const [typ, data] = await M.id();
    if (typ === 'OK') serverId.value = readId(String(data.at(-1) ?? ''));
  } catch {
    // The transcript has what the server said; a lost connection is told by itself.
  }
}

/** `("name" "Dovecot" "version" NIL)` as pairs, without those that have no value. */
export function readId(text: string): (readonly [string, string])[] {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|\bNIL\b/gi)].map(([whole, inner]) =>
    inner === undefined && /^nil$/i.test(whole) ? null : (inner ?? '').replaceAll(/\\(.)/g, '$1'),
  );
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < strings.length; at += 2) {
    const [name, value] = [strings[at], strings[at + 1]];
    if (typeof name === 'string' && typeof value === 'string') pairs.push([name, withoutSecrets(value)]);
  }
  return pairs;
}

/** Says goodbye, or gives up the attempt to connect; asked again, it does not wait. */
export async function disconnect(): Promise<void> {
  const M = imap;
  if (M === null || phase.value === 'connecting' || isLeaving) {
    giveUp.abort();
    return;
  }
  isLeaving = true;
  try {
    await M.logout();
  } catch {
    // It is closed in any case, and the transcript says how.
  } finally {
    isLeaving = false;
  }
}
