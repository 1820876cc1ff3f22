// The command line of `npm start`: what it understands, what it says, when it ends.
import { once } from 'node:events';
import { BlockList, connect, isIP } from 'node:net';
import { parseArgs } from 'node:util';
import type { Target } from '@imaplib/bridge';
import { startDemo, type Demo, type DemoOptions } from './demo.ts';

const help = `Usage: npm start -- [options]

Starts the webmail page with a bridge and a sample mailbox, on this machine only.

  --port N              the page's port (8080)
  --imap imaps://HOST   your own mail server instead of the sample; imap://HOST for STARTTLS, HOST:PORT for
                        another port than 993 or 143
  --dovecot             the sample mailbox on a throw-away Dovecot, over TLS (needs dovecot-imapd)
  --help                this text
`;

function readOptions(argv: readonly string[]): DemoOptions | 'help' {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        imap: { type: 'string' },
        dovecot: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message.split('. ')[0] : String(error)}; see npm start -- --help`,
      { cause: error },
    );
  }
  if (values.help === true) return 'help';
  const port = Number(values.port ?? 8080);
  if (!/^\d*$/.test(values.port ?? '') || !(port <= 65_535)) {
    throw new Error(`--port ${values.port} is no port; give a number up to 65535.`);
  }
  if (values.imap !== undefined && values.dovecot === true) {
    throw new Error('--imap and --dovecot exclude each other: one is your own server, the other a sample.');
  }
  if (values.imap !== undefined) return { port, server: readServer(values.imap) };
  return { port, server: values.dovecot === true ? 'dovecot' : 'embedded' };
}

/** `imaps://HOST[:PORT]` or `imap://HOST[:PORT]`. */
function readServer(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'imaps:';
  if (url === undefined || (!secure && url.protocol !== 'imap:') || url.hostname === '') {
    throw new Error(
      `--imap ${text.replace(/\/\/.*@/, '//')} is no server; write imaps://imap.example.com or imap://192.0.2.1:143.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('--imap takes no user and no password; the page asks for them.');
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 993 : 143) : Number(url.port),
    tls: secure ? 'implicit' : 'none',
  };
}

const special = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  special.addSubnet(net, bits);
}
for (const [net, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  special.addSubnet(net, bits, 'ipv6');

/** Fails in one sentence when nobody answers; what speaks there is found out at sign-in. */
async function checkReachable({ host, port, tls }: Target): Promise<void> {
  const socket = connect({ host, port });
  let address = '';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject).once('connect', () => {
        address = socket.remoteAddress ?? '';
        resolve();
      });
      socket.setTimeout(8000, () => reject(new Error('no answer within 8 seconds')));
    });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(
      `${host} does not answer on port ${port} (${reason}); check the name, the port and your network.`,
      { cause: error },
    );
  } finally {
    socket.destroy();
  }
  // The bridge lets no name lead into these ranges; an address that is spelled out is meant.
  if (isIP(host) === 0 && special.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) {
    const spelled = isIP(address) === 6 ? `[${address}]` : address;
    const scheme = tls === 'implicit' ? 'imaps' : 'imap';
    throw new Error(
      `${host} is ${address}, an address of a private network, where no name may lead; write --imap ${scheme}://${spelled}:${port} instead.`,
    );
  }
}

/** Where the command line writes, and what asks it to end. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Aborts on Ctrl-C. */
  readonly asked: AbortSignal;
}

/** Runs until it is asked to end, or until it fails; gives the exit code. */
export async function run(
  argv: readonly string[],
  terminal: Terminal,
  more: DemoOptions = {},
): Promise<number> {
  let demo: Demo | undefined;
  try {
    const options = readOptions(argv);
    if (options === 'help') {
      terminal.out(help);
      return 0;
    }
    const { server } = options;
    if (typeof server === 'object') await checkReachable(server);
    demo = await startDemo({ ...more, ...options, onTrouble: (line) => terminal.err(`${line}\n`) });
    const what = typeof server === 'object' ? server.host : 'a sample mailbox (user demo, password demo)';
    terminal.out(`Webmail on ${demo.url} with ${what}. Ctrl-C stops it.\n`);
    if (!terminal.asked.aborted) await once(terminal.asked, 'abort');
    return 0;
  } catch (error) {
    terminal.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await demo?.stop();
  }
}
