// An IMAP server in this process, for a page without a mail server: hoodiecrow, put right where it errs.
// It forgets everything when it stops, and listens on loopback only, without TLS.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import hoodiecrow from 'hoodiecrow-imap';
import { repairs } from './embedded/plugin.ts';
import { storageOf } from './embedded/storage.ts';
import { internalDate, modifiedUtf7, type SeedMailbox, type SeedMessage } from './mailbox.ts';

export interface EmbeddedOptions {
  readonly mailbox: SeedMailbox;
  /** A free one when left out. */
  readonly port?: number;
  /** Names and passwords; all see the same mailbox. `demo` with `demo` when left out. */
  readonly users?: Readonly<Record<string, string>>;
}

export interface Embedded {
  readonly host: string;
  readonly port: number;
  /** A new message arrives; whoever idles hears of it at once. */
  deliver(message: Uint8Array | SeedMessage, path?: string): void;
  /** Ends all connections as a lost network does, without a word; the server goes on. */
  cut(): void;
  stop(): Promise<void>;
}

// Without CONDSTORE: it answers UID FETCH CHANGEDSINCE with everything and without MODSEQ. Without STARTTLS: its
// certificate has expired, and nothing leaves this machine.
const plugins = ['ID', 'NAMESPACE', 'IDLE', 'ENABLE', 'LITERALPLUS', 'UNSELECT', 'MOVE', 'UIDPLUS'];
const more = ['SPECIAL-USE', 'CREATE-SPECIAL-USE', 'SASL-IR', 'AUTH-PLAIN'];

/**
 * Starts the server, a few milliseconds.
 *
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startEmbedded({
  mailbox,
  port = 0,
  users = { demo: 'demo' },
}: EmbeddedOptions): Promise<Embedded> {
  const host = '127.0.0.1';
  const imap = hoodiecrow({
    plugins: [...plugins, ...more, repairs],
    users: Object.fromEntries(Object.entries(users).map(([user, password]) => [user, { password }])),
    storage: storageOf(mailbox, Math.floor(Date.now() / 1000)),
    id: { name: 'Sample mailbox', vendor: 'hoodiecrow-imap' },
  });

  const sockets = new Set<Socket>();
  imap.server.on('connection', (socket) => {
    sockets.add(socket);
    // One that is cut reports it; hoodiecrow has stopped listening by then.
    socket.setNoDelay(true).on('close', () => {
      sockets.delete(socket);
      socket.on('error', () => undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    imap.server.once('error', reject);
    imap.listen(port, host, () => {
      imap.server.off('error', reject);
      resolve();
    });
  });

  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    host,
    port: (imap.server.address() as AddressInfo).port,
    deliver: (message, path = 'INBOX') => {
      const { raw, flags, date } =
        message instanceof Uint8Array ? { raw: message, flags: [], date: new Date() } : message;
      const folder = modifiedUtf7(path);
      if (imap.getMailbox(folder) === undefined) throw new Error(`The embedded server has no folder ${path}`);
      imap.appendMessage(folder, flags, internalDate(date), Buffer.from(raw).toString('latin1'));
    },
    cut,
    stop: async () => {
      const closed = once(imap.server, 'close');
      imap.server.close();
      cut();
      await closed;
    },
  };
}
