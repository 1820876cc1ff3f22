// Where CPython's imaplib and ours do not give the same, and why. Everything else is compared value by value.

/** Which Pythons give what ours gives: from a version on, with the corrections of July 2026, or none. */
export type Since = 'corrected' | '3.16' | 'never';

export interface Difference {
  /** The call as `describe()` writes it. */
  readonly call: string;
  readonly since: Since;
  readonly why: string;
  /** What both give: texts are parts of what is given, written as JSON. */
  readonly python: string;
  readonly ours: string;
}

export const differences: readonly Difference[] = [
  {
    call: 'IMAP4: capabilities, signed in',
    since: 'corrected',
    why: 'capabilities are learned again after LOGIN; Python kept those of before',
    python: '"STARTTLS"',
    ours: '"UIDPLUS"',
  },
  {
    call: 'IMAP4: list("", "%")',
    since: 'corrected',
    why: 'an empty directory is sent as ""; Python sent nothing in its place',
    python: 'Invalid pattern',
    ours: 'INBOX',
  },
  {
    call: 'IMAP4: list("", "no*")',
    since: 'corrected',
    why: 'an empty directory is sent as ""; Python sent nothing in its place',
    python: 'Invalid pattern',
    ours: '["OK",[null]]',
  },
  {
    call: 'IMAP4: status("two words", "(MESSAGES)")',
    since: 'corrected',
    why: 'arguments are quoted where they have to be; Python sent two',
    python: 'BAD',
    ours: 'NO',
  },
  {
    call: 'IMAP4: create("a&b")',
    since: '3.16',
    why: 'a name that is no modified UTF-7 is encoded as such',
    python: 'not valid mUTF-7',
    ours: '["OK",',
  },
  {
    call: 'IMAP4: status("Work", "MESSAGES")',
    since: 'corrected',
    why: 'item lists get their parentheses',
    python: 'BAD',
    ours: '["OK",["Work (MESSAGES',
  },
  {
    call: 'IMAP4: search("NONESUCH", "ALL")',
    since: '3.16',
    why: 'text is encoded in the charset, so that has to be known',
    python: 'BADCHARSET',
    ours: 'unknown encoding: nonesuch',
  },
  {
    call: 'IMAP4: uid("NONESUCH", "1")',
    since: 'corrected',
    why: 'the name of the command is quoted in the message',
    python: 'UID command: NONESUCH',
    ours: "UID command: 'NONESUCH'",
  },
  {
    call: 'IMAP4: noop(), after logout',
    since: 'never',
    why: 'there is no socket, and so no errno',
    python: '[Errno 9] Bad file descriptor',
    ours: 'socket error: the connection is closed',
  },
  ...[`STARTTLS: authenticate("PLAIN", …)`, 'IMAP4_SSL: login_cram_md5(…)'].map((call): Difference => ({
    call,
    since: 'corrected',
    why: 'the capabilities of the greeting are used and not asked for; Dovecot then adds them to its OK',
    python: '["OK",["Logged in"]]',
    ours: '["OK",["[CAPABILITY ',
  })),
];

/** What no two sessions have alike, apart from the user's name. */
export const incidental: readonly (readonly [what: RegExp, as: string])[] = [
  [/ \(\d+\.\d+ \+ [\d. +]+ secs\)/g, ''],
  [/\b(?:anna|anja)\b/g, 'USER'],
];

/** Whether this Python gives what ours gives. */
export function isAlike(since: Since, [major = 0, minor = 0, micro = 0]: readonly number[]): boolean {
  const release = major * 100 + minor;
  switch (since) {
    case 'corrected':
      return release >= 315 || (release === 314 && micro >= 7) || (release === 313 && micro >= 15);
    case '3.16':
      return release >= 316;
    case 'never':
      return false;
  }
}
