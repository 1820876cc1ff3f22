// The module's own test section, run from the page over a connection of its own.
import { signal } from '@preact/signals';
import { selftest, type SelftestResult, type SelftestStep } from '@imaplib/client/imaplib';
import { anotherWay, currentAccount, destination, moments, withoutSecrets } from './connection.ts';
import { labelOf } from './destination.ts';
import { SelfTestIMAP4 } from './self-test-connection.ts';

export type SelfTestState = 'never' | 'running' | 'stopping' | 'done';

/** The steps in their order, as they are before they run; a server that lacks something has fewer. */
export const plan: readonly string[] = [
  'connect',
  'login',
  'namespace',
  'list',
  'create',
  'rename',
  'create',
  'append',
  'list',
  'select',
  'search',
  'fetch',
  'store',
  'namespace',
  'expunge',
  'recent',
  'close',
  'list',
  'delete',
  'delete',
  'select INBOX',
  'response UIDVALIDITY',
  'uid SEARCH',
  'uid FETCH',
  'response EXISTS',
  'append INBOX',
  'recent',
  // What is taken away again.
  'select INBOX',
  'uid SEARCH',
  'uid STORE',
  'uid EXPUNGE',
  'lsub',
  'list',
  'delete',
  'logout',
];

export const prefix = signal(newPrefix());
export const testState = signal<SelfTestState>('never');
export const testSteps = signal<readonly SelftestStep[]>([]);
export const testLines = signal<readonly string[]>([]);
export const testResult = signal<SelftestResult | null>(null);

let stopper = new AbortController();

/** A name that nobody has. */
export function newPrefix(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return `imaplib-selftest-${random.toString(36).padStart(6, '0').slice(-6)}`;
}

/** Runs the test. Never rejects: the result says how it ended. */
export async function runSelfTest(): Promise<void> {
  const to = destination.value;
  if (to === null || testState.value === 'running') return;
  const { user, password } = currentAccount();
  // As the connection that stands has done it.
  const needsTls = moments.value.some(({ name }) => name === 'tls');
  const abort = new AbortController();
  stopper = abort;
  testState.value = 'running';
  testSteps.value = [];
  testLines.value = [];
  testResult.value = null;
  const result = await selftest({
    connect: () => new SelfTestIMAP4(anotherWay('self-test', to), needsTls),
    user,
    password,
    prefix: prefix.value,
    signal: abort.signal,
    onLine: (line) => {
      testLines.value = [...testLines.value, withoutSecrets(line)];
    },
    onStep: (step) => {
      testSteps.value = [...testSteps.value, step];
    },
  });
  testResult.value = result;
  testState.value = 'done';
  // What this run has used may still be there; the next begins with a new name.
  prefix.value = newPrefix();
}

/** Lets the command under way end, then cleans up. */
export function stopSelfTest(): void {
  if (testState.value !== 'running') return;
  testState.value = 'stopping';
  stopper.abort(new DOMException('Stopped.', 'AbortError'));
}

/** The last run as text: what was asked, what was answered, how it ended. */
export function report(): string {
  const to = destination.value;
  const head = `IMAP self-test of ${to === null ? 'a server' : labelOf(to)}, ${new Date().toISOString()}\n\n`;
  return `${head}${testLines.value.join('\n')}\n`;
}
