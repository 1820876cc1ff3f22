// Every command as a method named in lower case. Each waits for its turn and resolves with `[typ, data]`.

import { fromBase64, toBase64 } from '../sasl/base64.ts';
import { answerCramMd5 } from '../sasl/cram-md5.ts';
import { encode } from '../wire/ascii.ts';
import {
  astring,
  criteria,
  fetchParts,
  listMailbox,
  literal,
  mailbox as mailboxName,
  messageSet,
  parenthesised,
  pairs,
  password as secret,
  type Argument,
} from './arguments.ts';
import { repr, toByteString } from './byte-string.ts';
import { Commands } from './commands.ts';
import { Connection } from './connection.ts';
import { Time2Internaldate, type DateTime } from './dates.ts';
import type { Datum, Items, MessageSet, Param, Reply, Text } from './datum.ts';
import { error, readonly } from './errors.ts';
import { Idler } from './idler.ts';
import { splitOptions } from './options.ts';

/** `{ uid: true }` sends the UID form of a command: its message set holds UIDs. */
export interface UidOption {
  readonly uid?: boolean;
}

/** `params` are put in the place of each `?`, quoted where they need it. */
export interface ParamsOption {
  readonly params?: readonly Param[];
}

/** What the search commands take behind their criteria. */
export interface SearchOptions extends UidOption, ParamsOption {}

/** Search criteria, and options behind them. */
export type Criteria =
  | readonly (Text | null)[]
  | readonly [...criteria: (Text | null)[], options: SearchOptions];

/** Answers a challenge of the server; null cancels. */
export type Authenticator = (challenge: Uint8Array) => Text | null | Promise<Text | null>;

export abstract class CommandMethods extends Connection {
  // Before login

  /** Asks what the server can do. Does not change {@link capabilities}. */
  capability(): Promise<Reply> {
    return this.collect('CAPABILITY', 'CAPABILITY');
  }

  /** Does nothing, but lets the server tell what is new. */
  noop(): Promise<Reply> {
    return this.turn(() => {
      this.dumpUntagged();
      return this.run('NOOP');
    });
  }

  /**
   * Upgrades to TLS; the bridge verifies the certificate.
   *
   * @throws abort where TLS is on already, the server does not offer it, or the handshake fails
   */
  starttls({ servername }: { readonly servername?: string } = {}): Promise<Reply> {
    return this.turn(async () => {
      if (this.isSecure) throw new this.abort('TLS session already established');
      if (!this.capabilities.includes('STARTTLS')) throw new this.abort('TLS not supported by server');
      const [typ, data] = await this.run('STARTTLS', [], { switchesLayer: true });
      if (typ !== 'OK') throw new error("Couldn't establish TLS session");
      await this.secure(servername);
      await this.learnCapabilities();
      this.untagged_responses.delete('CAPABILITY');
      return this.pickUp(typ, data, 'STARTTLS');
    });
  }

  /**
   * Signs in with a SASL mechanism.
   *
   * @param authobject is asked for the answer to each challenge, decoded; base64 is done here
   * @throws error where the server refuses
   */
  authenticate(mechanism: Text, authobject: Authenticator): Promise<Reply> {
    return this.turn(() => this.#authenticate(mechanism, authobject));
  }

  #authenticate(mechanism: Text, authobject: Authenticator): Promise<Reply> {
    const name = (utf8: boolean) => toByteString(mechanism, utf8).toUpperCase();
    return this.signIn(() =>
      this.run('AUTHENTICATE', [name], {
        secret: true,
        continuation: async (challenge) => {
          const answer = await authobject(decodeChallenge(challenge));
          if (answer === null) return encode('*');
          return encode(toBase64(typeof answer === 'string' ? encode(answer) : answer));
        },
      }),
    );
  }

  /** Signs in. The password goes out in quotes. @throws error where the server refuses */
  login(user: Text, password: Text): Promise<Reply> {
    return this.turn(() => this.signIn(() => this.run('LOGIN', [astring(user), secret(password)])));
  }

  /** Signs in with PLAIN, which carries any characters. @throws error where the server refuses */
  login_plain(user: Text, password: Text): Promise<Reply> {
    return this.turn(() => {
      const words = [user, password].map((word) => toByteString(word, true));
      if (words.some((word) => word.includes('\0')))
        throw new RangeError('NUL not allowed in user and password');
      return this.#authenticate('PLAIN', () => bytesOf(`\0${words.join('\0')}`));
    });
  }

