// Whatever text a call is given: the server gets one command of the shape that harmless text has, or none.

import { describe, expect, it } from 'vitest';
import * as commands from '../commands/index.ts';
import { memoryPair } from '../transport/pair.ts';
import { receive, type Part, type ReceivedCommand } from '../wire/testing/server-parser.ts';
import { appendAll } from './append-all.ts';
import { ImapClient } from './client.ts';
import { replaceMessage } from './replace-message.ts';

const capabilities =
  `IMAP4rev1 LITERAL+ ENABLE UIDPLUS MOVE UNSELECT NAMESPACE ID CONDSTORE QRESYNC ESEARCH SEARCHRES WITHIN
  SEARCH=FUZZY SORT SORT=DISPLAY ESORT THREAD=REFERENCES LIST-EXTENDED LIST-STATUS LIST-MYRIGHTS LIST-METADATA SPECIAL-USE
  CREATE-SPECIAL-USE XLIST MULTIAPPEND CATENATE REPLACE BINARY QUOTA QUOTASET ACL METADATA METADATA-SERVER
  ANNOTATE-EXPERIMENT-1 OBJECTID PREVIEW SAVEDATE PARTIAL NOTIFY CONTEXT=SEARCH MULTISEARCH X-GM-EXT-1`.replaceAll(
    /\s+/g,
    ' ',
  );

const hostile = [
  '\r\nX1 LOGOUT\r\n',
  'x\r\nX1 LOGOUT',
  '\n',
  '\r',
  'a\0b',
  'x {5}',
  'x {5+}',
  '{5}',
  '{5+}\r\n',
  '~{5}',
  '"',
  '\\',
  '" LOGOUT "',
  'x) LOGOUT (',
  '(',
  ')',
  'x] FLAGS BODY[1',
  'x]<0.1> FLAGS',
  ']',
  '[',
  '\ud800',
  '\udc00x',
  '\x01\x1b[2J\x7f',
  'é\u2028\ud83d\ude00',
  'x'.repeat(2000),
  'ü'.repeat(600),
  '* OK',
  '+ x',
  'NIL',
  ' ',
  'a b',
  '%',
  '*',
  '',
];

interface Call {
  /** The command that may come. */
  readonly verb: string;
  readonly make: (client: ImapClient, value: string) => Promise<unknown>;
  /** What is harmless here; a word, where absent. */
  readonly harmless?: string;
}

const set = '1:3';
const message = 'Subject: x\r\n\r\n';
const first = (rows: AsyncIterable<unknown>): Promise<unknown> => rows[Symbol.asyncIterator]().next();
const read = (stream: ReadableStream<unknown>): Promise<unknown> => stream.getReader().read();

