// An ImapClient over a connection in memory, for tests.

import { memoryPair, type MemoryPairOptions, type MemoryServer } from '../../transport/pair.ts';
import { Transcript } from '../../session/testing/transcript.ts';
import { ImapClient } from '../client.ts';
import type { ClientEvents, ClientListeners, ConnectOptions } from '../types.ts';

/** What a client has told, one line an event. */
export function record(told: string[]): ClientListeners {
  const say =
    <Type extends keyof ClientEvents>(type: Type) =>
    (event: ClientEvents[Type]): void => {
      told.push(`${type} ${Object.values(event).map(describe).join(' ')}`.trimEnd());
    };
  return {
    exists: say('exists'),
    expunge: say('expunge'),
    vanished: say('vanished'),
    fetch: say('fetch'),
    searchUpdate: say('searchUpdate'),
    progress: say('progress'),
    alert: say('alert'),
    warning: say('warning'),
    drain: say('drain'),
    close: say('close'),
  };
}

function describe(value: unknown): string {
  if (value instanceof Error) return value.message;
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner,
  );
}

/** A client, its server and what it has told. */
export interface OpenedClient {
  readonly client: ImapClient;
  readonly server: MemoryServer;
  readonly script: Transcript;
  readonly told: string[];
}

/** A connection whose greeting has not been sent yet. */
export function connecting(
  options: Partial<ConnectOptions> & { readonly pair?: MemoryPairOptions } = {},
): Omit<OpenedClient, 'client'> & { readonly client: Promise<ImapClient> } {
  const { pair = {}, ...more } = options;
  const { client: stream, server } = memoryPair(pair);
  const told: string[] = [];
  const script = new Transcript(server);
  const client = ImapClient.connect({
    transport: () => Promise.resolve(stream),
    on: record(told),
    autoIdle: false,
    ...more,
  });
  client.catch(() => {}); // a test that expects it to fail looks at it later
  return { client, server, script, told };
}

/** A client that is signed in, with INBOX selected (three messages, UIDVALIDITY 7) unless told otherwise. */
export async function openClient({
  capabilities = 'UIDPLUS MOVE UNSELECT IDLE LITERAL+',
  selected = true,
  ...options
}: Partial<ConnectOptions> & {
  readonly capabilities?: string;
  readonly selected?: boolean;
  readonly pair?: MemoryPairOptions;
} = {}): Promise<OpenedClient> {
  const opened = connecting({ pair: { local: true }, ...options });
  await opened.script.say(`* PREAUTH [CAPABILITY IMAP4rev1 ${capabilities}] ready\r\n`);
  const client = await opened.client;
  if (selected) {
    const selecting = client.select('INBOX');
    await opened.script.play(`
      C: $ SELECT INBOX
      S: * FLAGS (\\Seen \\Deleted)
      S: * 3 EXISTS
      S: * 0 RECENT
      S: * OK [PERMANENTFLAGS (\\Seen \\*)] x
      S: * OK [UNSEEN 2] x
      S: * OK [UIDVALIDITY 7] x
      S: * OK [UIDNEXT 10] x
      S: * OK [HIGHESTMODSEQ 5000000000] x
      S: $ OK [READ-WRITE] done
    `);
    await selecting;
  }
  return { ...opened, client };
}