  /** Signs in with CRAM-MD5. @throws error where the server refuses */
  login_cram_md5(user: Text, password: Text): Promise<Reply> {
    return this.turn(() => {
      const [name, key] = [user, password].map((word) => bytesOf(toByteString(word, true))) as [
        Uint8Array,
        Uint8Array,
      ];
      return this.#authenticate('CRAM-MD5', (challenge) => answerCramMd5(name, key, challenge));
    });
  }

  /** Acts for another user, where the server knows PROXYAUTH. */
  proxyauth(user: Text): Promise<Reply> {
    return this.simple('PROXYAUTH', astring(user));
  }

  /**
   * Tells the server who is calling, and asks who it is (RFC 2971).
   *
   * @param fields `{ name: 'my page' }`, or null to tell nothing
   */
  id(fields: Readonly<Record<string, Text | null>> | null = null): Promise<Reply> {
    return this.collect('ID', 'ID', pairs(fields));
  }

  // Signed in

  /** Switches an extension on. @throws error where the server does not know ENABLE */
  enable(capability: Text): Promise<Reply> {
    return this.turn(async () => {
      if (!this.capabilities.includes('ENABLE')) throw new error('Server does not support ENABLE');
      const reply = await this.run('ENABLE', [capability]);
      if (reply[0] === 'OK' && toByteString(capability, true).toUpperCase().includes('UTF8=ACCEPT')) {
        this.enableUtf8();
      }
      return reply;
    });
  }

  /** The mailboxes that match, one line each. */
  list(directory: Text = '', pattern: Text = '*'): Promise<Reply> {
    return this.collect('LIST', 'LIST', mailboxName(directory), listMailbox(pattern));
  }

  /** The subscribed mailboxes that match. */
  lsub(directory: Text = '', pattern: Text = '*'): Promise<Reply> {
    return this.collect('LSUB', 'LSUB', mailboxName(directory), listMailbox(pattern));
  }

  /** @param names `'(UIDNEXT MESSAGES)'` or `['UIDNEXT', 'MESSAGES']` */
  status(mailbox: Text, names: Items): Promise<Reply> {
    return this.collect('STATUS', 'STATUS', mailboxName(mailbox), parenthesised(names));
  }

  /**
   * Opens a mailbox; resolves with the number of its messages.
   *
   * @throws readonly where it can only be read and `is_readonly` was not asked for
   */
  select(
    mailbox: Text = 'INBOX',
    is_readonly_: boolean | { readonly readonly?: boolean } = false,
  ): Promise<Reply> {
    return this.turn(async () => {
      const is_readonly = typeof is_readonly_ === 'object' ? (is_readonly_.readonly ?? false) : is_readonly_;
      if (typeof is_readonly !== 'boolean') throw new TypeError('readonly must be true or false');
      this.untagged_responses.clear();
      this.is_readonly = is_readonly;
      const [typ, data] = await this.run(is_readonly ? 'EXAMINE' : 'SELECT', [mailboxName(mailbox)]);
      if (typ !== 'OK') {
        this.enterState('AUTH');
        return [typ, data];
      }
      this.enterState('SELECTED');
      if (!is_readonly && this.untagged_responses.has('READ-ONLY')) {
        throw new readonly(`${repr(mailbox)} is not writable`);
      }
      return [typ, this.untagged_responses.get('EXISTS') ?? [null]];
    });
  }

  create(mailbox: Text): Promise<Reply> {
    return this.simple('CREATE', mailboxName(mailbox));
  }

  delete(mailbox: Text): Promise<Reply> {
    return this.simple('DELETE', mailboxName(mailbox));
  }

  rename(oldmailbox: Text, newmailbox: Text): Promise<Reply> {
    return this.simple('RENAME', mailboxName(oldmailbox), mailboxName(newmailbox));
  }

  subscribe(mailbox: Text): Promise<Reply> {
    return this.simple('SUBSCRIBE', mailboxName(mailbox));
  }

  unsubscribe(mailbox: Text): Promise<Reply> {
    return this.simple('UNSUBSCRIBE', mailboxName(mailbox));
  }