const calls: Record<string, Call> = {
  'login, user': { verb: 'LOGIN', make: (client, user) => client.login({ user, pass: 'x' }) },
  'login, password': { verb: 'LOGIN', make: (client, pass) => client.login({ user: 'x', pass }) },
  list: { verb: 'LIST', make: (client, value) => first(client.list(value)) },
  'list, reference': { verb: 'LIST', make: (client, reference) => first(client.list('x', { reference })) },
  lsub: { verb: 'LSUB', make: (client, value) => first(client.lsub(value)) },
  status: { verb: 'STATUS', make: (client, value) => client.status(value, ['messages']) },
  'status, item': {
    verb: 'STATUS',
    make: (client, value) => client.status('x', [value as 'unseen']),
    harmless: 'unseen',
  },
  select: { verb: 'SELECT', make: (client, value) => client.select(value) },
  examine: { verb: 'EXAMINE', make: (client, value) => client.select(value, { readOnly: true }) },
  'fetch, set': {
    verb: 'FETCH',
    make: (client, value) => first(client.fetch(value, { flags: true })),
    harmless: '1',
  },
  'fetch, section': {
    verb: 'FETCH',
    make: (client, value) => first(client.fetch(set, { sections: [value] })),
    harmless: '1',
  },
  'fetch, headers': {
    verb: 'FETCH',
    make: (client, value) => first(client.fetch(set, { sections: [`HEADER.FIELDS (${value})`] })),
  },
  'fetch, sizes': {
    verb: 'FETCH',
    make: (client, value) => first(client.fetch(set, { binarySizes: [value] })),
    harmless: '1',
  },
  download: { verb: 'FETCH', make: (client, value) => read(client.download(1, `1${value}`)), harmless: '' },
  'store, set': {
    verb: 'STORE',
    make: (client, value) => client.store(value, { add: ['x'] }),
    harmless: '1',
  },
  'store, flag': { verb: 'STORE', make: (client, value) => client.store(set, { add: [value] }) },
  copy: { verb: 'COPY', make: (client, value) => client.copy(set, value) },
  'copy, set': { verb: 'COPY', make: (client, value) => client.copy(value, 'x'), harmless: '1' },
  move: { verb: 'MOVE', make: (client, value) => client.move(set, value) },
  append: { verb: 'APPEND', make: (client, value) => client.append(value, message) },
  'append, flag': {
    verb: 'APPEND',
    make: (client, value) => client.append('x', message, { flags: [value] }),
  },
  'append, message': { verb: 'APPEND', make: (client, value) => client.append('x', value) },
  appendAll: {
    verb: 'APPEND',
    make: (client, value) => appendAll(client, value, [{ message }, { message, flags: ['x'] }]),
  },
  'appendAll, message': {
    verb: 'APPEND',
    make: (client, value) => appendAll(client, 'x', [{ message: value }, { message }]),
  },
  replaceMessage: {
    verb: 'REPLACE',
    make: (client, mailbox) => replaceMessage(client, 1, { message, mailbox }),
  },
  expunge: { verb: 'EXPUNGE', make: (client, value) => client.expunge(value), harmless: '1' },
  create: { verb: 'CREATE', make: (client, value) => client.create(value) },
  'create, use': {
    verb: 'CREATE',
    make: (client, value) => client.run(commands.create, { mailbox: 'x', use: [value] }),
    harmless: '\\Sent',
  },
  delete: { verb: 'DELETE', make: (client, value) => client.delete(value) },
  rename: { verb: 'RENAME', make: (client, value) => client.rename(value, 'x') },
  'rename, to': { verb: 'RENAME', make: (client, value) => client.rename('x', value) },
  subscribe: { verb: 'SUBSCRIBE', make: (client, value) => client.subscribe(value) },
  unsubscribe: { verb: 'UNSUBSCRIBE', make: (client, value) => client.unsubscribe(value) },
  'a mailbox as the server named it': {
    verb: 'DELETE',
    make: (client, value) => client.delete({ name: 'x', raw: new TextEncoder().encode(value) }),
  },
  ...Object.fromEntries(
    (
      [
        'from',
        'to',
        'cc',
        'bcc',
        'subject',
        'body',
        'text',
        'keyword',
        'unkeyword',
        'emailId',
        'threadId',
        'gmailRaw',
        'gmailLabels',
      ] as const
    ).map((key): [string, Call] => [
      `search, ${key}`,
      { verb: 'SEARCH', make: (client, value) => client.search({ [key]: value }) },
    ]),
  ),
  'search, header': { verb: 'SEARCH', make: (client, value) => client.search({ header: ['x', value] }) },
  "search, header's name": {
    verb: 'SEARCH',
    make: (client, value) => client.search({ header: [value, 'x'] }),
  },
  'search, UIDs': { verb: 'SEARCH', make: (client, uid) => client.search({ uid }), harmless: '1' },
  'search, nested': {
    verb: 'SEARCH',
    make: (client, value) =>
      client.search({ or: [{ not: { subject: value } }, { fuzzy: { and: [{ body: value }] } }] }),
  },
  'sort, key': { verb: 'SORT', make: (client, value) => client.sort([value as 'cc'], {}), harmless: 'cc' },
  sort: { verb: 'SORT', make: (client, value) => client.sort(['cc'], { subject: value }) },
  enable: { verb: 'ENABLE', make: (client, value) => client.run(commands.enable, { extensions: [value] }) },
  thread: {
    verb: 'THREAD',
    make: (client, value) =>
      client.run(commands.thread, { algorithm: 'REFERENCES', query: { text: value }, uid: true }),
  },
  multiSearch: {
    verb: 'ESEARCH',
    make: (client, value) =>
      client.run(commands.multiSearch, { sources: [{ mailboxes: [value, 'x'] }], query: { text: value } }),
  },
  searchExtended: {
    verb: 'SEARCH',
    make: (client, value) =>
      client.run(commands.searchExtended, { query: { text: value }, uid: true, returns: { count: true } }),
  },
  catenate: {
    verb: 'APPEND',
    make: (client, value) =>
      client.run(commands.catenate, { mailbox: 'x', parts: [{ url: value }, { text: 'x' }] }),
  },
  'catenate, text': {
    verb: 'APPEND',
    make: (client, value) => client.run(commands.catenate, { mailbox: value, parts: [{ text: value }] }),
  },
  'catenate, URL': {
    verb: 'APPEND',
    make: (client, value) =>
      client.run(commands.catenate, {
        mailbox: 'x',
        parts: [{ url: commands.imapUrl({ mailbox: value, uid: 1, section: value }) }],
      }),
  },
  getAcl: { verb: 'GETACL', make: (client, mailbox) => client.run(commands.getAcl, { mailbox }) },
  myRights: { verb: 'MYRIGHTS', make: (client, mailbox) => client.run(commands.myRights, { mailbox }) },
  listRights: {
    verb: 'LISTRIGHTS',
    make: (client, identifier) => client.run(commands.listRights, { mailbox: 'x', identifier }),
  },
  deleteAcl: {
    verb: 'DELETEACL',
    make: (client, identifier) => client.run(commands.deleteAcl, { mailbox: 'x', identifier }),
  },
  setAcl: {
    verb: 'SETACL',
    make: (client, identifier) => client.run(commands.setAcl, { mailbox: 'x', identifier, rights: 'lr' }),
  },
  'setAcl, rights': {
    verb: 'SETACL',
    make: (client, rights) => client.run(commands.setAcl, { mailbox: 'x', identifier: 'x', rights }),
    harmless: 'lr',
  },
  getMetadata: {
    verb: 'GETMETADATA',
    make: (client, value) => client.run(commands.getMetadata, { mailbox: 'x', entries: [value] }),
    harmless: '/private/x',
  },
  setMetadata: {
    verb: 'SETMETADATA',
    make: (client, value) => client.run(commands.setMetadata, { mailbox: 'x', values: { [value]: 'x' } }),
    harmless: '/private/x',
  },
  'setMetadata, value': {
    verb: 'SETMETADATA',
    make: (client, value) =>
      client.run(commands.setMetadata, { mailbox: 'x', values: { '/private/x': value } }),
  },
  getQuota: { verb: 'GETQUOTA', make: (client, root) => client.run(commands.getQuota, { root }) },
  getQuotaRoot: {
    verb: 'GETQUOTAROOT',
    make: (client, mailbox) => client.run(commands.getQuotaRoot, { mailbox }),
  },
  setQuota: {
    verb: 'SETQUOTA',
    make: (client, root) => client.run(commands.setQuota, { root, limits: { STORAGE: 1 } }),
  },
  'setQuota, resource': {
    verb: 'SETQUOTA',
    make: (client, value) => client.run(commands.setQuota, { root: 'x', limits: { [value]: 1 } }),
  },
  id: { verb: 'ID', make: (client, name) => client.run(commands.id, { name }) },
  'id, field': { verb: 'ID', make: (client, value) => client.run(commands.id, { [value]: 'x' }) },
  listExtended: {
    verb: 'LIST',
    make: (client, value) => client.run(commands.listExtended, { reference: value, patterns: [value, 'x'] }),
  },
  storeLabels: {
    verb: 'STORE',
    make: (client, value) => client.run(commands.storeLabels, { set, uid: true, change: { add: [value] } }),
  },
  xlist: { verb: 'XLIST', make: (client, pattern) => client.run(commands.xlist, { reference: '', pattern }) },
  cancelUpdate: {
    verb: 'CANCELUPDATE',
    make: (client, value) => client.run(commands.cancelUpdate, { tags: [value] }),
  },
  notify: {
    verb: 'NOTIFY',
    make: (client, value) =>
      client.run(commands.notify, {
        groups: [{ mailboxes: { names: [value] }, events: ['MailboxName'] }],
      } as never),
  },
};

