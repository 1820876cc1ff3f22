// What a command is: its name, where it is legal, what it sends, what it collects and what that adds up to. Each
// command is one such value in a file of its own; what runs them is here.

import {
  ImapCapabilityError,
  ImapCommandError,
  ImapLimitError,
  ImapPartialError,
  ImapStateError,
} from '../session/errors.ts';
import type { Completion, Request, SessionState } from '../session/request.ts';
import { ResponseQueue } from '../session/response-queue.ts';
import type { Session } from '../session/session.ts';
import type { ResponseReader } from '../wire/reader.ts';
import type { Response } from '../wire/response.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { ImapAnswerError } from './answer-error.ts';
import { GivenRows } from './given-rows.ts';

/** Octets in which flags and a UID fit, and little more. */
const SHORT = 256;

/** What tells a row from all others: a UID, a name. */
export type RowKey = number | string | undefined;

/** A command as data. `Args` is one object, `Row` what one collected response gives, `Result` what the call gives. */
export interface Command<Args, Row, Result> {
  /** As it is sent: `STATUS`, `UID FETCH`. */
  readonly name: string | ((args: Args) => string);
  /** Where it is legal (RFC 3501 6); everywhere, where absent. */
  readonly states?: readonly SessionState[];
  /** The capabilities without which it cannot be sent; `A or B` where one of them is enough. */
  readonly needs?: (args: Args) => string | readonly string[] | null;
  /** See {@link Request.barrier}. */
  readonly barrier?: boolean;
  /** Whether it counts by sequence number (RFC 3501 5.5). */
  readonly bySequence?: (args: Args) => boolean;
  /** See {@link Request.keepsNumbers}. */
  readonly keepsNumbers?: (args: Args) => boolean;
  /** See {@link Request.endsConnection}. */
  readonly endsConnection?: boolean;
  /** See {@link Request.changesMailbox}. */
  readonly changesMailbox?: boolean;
  /** See {@link Request.repeatable}. What counts by sequence number never is. */
  readonly repeatable?: (args: Args) => boolean;
  /** How rows go on where some had been given before the connection was lost; without it they do not. */
  readonly goOn?: {
    /** Tells a row from all others. */
    readonly key: (row: Row) => RowKey;
    /** The arguments for the rows that are missing, or null where none is; the same, where absent. */
    readonly rest?: (args: Args, given: ReadonlySet<RowKey>) => Args | null;
  };
  /** Writes the arguments; the name is written already. `session`: as it stands when the command's turn has come. */
  readonly send?: (out: CommandWriter, args: Args, session: Session) => void;
  /** The untagged responses that belong to it, by name. */
  readonly collect?: Readonly<Record<string, (line: ResponseReader, response: Response, args: Args) => Row>>;
  /**
   * They make one answer: where one of them cannot be read the call rejects, since a part of the messages found, or
   * none, would pass for all of them. Else such a row is passed over, with a warning.
   */
  readonly isWhole?: boolean;
  /**
   * Which of them are really its own; the others go where unasked responses go. Asked once for each call; `tag` is
   * the command's own, `isContested` as in {@link Request.collect}.
   */
  readonly accepts?: (args: Args, runner: Runner) => (row: Row, tag: string, isContested: boolean) => boolean;
  /**
   * Called with the tagged OK before anything else is read. `rows`: what was collected, where the call is no loop; it
   * may add to them.
   */
  readonly completed?: (runner: Runner, args: Args, rows: Row[]) => void;
  /** What the call resolves to. */
  readonly result: (rows: Row[], done: Completion, args: Args) => Result;
}

/** Declares a command; only there for the types to be inferred. */
export function command<Args, Row, Result>(
  definition: Command<Args, Row, Result>,
): Command<Args, Row, Result> {
  return definition;
}

/** Whom a command runs on. */
export interface Runner {
  /** The connection as it is now. */
  readonly session: Session;
  /** As {@link Session.execute}, on the connection that there is when the command's turn comes. */
  execute(request: Request): Promise<Completion>;
  /** Whether another connection takes the place of one that is lost. */
  readonly canReconnect?: boolean;
  /** No mailbox is selected any more. */
  leave(): void;
  /** Takes a response that turned out not to be the command's own. */
  unasked(response: Response): void;
  /** Told of a response that could not be read. */
  warn(error: unknown, response: Response): void;
  /** Told of each tagged answer: response codes such as ALERT are for everybody. */
  answered(done: Completion): void;
}

/** What a caller may say about one run. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asked when the command's turn comes; throws where it should not be sent any more. */
  readonly check?: () => void;
  readonly onProgress?: ((sent: number, total: number) => void) | undefined;
  /** See {@link Request.literal}. */
  readonly literal?: Request['literal'];
}

/**
 * Sends a command and gives its result.
 *
 * @throws ImapCommandError on NO and BAD, ImapPartialError where the server has done only a part of it, ImapAnswerError
 *   where what it has found cannot be read
 */
export async function run<Args, Row, Result>(
  runner: Runner,
  definition: Command<Args, Row, Result>,
  args: Args,
  options: RunOptions = {},
): Promise<Result> {
  const rows: Row[] = [];
  const accepts = definition.accepts?.(args, runner);
  const most = runner.session.limits.collected;
  let collected = 0;
  const done = await runner.execute({
    ...requestOf(runner, definition, args, options, rows),
    restart: () => {
      rows.length = 0;
      collected = 0;
      return true;
    },
    collect: (response, isContested, tag) => {
      const read = definition.collect?.[response.name];
      if (read === undefined) return false;
      let row: Row;
      try {
        row = read(response.reader(), response, args);
      } catch (error) {
        runner.warn(error, response);
        if (definition.isWhole === true) throw new ImapAnswerError(nameOf(definition, args), error);
        return true;
      }
      if (accepts?.(row, tag, isContested) === false) return false;
      collected += response.bytes.length;
      if (collected > most) throw tooMuch(nameOf(definition, args), most);
      rows.push(row);
      return true;
    },
  });
  const name = nameOf(definition, args);
  refuse(runner, name, done);
  const result = definition.result(rows, done, args);
  refusePart(name, done, result);
  return result;
}