  /**
   * Adds a message to a mailbox.
   *
   * @param mailbox INBOX where it is null or empty
   * @param date_time when it arrived; now, where it is null
   * @param message text goes out as UTF-8; every line ends in CRLF unless `translate_line_endings` is false
   */
  append(
    mailbox: Text | null | undefined,
    flags: Items | null | undefined,
    date_time: DateTime | null | undefined,
    message: Text,
    { translate_line_endings = true }: { readonly translate_line_endings?: boolean } = {},
  ): Promise<Reply> {
    const isTimed = date_time !== null && date_time !== undefined && date_time !== '' && date_time !== 0;
    return this.simple(
      'APPEND',
      mailboxName((mailbox?.length ?? 0) === 0 ? 'INBOX' : mailbox!),
      (flags?.length ?? 0) === 0 ? null : parenthesised(flags!),
      isTimed ? () => Time2Internaldate(date_time) : null,
      literal(() => messageOctets(message, translate_line_endings)),
    );
  }

  /** What the server calls its personal, other users' and shared mailboxes (RFC 2342). */
  namespace(): Promise<Reply> {
    return this.collect('NAMESPACE', 'NAMESPACE');
  }

  /**
   * Waits for news (RFC 2177): `for await (const [typ, data] of M.idle(60)) …`. No other command is legal meanwhile.
   *
   * @param duration seconds until the loop ends by itself; servers hang up after half an hour
   */
  idle(duration: number | null = null): Idler {
    return new Idler(this.idleConnection(), duration);
  }

  // A mailbox is selected

  /** Asks for a checkpoint of the mailbox. */
  check(): Promise<Reply> {
    return this.simple('CHECK');
  }

  /** Leaves the mailbox; deleted messages are removed. */
  close(): Promise<Reply> {
    return this.#leave('CLOSE');
  }

  /** Leaves the mailbox; deleted messages stay. */
  unselect(): Promise<Reply> {
    return this.#leave('UNSELECT');
  }

