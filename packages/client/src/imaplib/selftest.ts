// The module's test section as a program: the same steps, on mailboxes of its own, with nothing left behind.

import { abortable } from '../transport/abort.ts';
import { abort } from './errors.ts';
import type { IMAP4 } from './imap4.ts';
import { Journal, type JournalOptions, type SelftestStep } from './selftest/journal.ts';
import { findPlace } from './selftest/place.ts';
import { runSteps } from './selftest/steps.ts';
import { Traces } from './selftest/traces.ts';

export type { SelftestStep } from './selftest/journal.ts';

/** What the self-test needs. */
export interface SelftestOptions extends JournalOptions {
  /** Makes a connection; called once more to clean up where the first one was lost. */
  readonly connect: () => IMAP4;
  readonly user: string;
  /** A function is called for each sign-in, and not at all where the server has signed in already (PREAUTH). */
  readonly password: string | (() => string | Promise<string>);
  /** Upgrades to TLS before it signs in. */
  readonly starttls?: boolean | undefined;
  /** The mailbox below which it works; nothing may begin with it yet. `imaplib-selftest-` and a random number by default. */
  readonly prefix?: string | undefined;
  /** Each command as `create ("name")`, its answer as `create => OK ["done"]`, in the end `All tests OK.` */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Each command when it has ended. */
  readonly onStep?: ((step: SelftestStep) => void) | undefined;
  /** Stops it: the command under way ends, then everything is cleaned up. */
  readonly signal?: AbortSignal | undefined;
}

/** How the self-test ended. */
export interface SelftestResult {
  readonly ok: boolean;
  readonly steps: readonly SelftestStep[];
  /** What failed first, or null. */
  readonly error: Error | null;
  /** What a person may do about it, or null. */
  readonly hint: string | null;
  /** What could not be taken away again, or null where nothing was left behind. */
  readonly left: string | null;
}

/** Cleaning up takes no longer than this, whatever the server does. */
const CLEANUP_MS = 60_000;

/**
 * Runs the steps of imaplib's own test section: create, rename, append, list, select, search, fetch, store and so on,
 * on mailboxes of its own. Takes away again what it has put on the server, also where a step fails or `signal` stops
 * it. Never rejects.
 *
 * @example
 * const { ok } = await selftest({
 *   connect: () => new IMAP4_SSL('imap.example.com'),
 *   user: 'user',
 *   password: 'secret',
 *   onLine: console.log,
 * });
 */
export async function selftest(options: SelftestOptions): Promise<SelftestResult> {
  const journal = new Journal(options);
  const traces = new Traces();
  const error = await attempt(journal, options, traces);
  const left = traces.left;
  // Cleaning up may have steps behind it.
  const failed = journal.steps.find((step) => step.error !== null || step.typ === 'NO');
  const hint = error === null ? null : journal.masked(hintFor(error, failed?.command, left));
  journal.line('');
  journal.line(error === null ? 'All tests OK.' : 'Tests failed.');
  if (error !== null) journal.line(error.message);
  if (hint !== null) journal.line(hint);
  return { ok: error === null, steps: journal.steps, error, hint, left };
}

/** All of it; gives what went wrong. */
async function attempt(journal: Journal, options: SelftestOptions, traces: Traces): Promise<Error | null> {
  let M: IMAP4 | null = null;
  try {
    M = options.connect();
    await signIn(journal, M, options);
    const run = randomName();
    const place = await findPlace(journal, M, options.prefix ?? `imaplib-selftest-${run}`);
    await runSteps(journal, M, place, traces, testMessage(options.user, run));
    await traces.remove(journal, M);
    await journal.run(M, 'logout');
    return null;
  } catch (reason) {
    const failure = reason instanceof Error ? reason : new Error(String(reason));
    await cleanUp(journal, options, traces, M);
    return failure;
  } finally {
    M?.shutdown();
  }
}

async function signIn(journal: Journal, M: IMAP4, options: SelftestOptions): Promise<void> {
  const { user, password, starttls = false } = options;
  await journal.record('connect', [], async () => {
    await M.ready;
    return ['OK', [M.welcome]];
  });
  if (starttls) await journal.run(M, 'starttls');
  journal.line(`PROTOCOL_VERSION = ${M.PROTOCOL_VERSION}`);
  journal.line(`CAPABILITIES = ${M.capabilities.join(' ')}`);
  if (M.state === 'AUTH') return;
  const secret =
    typeof password === 'string' ? password : await abortable(Promise.resolve(password()), journal.signal);
  journal.hide(secret);
  await journal.run(M, 'login', user, secret);
}

/** After a failure: on the connection that is there, else on a new one. What remains stays in `traces`. */
async function cleanUp(
  journal: Journal,
  options: SelftestOptions,
  traces: Traces,
  M: IMAP4 | null,
): Promise<void> {
  if (traces.isEmpty) return;
  journal.line('');
  journal.line('Cleaning up.');
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException('cleaning up took too long', 'TimeoutError')),
    CLEANUP_MS,
  );
  journal.signal = late.signal;
  const remove = async (connection: IMAP4, isNew: boolean): Promise<boolean> => {
    try {
      if (isNew) await signIn(journal, connection, options);
      await traces.remove(journal, connection);
      await journal.run(connection, 'logout');
    } catch {
      // The journal has it; what has not been removed stands in the result.
    } finally {
      connection.shutdown();
    }
    return traces.isEmpty;
  };
  try {
    if (M !== null && !journal.isWaiting && (await remove(M, false))) return;
    M?.shutdown();
    await remove(options.connect(), true);
  } catch {
    // No other connection can be made; the result tells what is left.
  } finally {
    clearTimeout(timer);
  }
}

function testMessage(user: string, run: string): { readonly message: string; readonly messageId: string } {
  const from = user.includes('@') ? user : `${user}@localhost`;
  const messageId = `<${run}@imaplib-selftest>`;
  return {
    messageId,
    message: `From: ${from}\nSubject: IMAP4 test\nMessage-ID: ${messageId}\n\ndata...\n`,
  };
}

function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (octet) =>
    octet.toString(16).padStart(2, '0'),
  ).join('');
}

function hintFor(error: Error, command: string | undefined, left: string | null): string {
  if (left !== null) {
    return `${left} could not be taken away: please delete it by hand.`;
  }
  if (error instanceof RangeError || error.name === 'AbortError') return 'Nothing was left behind.';
  switch (command) {
    case 'connect':
      return 'Check host, port and TLS, and that the bridge (if there is one) allows this server.';
    case 'login':
      return 'Check user and password. Some providers want a password that is made for one program only.';
    case 'create':
    case 'CREATE':
      return 'The server may want its mailboxes elsewhere: try another prefix.';
    default:
      return error instanceof abort
        ? 'The connection was lost: try again. Nothing was left behind.'
        : 'Nothing was left behind.';
  }
}
