// The account that is signed in, and the life of its connection: connect, sign in, lose, wait, come back.
// User and password are kept here, in memory, and nowhere else.
import { bridge, ImapClient, type Connect, type ConnectOptions } from '@imaplib/client';
import { signal } from '@preact/signals';
import { backOff } from './backoff.ts';
import { defaultConfig, readConfig, type PageConfig } from './config.ts';
import { describe, isFinal, serverWords, words, type Problem } from './problem.ts';
import type { Security } from './security.ts';

/** Where to connect to. */
export type Place =
  | { readonly kind: 'target'; readonly target: string; readonly label: string }
  | {
      readonly kind: 'host';
      readonly host: string;
      readonly port: number;
      readonly security: Security;
    };

export interface Credentials {
  readonly place: Place;
  readonly user: string;
  readonly password: string;
}

/** What the page asks of a client: the public calls, without the class. */
export type Client = Pick<
  ImapClient,
  | 'append'
  | 'capabilities'
  | 'create'
  | 'download'
  | 'expunge'
  | 'fetch'
  | 'list'
  | 'logout'
  | 'mailbox'
  | 'move'
  | 'noop'
  | 'on'
  | 'probe'
  | 'search'
  | 'select'
  | 'status'
  | 'store'
>;

export type Connection =
  | { readonly state: 'signedOut' }
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  /** Lost; the next attempt is made at that time (performance.now), or when the network is back, or asked for. */
  | { readonly state: 'waiting'; readonly until: number; readonly reason: string }
  | { readonly state: 'reconnecting'; readonly reason: string };

export const config = signal<PageConfig>(defaultConfig);
export const connection = signal<Connection>({ state: 'signedOut' });
/** Why the last attempt to sign in failed. */
export const problem = signal<Problem | null>(null);
/** The live client, null while there is none. */
export const client = signal<Client | null>(null);
/** Who is signed in; stays while the connection is lost. */
export const user = signal<string | null>(null);
/** Where, for people to read. */
export const placeName = signal('');

/** What makes a connection; tests put their own here. */
export const connector = {
  connect: (options: ConnectOptions): Promise<Client> => ImapClient.connect(options),
  transport(place: Place): Connect {
    const url = new URL(config.value.bridge, location.href);
    if (place.kind === 'target') {
      const isCommand = configured(place.target)?.isCommand === true;
      return bridge(isCommand ? { url, command: place.target } : { url, target: place.target });
    }
    const tls = place.security === 'tls' ? 'implicit' : 'none';
    return bridge({ url, host: place.host, port: place.port, tls });
  },
};

let credentials: Credentials | null = null;
let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let aborter: AbortController | null = null;

/** The client, for an action that needs one. @throws Error while the connection is lost */
export function online(): Client {
  if (client.value === null)
    throw new Error('There is no connection to the server just now; it is being restored.');
  return client.value;
}

export const placeLabel = (place: Place): string =>
  place.kind === 'target' ? place.label : `${place.host}:${place.port}`;

/** Reads config.json; a page that cannot read it still works with its defaults. */
export async function loadConfig(): Promise<void> {
  try {
    config.value = await readConfig();
  } catch (error) {
    problem.value = {
      kind: 'bridge',
      title: 'The page’s configuration cannot be read',
      hint: 'Servers can still be named by hand.',
      words: words(error),
      tls: null,
    };
  }
}

const configured = (name: string) => config.value.targets.find((target) => target.name === name);

function securityOf(place: Place): NonNullable<ConnectOptions['security']> {
  if (place.kind === 'target') return configured(place.target)?.startTls === true ? 'starttls' : 'required';
  return place.security === 'tls' ? 'required' : place.security;
}

function connect(who: Credentials, stop?: AbortSignal): Promise<Client> {
  return connector.connect({
    transport: connector.transport(who.place),
    auth: { user: who.user, pass: who.password },
    security: securityOf(who.place),
    signal: stop,
  });
}

function adopt(next: Client): void {
  attempt = 0;
  next.on('close', ({ error }) => {
    if (client.value !== next) return;
    client.value = null;
    if (credentials !== null) wait(error === null ? 'The server said good-bye.' : serverWords(error));
  });
  client.value = next;
  connection.value = { state: 'online' };
}