  #leave(name: string): Promise<Reply> {
    return this.turn(async () => {
      this.checkState(name);
      try {
        return await this.run(name);
      } finally {
        this.enterState('AUTH');
      }
    });
  }

  /** Removes deleted messages for good; with `{ uid: true }` those of the set only (RFC 4315). */
  expunge(message_set?: MessageSet | null, { uid = false }: UidOption = {}): Promise<Reply> {
    return this.turn(async () => {
      const hasSet = message_set !== undefined && message_set !== null;
      if (hasSet !== uid)
        throw new error('expunge() takes a message set together with { uid: true }, or neither');
      const [name, ...args] = withUid('EXPUNGE', uid, ...(hasSet ? [messageSet(message_set)] : []));
      return this.pickUp(...(await this.run(name, args)), 'EXPUNGE');
    });
  }

  /**
   * Fetches parts of messages.
   *
   * @param message_parts `'(UID BODY[TEXT])'`, or a list
   */
  fetch(
    message_set: MessageSet,
    message_parts: Items,
    { uid = false, params }: SearchOptions = {},
  ): Promise<Reply> {
    return this.collect(
      'FETCH',
      ...withUid('FETCH', uid, messageSet(message_set), fetchParts(message_parts, params)),
    );
  }

  /** Fetches a part of a part of a message; obsolete, `BODY[…]<start.length>` has taken its place. */
  partial(message_num: Text, message_part: Text, start: Text, length: Text): Promise<Reply> {
    return this.collect('FETCH', 'PARTIAL', message_num, message_part, start, length);
  }

  /** Changes flags: `M.store('1:3', '+FLAGS', '\\Deleted')`. */
  store(
    message_set: MessageSet,
    command: Text,
    flags: Items,
    { uid = false }: UidOption = {},
  ): Promise<Reply> {
    return this.collect(
      'FETCH',
      ...withUid('STORE', uid, messageSet(message_set), command, parenthesised(flags)),
    );
  }

  copy(message_set: MessageSet, new_mailbox: Text, { uid = false }: UidOption = {}): Promise<Reply> {
    return this.simple(...withUid('COPY', uid, messageSet(message_set), mailboxName(new_mailbox)));
  }

  /** Moves messages (RFC 6851); nothing else takes its place where the server does not know MOVE. */
  move(message_set: MessageSet, new_mailbox: Text, { uid = false }: UidOption = {}): Promise<Reply> {
    return this.simple(...withUid('MOVE', uid, messageSet(message_set), mailboxName(new_mailbox)));
  }

  /**
   * Searches. Criteria go out as they are: quote what has spaces, or use `?` and `params`.
   *
   * @param charset what criteria beyond ASCII are encoded in; null leaves it out
   */
  search(charset: Text | null, ...words: Criteria): Promise<Reply> {
    const [values, { uid = false, params }] = splitOptions<Text | null, SearchOptions>(words);
    return this.turn(async () => {
      if (this.utf8_enabled && charset !== null) throw new error('Non-None charset not valid in UTF8 mode');
      const charsetArguments = charset === null ? [] : ['CHARSET', astring(charset)];
      const [name, ...args] = withUid('SEARCH', uid, ...charsetArguments, criteria(charset, values, params));
      return this.pickUp(...(await this.run(name, args)), 'SEARCH');
    });
  }

  /** Searches and sorts (RFC 5256): `M.sort('(REVERSE DATE)', 'UTF-8', 'ALL')`. */
  sort(sort_criteria: Items, charset: Text | null, ...words: Criteria): Promise<Reply> {
    const [values, { uid = false, params }] = splitOptions<Text | null, SearchOptions>(words);
    return this.collect(
      'SORT',
      ...withUid('SORT', uid, ...sortArguments(sort_criteria, charset, values, params)),
    );
  }

  /** Searches and threads (RFC 5256): `M.thread('REFERENCES', 'UTF-8', 'ALL')`. */
  thread(threading_algorithm: Text, charset: Text | null, ...words: Criteria): Promise<Reply> {
    const [values, { uid = false, params }] = splitOptions<Text | null, SearchOptions>(words);
    return this.collect(
      'THREAD',
      ...withUid('THREAD', uid, ...threadArguments(threading_algorithm, charset, values, params)),
    );
  }

  /**
   * A command by UID: `M.uid('FETCH', '4827313', '(FLAGS)')`. Resolves with SEARCH, SORT and THREAD results for those
   * commands, with FETCH results for all others.
   */
  uid(
    command: string,
    ...args: readonly UidArgument[] | readonly [...args: UidArgument[], options: ParamsOption]
  ): Promise<Reply> {
    return this.turn(async () => {
      const name = command.toUpperCase();
      if (!Object.hasOwn(Commands, name)) throw new error(`Unknown IMAP4 UID command: ${repr(name)}`);
      this.checkState(name);
      const [values, { params }] = splitOptions<UidArgument, ParamsOption>(args);
      const reply = await this.run('UID', [name, ...uidArguments(name, values, params)]);
      return this.pickUp(...reply, ['SEARCH', 'SORT', 'THREAD'].includes(name) ? name : 'FETCH');
    });
  }

  // What has been heard

  /** The number of new messages: what was heard of it, else what NOOP brings. */
  recent(): Promise<Reply> {
    return this.turn(async () => {
      const known = this.pickUp('OK', [null], 'RECENT');
      if (known[1].at(-1) !== null) return known;
      return this.pickUp(...(await this.run('NOOP')), 'RECENT');
    });
  }

  /** What has been heard under a name, such as `UIDVALIDITY`; `[null]` where there is nothing. Asks nobody. */
  response(code: string): Promise<Reply> {
    return this.turn((): Reply => [code, this.pickUp('OK', [null], code.toUpperCase())[1]]);
  }

  // Rights, quotas, annotations

  getacl(mailbox: Text): Promise<Reply> {
    return this.collect('ACL', 'GETACL', mailboxName(mailbox));
  }

  setacl(mailbox: Text, who: Text, what: Text): Promise<Reply> {
    return this.simple('SETACL', mailboxName(mailbox), astring(who), astring(what));
  }

  deleteacl(mailbox: Text, who: Text): Promise<Reply> {
    return this.simple('DELETEACL', mailboxName(mailbox), astring(who));
  }

  myrights(mailbox: Text): Promise<Reply> {
    return this.collect('MYRIGHTS', 'MYRIGHTS', mailboxName(mailbox));
  }

  getquota(root: Text): Promise<Reply> {
    return this.collect('QUOTA', 'GETQUOTA', astring(root));
  }

  /** Resolves with two lists: the quota roots of the mailbox, and their quotas. */
  getquotaroot(mailbox: Text): Promise<[typ: string, data: [quotaroot: Datum[], quota: Datum[]]]> {
    return this.turn(async () => {
      const [typ, data] = await this.run('GETQUOTAROOT', [mailboxName(mailbox)]);
      const [, quota] = this.pickUp(typ, data, 'QUOTA');
      const [, quotaroot] = this.pickUp(typ, data, 'QUOTAROOT');
      return [typ, [quotaroot, quota]];
    });
  }

  /** @param limits `'(STORAGE 512)'` */
  setquota(root: Text, limits: Items): Promise<Reply> {
    return this.collect('QUOTA', 'SETQUOTA', astring(root), parenthesised(limits));
  }

  getannotation(mailbox: Text, entry: Text, attribute: Text): Promise<Reply> {
    return this.collect('ANNOTATION', 'GETANNOTATION', mailboxName(mailbox), entry, attribute);
  }

  setannotation(mailbox: Text, ...args: readonly Text[]): Promise<Reply> {
    return this.collect('ANNOTATION', 'SETANNOTATION', mailboxName(mailbox), ...args);
  }

  // Anything else, and the end

  /** Sends a command that is not in the table; it is added to it, legal in the state that the connection is in. */
  xatom(name: string, ...args: readonly Text[]): Promise<Reply> {
    return this.turn(() => {
      const command = name.toUpperCase();
      if (!Object.hasOwn(Commands, command)) Commands[command] = [this.state];
      return this.run(command, args);
    });
  }

  /** Says goodbye; the connection is closed in any case. Resolves with `['BYE', …]`. */
  logout(): Promise<Reply> {
    return this.turn(() => this.goodbye());
  }
}