/**
 * Sends a command when its first row is asked for, and gives its rows as they come. They are read from their bytes
 * only here, so that a row that nobody takes costs nothing.
 */
export async function* iterate<Args, Row, Result>(
  runner: Runner,
  definition: Command<Args, Row, Result>,
  args: Args,
  options: RunOptions = {},
): AsyncGenerator<Row, void, undefined> {
  const queue = new ResponseQueue();
  const accepts = definition.accepts?.(args, runner);
  const given = new GivenRows(definition, args);
  let ownTag = '';
  const isOwn = (
    read: NonNullable<typeof definition.collect>[string],
    response: Response,
    isContested: boolean,
  ): boolean => {
    try {
      return accepts?.(read(response.reader(), response, args), ownTag, isContested) !== false;
    } catch {
      return true; // the loop reads it again, and warns
    }
  };
  runner
    .execute({
      ...requestOf(runner, definition, args, options, [], () => given.rest),
      rows: queue,
      restart: () => {
        queue.clear();
        const goesOn = given.restart();
        // Where all rows are here, the server's last word had been missing.
        if (goesOn === null) queue.end();
        return goesOn === true;
      },
      collect: (response, isContested, tag) => {
        ownTag = tag;
        const read = definition.collect?.[response.name];
        if (read === undefined) return false;
        // Somebody else's change is told when it comes, not when the loop gets to it: by then an EXPUNGE may have
        // shifted the numbers. Such responses are short.
        const mayBeForeign = isContested || response.bytes.length < SHORT;
        if (accepts !== undefined && mayBeForeign && !isOwn(read, response, isContested)) return false;
        queue.push(response);
        return true;
      },
    })
    .then((done) => {
      refuse(runner, nameOf(definition, args), done);
      refusePart(nameOf(definition, args), done, null);
    })
    .then(
      () => queue.end(),
      (error: unknown) => queue.end(error),
    );
  try {
    for (let response = await queue.next(); response !== null; response = await queue.next()) {
      let row: Row;
      try {
        row = definition.collect![response.name]!(response.reader(), response, args);
      } catch (error) {
        runner.warn(error, response);
        continue;
      }
      // Where others could have been meant, that was looked at when it came.
      if (accepts?.(row, ownTag, false) === false) runner.unasked(response);
      else if (runner.canReconnect !== true || given.isNew(row)) yield row;
    }
  } finally {
    given.isLeft = true;
    queue.drop();
  }
}

function nameOf<Args, Row, Result>({ name }: Command<Args, Row, Result>, args: Args): string {
  return typeof name === 'string' ? name : name(args);
}

function requestOf<Args, Row, Result>(
  runner: Runner,
  definition: Command<Args, Row, Result>,
  args: Args,
  options: RunOptions,
  rows: Row[] = [],
  argsNow = (): Args => args,
): Request {
  const name = nameOf(definition, args);
  const bySequence = definition.bySequence?.(args) === true;
  const needed = (): readonly string[] => [definition.needs?.(args) ?? []].flat();
  return {
    name,
    ...(definition.states === undefined ? {} : { states: definition.states }),
    barrier: definition.barrier === true,
    bySequence,
    keepsNumbers: definition.keepsNumbers?.(args) === true,
    endsConnection: definition.endsConnection === true,
    changesMailbox: definition.changesMailbox === true,
    // With SEARCHRES it speaks of `$`.
    isBound: () => bySequence || needed().includes('SEARCHRES'),
    repeatable: !bySequence && definition.repeatable?.(args) === true,
    check: () => {
      const { session } = runner;
      for (const capability of needed()) {
        const isThere = capability.split(' or ').some((one) => session.supports(one));
        if (!isThere) throw new ImapCapabilityError(name, capability);
      }
      // RFC 9586 3: the server answers them with BAD.
      if (bySequence && session.enabled.has('UIDONLY')) {
        throw new ImapStateError(`${name} by sequence number: with UIDONLY messages have none; use UIDs`);
      }
      options.check?.();
    },
    write: (out) => {
      out.raw(name);
      definition.send?.(out, argsNow(), runner.session);
    },
    completed: (done) => {
      if (done.status === 'OK') definition.completed?.(runner, args, rows);
    },
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.literal === undefined ? {} : { literal: options.literal }),
    signal: options.signal,
  };
}

/** An endless answer would fill the memory. */
function tooMuch(name: string, most: number): ImapLimitError {
  return new ImapLimitError(
    `${name}: the server has sent more than ${most} bytes in answer; ask for less at once`,
    'collected',
  );
}

function refuse(runner: Runner, name: string, done: Completion): void {
  runner.answered(done);
  if (done.status !== 'OK') throw new ImapCommandError(name, done.status, done.code, done.text);
}

function refusePart(name: string, { code }: Completion, result: unknown): void {
  if (code?.name === 'MESSAGELIMIT' || code?.name === 'MODIFIED')
    throw new ImapPartialError(name, code, result);
}
