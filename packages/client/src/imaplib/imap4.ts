// IMAP4, IMAP4_SSL and IMAP4_stream: what they connect to, and the commands in capitals.

import { CommandMethods } from './command-methods.ts';
import { Commands, IMAP4_PORT, IMAP4_SSL_PORT } from './commands.ts';
import type { Connection, IMAP4Options } from './connection.ts';
import type { Server } from './server.ts';

type UpperCase<Methods, Names extends keyof Methods & string> = {
  readonly [Name in Names as Uppercase<Name>]: Methods[Name];
};

/** The methods that are commands: each has its name in capitals as well. */
type CommandName = Exclude<
  {
    [Name in keyof CommandMethods & string]: CommandMethods[Name] extends (...args: never) => unknown
      ? Name
      : never;
  }[keyof CommandMethods & string],
  keyof Connection | 'recent' | 'response' | 'xatom' | 'login_plain' | 'login_cram_md5'
>;

/**
 * A connection to an IMAP server, as Python's `imaplib.IMAP4`.
 *
 * @example
 * const M = new IMAP4('imap.example.com');
 * await M.starttls();
 * await M.login('user', 'secret');
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the loop below makes it true
export class IMAP4 extends CommandMethods {
  declare readonly host: string | null;
  declare readonly port: number | null;

  /**
   * Connecting begins at once; every command waits for it, and so does {@link ready}.
   *
   * @param host empty for the local host of the bridge
   * @param options a number is the timeout in seconds, as in Python
   * @throws RangeError for a timeout of 0 or less
   */
  constructor(
    host: string | null = '',
    port: number | null = IMAP4_PORT,
    options: IMAP4Options | number = {},
  ) {
    super(host, port, options);
  }

  /** Makes an instance and waits until its connection stands. */
  static async connect<Arguments extends unknown[], Instance extends { readonly ready: Promise<void> }>(
    this: new (...args: Arguments) => Instance,
    ...args: Arguments
  ): Promise<Instance> {
    const instance = new this(...args);
    await instance.ready;
    return instance;
  }

  protected server(host: string | null, port: number | null): Server {
    return { host: host ?? '', port: port ?? IMAP4_PORT, tls: 'none' };
  }
}

/** Every command in capitals too: `M.NOOP()`. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the loop below makes it true
export interface IMAP4 extends UpperCase<CommandMethods, CommandName> {}

for (const name of Object.keys(Commands)) {
  const method = name.toLowerCase();
  if (!(method in IMAP4.prototype)) continue; // EXAMINE is what select() sends
  Object.defineProperty(IMAP4.prototype, name, {
    configurable: true,
    // Asked for at the call: a subclass that overrides the method has overridden this name as well.
    get(this: Record<string, unknown>) {
      return this[method];
    },
  });
}

/** What {@link IMAP4_SSL} takes beside the options of {@link IMAP4}. */
export interface IMAP4SSLOptions extends IMAP4Options {
  /** The name of a client certificate with its key that the bridge holds; one of the two is enough. */
  readonly keyfile?: string | undefined;
  readonly certfile?: string | undefined;
}

/** The same over TLS. The certificate is verified, by the bridge or whatever carries the bytes. */
export class IMAP4_SSL extends IMAP4 {
  readonly keyfile: string | null;
  readonly certfile: string | null;

  constructor(host: string = '', port: number = IMAP4_SSL_PORT, options: IMAP4SSLOptions | number = {}) {
    const { keyfile = null, certfile = null } = typeof options === 'number' ? {} : options;
    if (keyfile !== null && certfile !== null && keyfile !== certfile) {
      throw new RangeError('keyfile and certfile name one client certificate of the bridge: give one name');
    }
    super(host, port, options);
    this.keyfile = keyfile;
    this.certfile = certfile;
  }

  protected override server(host: string | null, port: number | null): Server {
    const clientCertificate = this.certfile ?? this.keyfile;
    return {
      host: host ?? '',
      port: port ?? IMAP4_SSL_PORT,
      tls: 'implicit',
      ...(clientCertificate !== null && { clientCertificate }),
    };
  }
}

/** The same over the input and output of a command. */
export class IMAP4_stream extends IMAP4 {
  readonly command: string;

  /** @param command the name of a command in the bridge's configuration */
  constructor(command: string, options: IMAP4Options = {}) {
    super(null, null, options);
    this.command = command;
  }

  protected override server(): Server {
    return { command: this.command };
  }
}
