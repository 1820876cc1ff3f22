// SELECT and EXAMINE: opens a mailbox, the second one for reading only (RFC 3501 6.3.1, 6.3.2). With QRESYNC the answer
// tells what has changed since it was last open (RFC 7162 3.2.5).
//
//   select       = "SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"]
//   examine      = "EXAMINE" SP mailbox [SP "(" select-param *(SP select-param) ")"]
//   select-param = "CONDSTORE" / "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids]
//                  [SP "(" known-sequence-set SP known-uid-set ")"] ")"

import { ImapCapabilityError, ImapCommandError, ImapLimitError, ImapStateError } from '../session/errors.ts';
import type { Session } from '../session/session.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import { readStatusText, type Response } from '../wire/response.ts';
import { codeName } from '../wire/response-code.ts';
import type { SequenceSet } from '../wire/set.ts';
import type { CommandWriter } from '../wire/writer.ts';
import type { Runner, RunOptions } from './command.ts';
import { authenticated } from './states.ts';

/** What the answer to SELECT is made of; also sent at any later time when something changes. */
const mailboxData = new Set(['FLAGS', 'EXISTS', 'RECENT', 'OK']);
/** What tells of messages: with QRESYNC of those that have changed meanwhile. */
const messageData = new Set(['FETCH', 'UIDFETCH', 'VANISHED', 'EXPUNGE']);

/** The state of a mailbox that is known from before. */
export interface QResync {
  /** Where the mailbox has another one now, nothing of what is known holds, and no changes are told. */
  readonly uidValidity: number;
  readonly modSeq: bigint;
  /** UIDs that are known; all, where absent. */
  readonly knownUids?: SequenceSet;
  /** Some sequence numbers and, one by one, the UIDs that they had: spares the server telling of much that is gone. */
  readonly sequenceMatch?: readonly [sequences: SequenceSet, uids: SequenceSet];
}

export interface SelectArgs {
  readonly mailbox: MailboxName;
  readonly readOnly: boolean;
  readonly condstore?: boolean | undefined;
  readonly qresync?: QResync | undefined;
}

/** Who keeps the state of the mailbox that is being opened. */
export interface Opening {
  /** A response that tells of the mailbox, or, with QRESYNC, of what has changed in it. */
  take(response: Response): void;
  /** The tagged OK: from here on the mailbox is the selected one. After NO or BAD none is, see {@link Runner.leave}. */
  opened(readOnly: boolean): void;
  /** It is asked for anew, on another connection: what was taken does not count. */
  restart(): void;
}

/** Opens a mailbox, telling `opening` what the server says of it. */
export async function select(
  runner: Runner,
  args: SelectArgs,
  opening: Opening,
  options: RunOptions = {},
): Promise<void> {
  const name = args.readOnly ? 'EXAMINE' : 'SELECT';
  const isOfMailbox = (response: Response): boolean =>
    mailboxData.has(response.name) || (args.qresync !== undefined && response.name !== 'EXPUNGE');
  /** While another mailbox is open: what may still be about that one. */
  let early: Response[] | null = null;
  let octets = 0;
  const take = (response: Response): void => {
    if (!isOfMailbox(response)) return runner.unasked(response);
    try {
      opening.take(response);
    } catch (error) {
      runner.warn(error, response);
    }
  };
  const done = await runner.execute({
    name,
    states: authenticated,
    barrier: true,
    changesMailbox: true,
    repeatable: true,
    restart: () => {
      opening.restart();
      octets = 0;
      return true;
    },
    check: () => {
      check(runner.session, name, args);
      options.check?.();
    },
    write: (out) => {
      early = runner.session.state === 'selected' ? [] : null;
      writeParameters(out.atom(name).mailbox(args.mailbox), args);
    },
    collect: (response) => {
      const code = codeIn(response);
      // Words for everybody.
      if (code === 'ALERT' || code === 'INPROGRESS') return false;
      if (code === 'CLOSED') {
        // What came before is about the mailbox that was open until here (RFC 7162 3.2.11).
        for (const before of early ?? []) runner.unasked(before);
        early = null;
        return true;
      }
      const isKnown = mailboxData.has(response.name) || messageData.has(response.name);
      if (!isKnown || (early === null && !isOfMailbox(response))) return false;
      octets += response.bytes.length;
      const most = runner.session.limits.collected;
      if (octets > most) throw tooMuch(name, most);
      if (early === null) take(response);
      else early.push(response);
      return true;
    },
    completed: ({ status, code }) => {
      if (status !== 'OK') return runner.leave();
      for (const response of early ?? []) take(response);
      runner.session.enter('selected');
      opening.opened(args.readOnly || (code !== null && codeName(code) === 'READ-ONLY'));
    },
    signal: options.signal,
  });
  runner.answered(done);
  if (done.status !== 'OK') throw new ImapCommandError(name, done.status, done.code, done.text);
}

function codeIn(response: Response): string | null {
  if (response.name !== 'OK') return null;
  const { code } = readStatusText(response.reader());
  return code === null ? null : codeName(code);
}

function check(session: Session, name: string, { condstore, qresync }: SelectArgs): void {
  const hasCondstore = session.supports('CONDSTORE') || session.supports('QRESYNC');
  if (condstore === true && !hasCondstore) throw new ImapCapabilityError(name, 'CONDSTORE');
  if (qresync === undefined) return;
  if (!session.supports('QRESYNC')) throw new ImapCapabilityError(name, 'QRESYNC');
  if (!session.enabled.has('QRESYNC')) {
    throw new ImapStateError(`${name} with QRESYNC is possible once ENABLE QRESYNC has been answered`);
  }
  // RFC 9586 3.5
  if (qresync.sequenceMatch !== undefined && session.enabled.has('UIDONLY')) {
    throw new ImapStateError(`${name} with sequenceMatch: with UIDONLY messages have no sequence numbers`);
  }
}

function writeParameters(out: CommandWriter, { condstore, qresync }: SelectArgs): void {
  if (condstore !== true && qresync === undefined) return;
  out.list(() => {
    if (condstore === true) out.atom('CONDSTORE');
    if (qresync === undefined) return;
    out.atom('QRESYNC').list(() => {
      out.number(qresync.uidValidity).number(qresync.modSeq);
      if (qresync.knownUids !== undefined) out.set(qresync.knownUids);
      if (qresync.sequenceMatch === undefined) return;
      const [sequences, uids] = qresync.sequenceMatch;
      out.list(() => out.set(sequences).set(uids));
    });
  });
}

function tooMuch(name: string, most: number): ImapLimitError {
  const hint = 'open it without qresync, or name fewer UIDs';
  return new ImapLimitError(`${name}: more than ${most} bytes of changes: ${hint}`, 'collected');
}
