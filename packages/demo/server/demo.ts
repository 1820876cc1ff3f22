// The page with all that it needs behind it: a bridge that serves it, and a mail server to look at.
// Loopback only; it reaches the one server that was named, no other host, no command.
import { readFile } from 'node:fs/promises';
import { createBridge, type Bridge, type LogEntry, type Target } from '@imaplib/bridge';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageConfig } from './config.ts';
import { startDovecot } from './dovecot.ts';
import { startEmbedded } from './embedded.ts';
import type { SeedMessage } from './mailbox.ts';
import { lateLetter, sampleMailbox } from './sample/index.ts';

export interface DemoOptions {
  /** The page's port; 8080 when left out, 0 for a free one. */
  readonly port?: number;
  /** Which mail server stands behind it: one in this process, a throw-away Dovecot, or one that is there. */
  readonly server?: 'embedded' | 'dovecot' | Target;
  /** The built page; where the build puts it when left out. */
  readonly pageFolder?: string;
  /** How long after the first sign-in a new message arrives in the sample mailbox, in milliseconds. */
  readonly newMailAfter?: number;
  /** Hears of refusals and failed connections. */
  readonly onTrouble?: (line: string) => void;
}

export interface Demo {
  /** The page's address. */
  readonly url: string;
  /** New mail in the sample mailbox. @throws Error where the server is somebody's own */
  deliver(message: SeedMessage): Promise<void>;
  stop(): Promise<void>;
}

/** A mail server behind the bridge, and what the page is told about it. */
interface Backend {
  readonly target: Target;
  readonly config: Pick<PageConfig, 'targets' | 'sample'>;
  deliver(message: SeedMessage): Promise<void>;
  stop(): Promise<void>;
}

const account = { user: 'demo', password: 'demo' };
const name = 'sample';

/**
 * Starts everything.
 *
 * @throws Error with one sentence that says what is missing or taken
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const folder = options.pageFolder ?? fileURLToPath(new URL('../page', import.meta.url));
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`There is no built page in ${folder}; "npm run build" makes it.`);
  }
  const port = options.port ?? 8080;
  const backend = await startBackend(options.server ?? 'embedded');

  let timer: NodeJS.Timeout | undefined;
  const log = (entry: LogEntry): void => {
    if (entry.event === 'opened' && timer === undefined && backend.config.sample !== undefined) {
      timer = setTimeout(() => {
        backend.deliver(lateLetter(new Date())).catch((error: Error) => options.onTrouble?.(error.message));
      }, options.newMailAfter ?? 20_000);
    }
    if (entry.level !== 'info' || entry.event === 'failed') options.onTrouble?.(told(entry));
  };

  const config: PageConfig = { bridge: '/imap', allowHosts: false, ...backend.config };
  const target = config.targets[0]?.name ?? name;
  let bridge: Bridge | undefined;
  const stop = async (): Promise<void> => {
    clearTimeout(timer);
    await bridge?.close();
    await backend.stop();
  };
  try {
    bridge = createBridge({
      port,
      log,
      staticDir: folder,
      staticFiles: { '/config.json': { type: 'application/json', body: JSON.stringify(config) } },
      targets: { [target]: backend.target },
    });
    await bridge.listen();
  } catch (error) {
    await stop();
    throw isTaken(error)
      ? new Error(`Port ${port} is taken; choose another one: npm start -- --port ${port + 1}`, {
          cause: error,
        })
      : error;
  }
  return { url: `http://127.0.0.1:${bridge.port}/`, deliver: (message) => backend.deliver(message), stop };
}

async function startBackend(server: 'embedded' | 'dovecot' | Target): Promise<Backend> {
  const mailbox = sampleMailbox({ now: new Date() });
  const sample = { target: name, ...account };
  if (server === 'embedded') {
    const embedded = await startEmbedded({ mailbox });
    const description = 'A few hundred made-up messages; everything is forgotten when the server stops.';
    return {
      target: { host: embedded.host, port: embedded.port, tls: 'none' },
      config: { targets: [{ name, label: 'Sample mailbox', description }], sample },
      deliver: async (message) => embedded.deliver(message),
      stop: () => embedded.stop(),
    };
  }
  if (server === 'dovecot') {
    const { user, password } = account;
    const dovecot = await startDovecot({
      users: { [user]: password },
      mailboxes: { [user]: mailbox.folders },
    });
    const description = 'A few hundred made-up messages on a throw-away Dovecot, over TLS.';
    const ca = await readFile(dovecot.ca, 'utf8');
    return {
      target: { host: dovecot.host, port: dovecot.tlsPort, tls: 'implicit', servername: 'localhost', ca },
      config: { targets: [{ name, label: 'Sample mailbox', description }], sample },
      deliver: (message) => dovecot.deliver(user, message),
      stop: () => dovecot.stop(),
    };
  }
  const description = `${server.host}, port ${server.port}, ${server.tls === 'implicit' ? 'TLS' : 'STARTTLS'}`;
  return {
    target: server,
    config: { targets: [{ name: 'mail', label: server.host, description }] },
    deliver: () => Promise.reject(new Error('New mail can be made for the sample mailbox only.')),
    stop: () => Promise.resolve(),
  };
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  [error, error.cause].some((one) => one instanceof Error && 'code' in one && one.code === 'EADDRINUSE');

/** An event of the bridge as a line for a person. */
function told({ time: _time, level: _level, event, id: _id, ...fields }: LogEntry): string {
  const known = Object.entries(fields).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  return `${event}: ${known.map(([key, value]) => `${key} ${String(value)}`).join(', ')}`;
}