/** The shape of a command: which of its parts are lists. A search in ASCII names no character set. */
type Shape = 'text' | readonly Shape[];
function shapeOf(parts: readonly Part[]): Shape {
  const charset = parts.findIndex((part) => part.kind === 'word' && part.text === 'CHARSET');
  const counted = charset < 0 ? parts : parts.toSpliced(charset, 2);
  return counted.map((part) => (part.kind === 'list' ? shapeOf(part.parts) : 'text'));
}

/** Makes the call on a connection of its own, whose server refuses everything; gives what came. */
async function received({ verb, make }: Call, value: string): Promise<ReceivedCommand[]> {
  const { client: stream, server } = memoryPair({ local: true });
  const isOpen = verb !== 'LOGIN' && verb !== 'ENABLE';
  const came: ReceivedCommand[] = [];
  const serve = async (): Promise<void> => {
    let bytes: Uint8Array = new Uint8Array(0);
    for await (const chunk of server.readable as unknown as AsyncIterable<Uint8Array>) {
      bytes = Uint8Array.from([...bytes, ...chunk]);
      for (let command = receive(bytes); command !== null; command = receive(bytes)) {
        bytes = bytes.slice(command.length);
        came.push(command);
        const isSelect = came.length === 1 && isOpen;
        await server.send(
          isSelect
            ? `* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n${command.tag} OK [READ-WRITE] x\r\n`
            : `${command.tag} NO no\r\n`,
        );
      }
    }
    if (bytes.length > 0) throw new Error(`half a command was left: ${new TextDecoder().decode(bytes)}`);
  };
  const serving = serve();
  serving.catch((error: unknown) => server.fail(error));
  await server.send(`* ${verb === 'LOGIN' ? 'OK' : 'PREAUTH'} [CAPABILITY ${capabilities}] x\r\n`);
  const client = await ImapClient.connect({ transport: () => Promise.resolve(stream), autoIdle: false });
  if (isOpen) await client.select('INBOX');
  const outcome = await (async () => make(client, value))().then(
    () => null,
    (error: unknown) => error,
  );
  stream.close();
  await serving;
  const own = came.slice(isOpen ? 1 : 0);
  if (outcome instanceof RangeError) expect(own).toEqual([]);
  else expect(outcome).toMatchObject({ name: 'ImapCommandError' });
  return own;
}

function nameOf(parts: readonly Part[]): string {
  const words = parts.slice(0, 2).map((part) => (part.kind === 'word' ? part.text : ''));
  return (words[0] === 'UID' ? words[1] : words[0]) ?? '';
}

const nothing: ReceivedCommand = { tag: '', parts: [], length: 0 };

describe.each(Object.entries(calls))('%s', (_what, call) => {
  it('sends one command of one shape, or none', async () => {
    const [wanted = nothing, ...more] = await received(call, call.harmless ?? 'x');
    expect(more).toEqual([]);
    expect(nameOf(wanted.parts)).toBe(call.verb);
    for (const value of hostile) {
      const came = await received(call, value);
      if (came.length === 0) continue;
      expect(came, JSON.stringify(value)).toHaveLength(1);
      const [{ parts } = nothing] = came;
      expect(nameOf(parts), JSON.stringify(value)).toBe(call.verb);
      expect(shapeOf(parts), `${JSON.stringify(value)}: ${JSON.stringify(parts)}`).toEqual(
        shapeOf(wanted.parts),
      );
    }
  });
});