/** What {@link CommandMethods.uid} takes behind the command's name. */
export type UidArgument = MessageSet | Items | null;

/** A command's name and arguments, in its UID form where that is asked for. */
function withUid(name: string, uid: boolean, ...args: Argument[]): [name: string, ...args: Argument[]] {
  return uid ? ['UID', name, ...args] : [name, ...args];
}

function sortArguments(
  sort: Items,
  charset: Text | null,
  words: readonly (Text | null)[],
  params?: readonly Param[],
): Argument[] {
  return [parenthesised(sort), charset === null ? null : astring(charset), criteria(charset, words, params)];
}

function threadArguments(
  algorithm: Text,
  charset: Text | null,
  words: readonly (Text | null)[],
  params?: readonly Param[],
): Argument[] {
  return [algorithm, charset === null ? null : astring(charset), criteria(charset, words, params)];
}

/** The arguments of a UID command, each quoted as in the command without UID. */
function uidArguments(name: string, values: readonly UidArgument[], params?: readonly Param[]): Argument[] {
  const exactly = (count: number): void => {
    if (values.length !== count)
      throw new RangeError(`UID ${name} takes ${count} arguments, not ${values.length}`);
  };
  const [first, second, third] = values as [MessageSet, Text, Items];
  switch (name) {
    case 'COPY':
    case 'MOVE':
      exactly(2);
      return [messageSet(first), mailboxName(second)];
    case 'FETCH':
      exactly(2);
      return [messageSet(first), fetchParts(second, params)];
    case 'STORE':
      exactly(3);
      return [messageSet(first), second, parenthesised(third)];
    case 'SORT':
    case 'THREAD': {
      if (values.length < 2)
        throw new RangeError(`UID ${name} takes at least 2 arguments, not ${values.length}`);
      const [head, charset, ...words] = values as [Text, Text | null, ...(Text | null)[]];
      return name === 'SORT'
        ? sortArguments(head, charset, words, params)
        : threadArguments(head, charset, words, params);
    }
    default:
      return [criteria(null, values as (Text | null)[], params)];
  }
}

function decodeChallenge(challenge: Uint8Array): Uint8Array {
  try {
    return fromBase64(challenge);
  } catch (cause) {
    throw new RangeError("the server's challenge is not base64", { cause });
  }
}

function bytesOf(byteString: string): Uint8Array {
  return Uint8Array.from(byteString, (character) => character.charCodeAt(0));
}

function messageOctets(message: Text, translate: boolean): Uint8Array {
  if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
    throw new TypeError('append needs the message as text or bytes');
  }
  const octets = typeof message === 'string' ? encode(message) : message;
  return translate ? translateLineEndings(octets) : octets;
}

/** CR, LF and CRLF all become CRLF. */
function translateLineEndings(octets: Uint8Array): Uint8Array {
  const [CR, LF] = [13, 10];
  let added = 0;
  octets.forEach((octet, at) => {
    if ((octet === CR && octets[at + 1] !== LF) || (octet === LF && octets[at - 1] !== CR)) added++;
  });
  if (added === 0) return octets;
  const lines = new Uint8Array(octets.length + added);
  let to = 0;
  octets.forEach((octet, at) => {
    if (octet === LF && octets[at - 1] !== CR) lines[to++] = CR;
    lines[to++] = octet;
    if (octet === CR && octets[at + 1] !== LF) lines[to++] = LF;
  });
  return lines;
}
