// The calls that CPython's imaplib and ours make alike: every command that Dovecot knows, and some that it does not.

/** An argument as it is written in JSON: bytes one character each, and the answers of an authenticate callback. */
export type Value =
  | string
  | number
  | boolean
  | null
  | { readonly bytes: string }
  | { readonly answers: readonly string[] };

/** A method, an attribute, or with `module` a function of the module. */
export interface Call {
  readonly call: string;
  readonly args?: readonly Value[];
  readonly module?: boolean;
  /** Tells it from another that reads the same, or hides what it says. */
  readonly as?: string;
}

export type Kind = 'IMAP4' | 'STARTTLS' | 'IMAP4_SSL' | 'IMAP4_stream';

export interface Script {
  readonly kind: Kind;
  readonly calls: readonly Call[];
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const call = (name: string, ...args: readonly Value[]): Call => ({ call: name, args });
const attributes = (...names: readonly string[]): Call[] => names.map((name) => ({ call: name }));
const bytes = (text: string): Value => ({ bytes: text });

const mail = (subject: string, more = ''): Value =>
  bytes(`From: Ana <ana@example.com>\r\nSubject: ${subject}\r\n${more}\r\nHello, ${subject}.\r\n`);

/** The scripts, for one user. */
export function connections({ user, password }: Credentials): readonly Script[] {
  return [
    { kind: 'IMAP4', calls: everyday(user, password) },
    {
      kind: 'STARTTLS',
      calls: [
        {
          ...call('authenticate', 'PLAIN', { answers: [`\0${user}\0${password}`] }),
          as: 'authenticate("PLAIN", …)',
        },
        ...attributes('is_readonly'),
        call('logout'),
      ],
    },
    {
      kind: 'IMAP4_SSL',
      calls: [
        { ...call('login_cram_md5', user, password), as: 'login_cram_md5(…)' },
        call('select'),
        call('logout'),
      ],
    },
    {
      kind: 'IMAP4_stream',
      calls: [
        ...attributes('PROTOCOL_VERSION', 'host', 'port'),
        call('select'),
        call('uid', 'SEARCH', 'ALL'),
        call('logout'),
      ],
    },
  ];
}

function everyday(user: string, password: string): Call[] {
  return [
    ...attributes('PROTOCOL_VERSION', 'capabilities', 'welcome', 'utf8_enabled', 'is_readonly'),
    call('capability'),
    call('noop'),
    // Not legal yet, and refused before anything is sent.
    call('select'),
    call('uid', 'FETCH', '1', '(FLAGS)'),
    call('login', user, 'wrong'),
    call('authenticate', 'NONESUCH', { answers: ['x'] }),
    call('authenticate', 'PLAIN', { answers: ['nonsense'] }),
    { ...call('login', user, password), as: 'login(…)' },
    { call: 'capabilities', as: 'capabilities, signed in' },
    { ...call('login', user, password), as: 'login(…), a second time' },

    call('list'),
    call('list', '', '%'),
    call('list', '', 'no*'),
    call('lsub'),
    call('namespace'),
    call('create', 'Work'),
    call('create', 'Work'),
    call('create', '"New folder"'),
    call('create', 'Entw&APw-rfe'),
    call('create', 'a&b'),
    call('status', 'two words', '(MESSAGES)'),
    call('list', '""', '"New folder"'),
    call('rename', '"New folder"', 'Old'),
    call('rename', 'nowhere', 'Old2'),
    call('subscribe', 'Old'),
    call('lsub', '""', 'Ol%'),
    call('unsubscribe', 'Old'),
    call('lsub', '""', 'Ol%'),
    call('delete', 'Old'),
    call('delete', 'Old'),
    call('status', 'Work', '(MESSAGES UIDNEXT UNSEEN RECENT)'),
    call('status', 'nowhere', '(MESSAGES)'),
    call('status', 'Work', 'MESSAGES'),

    call('append', 'Work', null, '"01-Feb-2024 10:00:00 +0100"', mail('first')),
    call('append', 'Work', '\\Seen', '"02-Feb-2024 10:00:00 -0330"', mail('second')),
    call('append', 'Work', '(\\Flagged $Label)', '"03-Feb-2024 10:00:00 +0000"', mail('third')),
    call(
      'append',
      'Work',
      null,
      '"04-Feb-2024 10:00:00 +0000"',
      bytes('Subject: bare\nline\rends\n\nbody\n'),
    ),
    call(
      'append',
      'Work',
      null,
      '"05-Feb-2024 10:00:00 +0000"',
      mail('re: first', 'References: <1@example.com>\r\n'),
    ),
    call('append', null, null, '"06-Feb-2024 10:00:00 +0000"', mail('to INBOX')),
    call('append', 'nowhere', null, null, mail('lost')),
    call('status', 'Work', '(MESSAGES UIDNEXT UNSEEN)'),

    // Nothing is selected.
    call('search', null, 'ALL'),
    call('fetch', '1', '(FLAGS)'),
    call('close'),
    call('select', 'nowhere'),
    ...attributes('is_readonly'),
    call('select', 'Work'),
    call('response', 'UIDVALIDITY'),
    call('response', 'UIDNEXT'),
    call('response', 'PERMANENTFLAGS'),
    call('response', 'EXISTS'),
    call('response', 'exists'),
    call('response', 'NOSUCH'),
    call('recent'),
    call('recent'),

    call('search', null, 'ALL'),
    call('search', null, 'SUBJECT', '"first"'),
    call('search', null, 'FROM', '"nobody"'),
    call('search', 'UTF-8', 'SUBJECT', 'second'),
    call('search', 'NONESUCH', 'ALL'),
    call('search', null, 'NONESUCH'),
    call('sort', '(REVERSE DATE)', 'UTF-8', 'ALL'),
    call('sort', 'SUBJECT', 'UTF-8', 'ALL'),
    call('thread', 'REFERENCES', 'UTF-8', 'ALL'),
    call('fetch', '1', '(FLAGS)'),
    call('fetch', '1:2', '(UID FLAGS INTERNALDATE RFC822.SIZE)'),
    call('fetch', '1', '(BODY.PEEK[HEADER] BODY.PEEK[TEXT])'),
    call('fetch', '4', '(RFC822)'),
    call('fetch', '2', '(ENVELOPE BODYSTRUCTURE)'),
    call('fetch', '3', 'FAST'),
    call('fetch', '99', '(FLAGS)'),
    call('fetch', '1', '(NONESUCH)'),
    call('fetch', '1', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])'),
    call('partial', '1', 'RFC822', '1', '10'),
    call('uid', 'SEARCH', 'ALL'),
    call('uid', 'FETCH', '2', '(FLAGS)'),
    call('uid', 'STORE', '2', '+FLAGS', '(\\Answered)'),
    call('uid', 'SORT', '(ARRIVAL)', 'UTF-8', 'ALL'),
    call('uid', 'THREAD', 'REFERENCES', 'UTF-8', 'ALL'),
    call('uid', 'COPY', '1', 'Entw&APw-rfe'),
    call('uid', 'MOVE', '1', 'Entw&APw-rfe'),
    call('uid', 'NONESUCH', '1'),
    call('uid', 'EXPUNGE', '99'),
    call('copy', '1', 'Entw&APw-rfe'),
    call('copy', '1', 'nowhere'),
    call('response', 'COPYUID'),
    call('store', '1', '+FLAGS', '\\Deleted'),
    call('store', '1', 'FLAGS.SILENT', '(\\Deleted \\Seen)'),
    call('store', '1', '+FLAGS', '$Label'),
    call('store', '1', 'NONESUCH', '(\\Seen)'),
    call('expunge'),
    call('response', 'EXISTS'),
    call('check'),
    call('noop'),
    call('unselect'),
    call('select', 'Work'),
    call('close'),

    call('select', 'Entw&APw-rfe', true),
    ...attributes('is_readonly'),
    call('store', '1', '+FLAGS', '\\Deleted'),
    call('response', 'READ-ONLY'),
    call('close'),

    call('setacl', 'Work', 'nobody', 'lr'),
    call('getacl', 'Work'),
    call('myrights', 'Work'),
    call('deleteacl', 'Work', 'nobody'),
    call('getacl', 'Work'),
    call('getquotaroot', 'INBOX'),
    call('getquotaroot', 'nowhere'),
    call('getquota', '"User quota"'),
    call('getquota', 'nowhere'),
    call('setquota', '"User quota"', '(STORAGE 512)'),
    call('getannotation', 'INBOX', '/comment', 'value'),
    call('setannotation', 'INBOX', '/comment', '("value.priv" "x")'),
    call('proxyauth', 'nobody'),
    call('xatom', 'GETMETADATA', '""', '/shared/comment'),
    call('xatom', 'NONESUCH', 'x'),
    call('enable', 'CONDSTORE'),
    call('enable', 'NONESUCH'),
    call('enable', 'UTF8=ACCEPT'),
    ...attributes('utf8_enabled'),

    { module: true, call: 'Int2AP', args: [4711] },
    { module: true, call: 'ParseFlags', args: [bytes('1 (FLAGS (\\Seen $Label NonJunk) UID 7)')] },
    { module: true, call: 'Time2Internaldate', args: ['"01-Feb-2024 10:00:00 +0100"'] },
    { module: true, call: 'Time2Internaldate', args: [1_700_000_000] },
    {
      module: true,
      call: 'Internaldate2tuple',
      args: [bytes('1 (INTERNALDATE "01-Feb-2024 10:00:00 +0100")')],
    },
    call('logout'),
    { ...call('noop'), as: 'noop(), after logout' },
  ];
}

/** A call as somebody would write it. */
export function describe({ call: name, args, as }: Call): string {
  return (
    as ?? (args === undefined ? name : `${name}(${args.map((value) => JSON.stringify(value)).join(', ')})`)
  );
}
