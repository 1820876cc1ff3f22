// The console: commands typed by hand over the connection under diagnosis, each with what the server said to it.
import { signal } from '@preact/signals';
import { words } from '../mail/problem.ts';
import { literalOctets, maskedCommand, readCommand, readLogin, type TypedCommand } from './command-line.ts';
import {
  connected,
  connectionNumber,
  currentAccount,
  hide,
  isExposed,
  mailbox,
  refreshState,
  signedIn,
  startTls,
  useAccount,
  withoutSecrets,
} from './connection.ts';
import { History } from './history.ts';
import { listen, type TranscriptLine } from './transcript.ts';

export type Outcome = 'running' | 'OK' | 'NO' | 'BAD' | 'BYE' | 'failed';

/** A command and its answer. */
export interface Exchange {
  readonly id: number;
  /** Without secrets. */
  readonly command: string;
  readonly lines: readonly TranscriptLine[];
  /** Lines that are in the transcript only. */
  readonly more: number;
  readonly outcome: Outcome;
  readonly ms: number | null;
  /** Why it was not sent, or did not end. */
  readonly reason: string | null;
}

export const exchanges = signal<readonly Exchange[]>([]);
/** What ends the command under way, where something does: DONE for IDLE. */
export const stop = signal<(() => void) | null>(null);
export const isBusy = signal(false);
export const history = new History();

const MOST_EXCHANGES = 200;
const MOST_LINES = 300;

let nextId = 1;

function change(id: number, more: (exchange: Exchange) => Partial<Exchange>): void {
  exchanges.value = exchanges.value.map((one) => (one.id === id ? { ...one, ...more(one) } : one));
}

/** What the tagged line says; anything else says nothing. */
export function taggedStatus(line: Pick<TranscriptLine, 'from' | 'text'>): 'OK' | 'NO' | 'BAD' | null {
  if (line.from !== 'S') return null;
  const found = /^(?![*+])\S+ (OK|NO|BAD)\b/i.exec(line.text);
  return found === null ? null : (found[1]!.toUpperCase() as 'OK' | 'NO' | 'BAD');
}

/** Forgets what is on the console. */
export function clearConsole(): void {
  exchanges.value = exchanges.value.filter(({ outcome }) => outcome === 'running');
}

/**
 * Sends a line as it was typed, with the text of its literals. Never rejects: the exchange says what happened.
 *
 * @param password of a LOGIN, where it stands in a field of its own
 */
export async function send(line: string, literals: readonly string[] = [], password?: string): Promise<void> {
  const command = readCommand(line);
  if (command === null) return;
  const id = nextId++;
  const shown = withoutSecrets(maskedCommand(password === undefined ? line : `${line} ${password}`));
  history.add(maskedCommand(line));
  exchanges.value = [
    ...exchanges.value.slice(1 - MOST_EXCHANGES),
    { id, command: shown.trim(), lines: [], more: 0, outcome: 'running', ms: null, reason: null },
  ];
  isBusy.value = true;
  const begun = performance.now();
  let waiting: TranscriptLine[] = [];
  let status = 'failed' as Outcome;
  const show = (): void => {
    if (waiting.length === 0) return;
    const arrived = waiting;
    waiting = [];
    change(id, ({ lines, more }) => {
      const room = Math.max(0, MOST_LINES - lines.length);
      // The tagged answer is the last line and is always shown.
      const kept = arrived.filter((one, at) => at < room || taggedStatus(one) !== null);
      return { lines: [...lines, ...kept], more: more + arrived.length - kept.length };
    });
  };
  const timer = setInterval(show, 100);
  const unlisten = listen((heard) => {
    if (heard.connection !== connectionNumber()) return;
    status = taggedStatus(heard) ?? status;
    waiting.push(heard);
  });
  let reason: string | null = null;
  try {
    await perform(command, line, literals, password);
  } catch (error) {
    reason = withoutSecrets(words(error));
  } finally {
    clearInterval(timer);
    unlisten();
    show();
    isBusy.value = false;
    stop.value = null;
    refreshState();
    const outcome = status === 'failed' && reason === null ? 'OK' : status;
    // What the server has said to it stands there already.
    const told = status === 'NO' || status === 'BAD' ? null : reason;
    change(id, () => ({
      outcome: told === null ? outcome : 'failed',
      ms: performance.now() - begun,
      reason: told,
    }));
  }
}

async function perform(
  command: TypedCommand,
  line: string,
  literals: readonly string[],
  password: string | undefined,
): Promise<void> {
  const M = connected();
  const argument = command.texts.join('').trim();
  switch (command.name) {
    case 'LOGIN':
      return login(line, password);
    case 'AUTHENTICATE':
      return authenticate(argument);
    case 'STARTTLS':
      return startTls();
    case 'LOGOUT':
      return void (await M.logout());
    case 'IDLE':
      return idle();
    case 'COMPRESS':
      throw new Error('Not sent: this page does not compress, so it could not read what comes next.');
    default:
  }
  await M.typed(command, literals.map(literalOctets));
  if (/^(?:SELECT|EXAMINE)$/.test(command.name) && M.state === 'SELECTED') {
    mailbox.value = argument.replaceAll(/^"|"$/g, '');
  }
}

function checkExposure(): void {
  if (!isExposed()) return;
  throw new Error('Not sent: the connection is not encrypted and leaves this machine. Use STARTTLS first.');
}

async function login(line: string, apart: string | undefined): Promise<void> {
  const typed = readLogin(line);
  const password = apart ?? typed?.password;
  if (typed === null || password === null || password === undefined) {
    throw new Error('Not sent: LOGIN takes a user and a password.');
  }
  checkExposure();
  const who = { user: typed.user, password };
  hide(who);
  await connected().login(typed.user, password);
  useAccount(who);
  signedIn(typed.user);
}

async function authenticate(argument: string): Promise<void> {
  const [mechanism = '', response] = argument.split(/\s+/);
  const M = connected();
  const { user, password } = currentAccount();
  if (response !== undefined) {
    throw new Error('Not sent: the response is made from user and password above; name only the mechanism.');
  }
  if (user === '') throw new Error('Not sent: fill in user and password above, then connect or sign in.');
  checkExposure();
  switch (mechanism.toUpperCase()) {
    case 'PLAIN':
      await M.login_plain(user, password);
      break;
    case 'CRAM-MD5':
      await M.login_cram_md5(user, password);
      break;
    case 'LOGIN': {
      const answers = [user, password];
      await M.authenticate('LOGIN', () => answers.shift() ?? null);
      break;
    }
    default:
      throw new Error(`Not sent: this page knows PLAIN, LOGIN and CRAM-MD5, not “${mechanism}”.`);
  }
  signedIn(user);
}

/** Idles until somebody stops it. */
async function idle(): Promise<void> {
  const idler = connected().idle();
  await idler.start();
  refreshState();
  await new Promise<void>((resolve) => {
    stop.value = resolve;
    void connected().closed.then(() => resolve());
  });
  stop.value = null;
  await idler.done();
}