/** Signs in. What goes wrong is told in {@link problem}. */
export async function signIn(who: Credentials): Promise<void> {
  const abort = new AbortController();
  aborter = abort;
  problem.value = null;
  connection.value = { state: 'connecting' };
  try {
    const next = await connect(who, abort.signal);
    credentials = who;
    user.value = who.user;
    placeName.value = placeLabel(who.place);
    adopt(next);
  } catch (error) {
    if (!abort.signal.aborted) problem.value = describe(error, placeLabel(who.place));
    connection.value = { state: 'signedOut' };
  }
}

/** Gives up an attempt to sign in. */
export function cancelSignIn(): void {
  aborter?.abort();
}

/** Signs out and forgets the password. */
export async function signOut(): Promise<void> {
  const last = client.value;
  forget();
  await last?.logout();
}

function forget(): void {
  clearTimeout(timer);
  aborter?.abort();
  credentials = null;
  client.value = null;
  user.value = null;
  closeAside();
  connection.value = { state: 'signedOut' };
}

/** What the browser believes of the network; where nothing is believed, it is tried. */
export const isOnline = (): boolean => globalThis.navigator?.onLine ?? true;

function wait(reason: string): void {
  clearTimeout(timer);
  closeAside();
  const delay = backOff(attempt);
  attempt += 1;
  connection.value = { state: 'waiting', until: performance.now() + delay, reason };
  // Offline there is nothing to try: the `online` event goes on from here.
  if (isOnline()) timer = setTimeout(() => void reconnect(), delay);
}

/** Tries to come back now. */
export async function reconnect(): Promise<void> {
  clearTimeout(timer);
  const lost = connection.value;
  if (credentials === null || lost.state !== 'waiting') return;
  const who = credentials;
  const abort = new AbortController();
  aborter = abort;
  connection.value = { state: 'reconnecting', reason: lost.reason };
  try {
    const next = await connect(who, abort.signal);
    if (abort.signal.aborted) await next.logout();
    else adopt(next);
  } catch (error) {
    if (abort.signal.aborted) return;
    // What trying again cannot mend waits for the person, who may have a draft on the screen.
    if (isFinal(error)) {
      const { title } = describe(error, placeLabel(who.place));
      connection.value = { state: 'waiting', until: Infinity, reason: `${title}: ${serverWords(error)}` };
    } else wait(serverWords(error));
  }
}

/** Watches for what the browser knows of the network: it came back, the page woke up. */
export function watchNetwork(): void {
  const check = () => {
    if (connection.value.state === 'waiting') void reconnect();
    // A connection that died in the machine's sleep says nothing by itself.
    else client.value?.probe().catch(() => undefined);
  };
  addEventListener('online', check);
  addEventListener('offline', check);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') check();
  });
}

// A second connection for what needs another mailbox selected than the one on the screen (undoing a move, replacing
// a draft). It is made when it is needed and kept for half a minute.

let aside: Promise<Client> | null = null;
let asideTimer: ReturnType<typeof setTimeout> | undefined;
let asideQueue: Promise<unknown> = Promise.resolve();

function closeAside(): void {
  clearTimeout(asideTimer);
  const last = aside;
  aside = null;
  last?.then((it) => it.logout()).catch(() => undefined);
}

function connectAside(who: Credentials): Promise<Client> {
  const made = connect(who).then((other) => {
    other.on('close', () => {
      if (aside === made) aside = null;
    });
    return other;
  });
  return made;
}

/** Runs `work` on the second connection with `mailbox` selected; one at a time. */
export function besides<T>(mailbox: string, work: (client: Client) => Promise<T>): Promise<T> {
  const run = async () => {
    if (credentials === null) throw new Error('Sign in first.');
    clearTimeout(asideTimer);
    const made = (aside ??= connectAside(credentials));
    try {
      const other = await made;
      await other.select(mailbox);
      return await work(other);
    } catch (error) {
      if (aside === made) closeAside();
      throw error;
    } finally {
      asideTimer = setTimeout(closeAside, 30_000);
    }
  };
  const result = asideQueue.then(run);
  asideQueue = result.catch(() => undefined);
  return result;
}
