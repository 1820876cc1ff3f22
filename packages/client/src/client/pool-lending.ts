// Who gets which of a pool's connections: the one that has the mailbox selected, else an idle one, else a new one,
// else whichever comes back first, in the order in which they were asked for.

import { ImapCommandError, ImapConnectionError, ImapLimitError } from '../session/errors.ts';
import { after } from '../session/timer.ts';
import { isInbox } from '../wire/mailbox-name.ts';
import { TransportError } from '../transport/byte-stream.ts';
import type { ImapClient } from './client.ts';

/** What a borrower would like to find. */
export interface Wanted {
  /** Null where any will do. */
  readonly mailbox: string | null;
  readonly readOnly: boolean;
}

/** A connection that is lent until `end` is called. */
export interface Loan {
  readonly client: ImapClient;
  /** Nobody has used it before: what fails on it does not fail because it has lain idle for long. */
  readonly isNew: boolean;
  end(): void;
}

export interface LendingOptions {
  /** Opens one more connection. */
  readonly open: (signal: AbortSignal) => Promise<ImapClient>;
  readonly connections: number;
  readonly idleMs: number;
  readonly waitMs: number;
  readonly waiting: number;
}

/** A server that refused one more connection is not asked again for this long. */
const REFUSED_MS = 5 * 60_000;

interface Member {
  readonly client: ImapClient;
  idleTimer: ReturnType<typeof setTimeout> | undefined;
  uses: number;
}

interface Waiter {
  readonly wanted: Wanted;
  readonly resolve: (loan: Loan) => void;
  readonly reject: (error: unknown) => void;
}

/** The connections of a pool, and the queue before them. */
export class Lending {
  readonly #options: LendingOptions;
  /** Least recently used first. */
  readonly #idle: Member[] = [];
  readonly #lent = new Set<Member>();
  readonly #waiting: Waiter[] = [];
  readonly #ended = new AbortController();
  #opening = 0;
  /** The server has refused to have more than `most`; `until` is a time of `performance.now()`. */
  #refused: { readonly most: number; readonly until: number } | null = null;

  constructor(options: LendingOptions) {
    this.#options = options;
  }

  /** Connections that are open now. */
  get clients(): readonly ImapClient[] {
    return [...this.#idle, ...this.#lent].map(({ client }) => client);
  }

  /** How many connections there may be, as far as is known. */
  get most(): number {
    if (this.#refused !== null && performance.now() >= this.#refused.until) this.#refused = null;
    return this.#refused?.most ?? this.#options.connections;
  }

  /**
   * Waits for a connection.
   *
   * @throws what opening the only connection failed with; AbortError, TimeoutError, ImapLimitError
   */
  lend(wanted: Wanted, signal: AbortSignal | undefined): Promise<Loan> {
    const { waitMs, waiting } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#ended.signal.aborted) return reject(this.#ended.signal.reason);
      if (signal?.aborted === true) return reject(signal.reason);
      if (this.#waiting.length >= waiting) {
        return reject(
          new ImapLimitError(`${waiting} calls wait for a connection of the pool already`, 'waiting'),
        );
      }
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const giveUp = (reason: unknown): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.reject(reason);
      };
      const abort = (): void => giveUp(signal?.reason);
      const timer = after(waitMs, () => giveUp(this.#tooLate()));
      signal?.addEventListener('abort', abort, { once: true });
      const waiter: Waiter = {
        wanted,
        resolve: (loan) => {
          settled();
          resolve(loan);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Logs out of every connection; whoever waits hears that the pool was closed. */
  async close(): Promise<void> {
    const error = new ImapConnectionError('the pool was closed');
    this.#ended.abort(error);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    await Promise.all(this.clients.map((client) => client.logout()));
  }

  /** Lends what is idle to the first in the queue, and opens more where that is not enough. */
  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const member = this.#choose(next.wanted);
      if (member === null) break;
      this.#waiting.shift();
      next.resolve(this.#loan(member));
    }
    while (this.#opening < this.#waiting.length && this.#open + this.#opening < this.most) void this.#add();
  }

  /** Takes the best of the idle ones out of their row. */
  #choose({ mailbox, readOnly }: Wanted): Member | null {
    let at = mailbox === null ? -1 : this.#idle.findIndex(({ client }) => isOpen(client, mailbox, readOnly));
    if (at < 0) at = this.#idle.findIndex(({ client }) => client.mailbox === null);
    return this.#idle.splice(Math.max(at, 0), 1)[0] ?? null;
  }

  #loan(member: Member): Loan {
    clearTimeout(member.idleTimer);
    this.#lent.add(member);
    return {
      client: member.client,
      isNew: member.uses++ === 0,
      end: () => {
        // One that has died is forgotten, or about to be.
        if (this.#lent.delete(member) && member.client.state !== 'logout') this.#rest(member);
        this.#serve();
      },
    };
  }

  #rest(member: Member): void {
    this.#idle.push(member);
    if (this.#options.idleMs === Infinity) return;
    member.idleTimer = after(this.#options.idleMs, () => {
      this.#forget(member);
      void member.client.logout();
    });
  }

  #forget(member: Member): void {
    clearTimeout(member.idleTimer);
    this.#lent.delete(member);
    const at = this.#idle.indexOf(member);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  get #open(): number {
    return this.#idle.length + this.#lent.size;
  }

  async #add(): Promise<void> {
    this.#opening += 1;
    try {
      const client = await this.#options.open(this.#ended.signal);
      if (this.#ended.signal.aborted) return await client.logout();
      const member: Member = { client, idleTimer: undefined, uses: 0 };
      void client.closed.then(() => {
        this.#forget(member);
        this.#serve();
      });
      this.#rest(member);
    } catch (error) {
      this.#failed(error, this.#opening - 1);
    } finally {
      this.#opening -= 1;
    }
    this.#serve();
  }

  /** A connection could not be opened; `others` are being opened at this moment. */
  #failed(error: unknown, others: number): void {
    if (this.#ended.signal.aborted) return;
    const left = this.#open + others;
    if (left === 0) {
      this.#refused = null;
      // A wrong password is tried once, not once for each who waits.
      for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    } else if (isRefusal(error)) {
      this.#refused = { most: left, until: performance.now() + REFUSED_MS };
    } else {
      // It was opened for the last in the queue; the others are served by those that are open.
      this.#waiting.pop()?.reject(error);
    }
  }

  #tooLate(): DOMException {
    const waited = `no connection of the pool became free within ${this.#options.waitMs / 1000} s`;
    return new DOMException(
      `${waited}: ${this.#lent.size} are lent, ${this.#opening} are being opened`,
      'TimeoutError',
    );
  }
}

/** A connection with the mailbox selected; another one where the first had died while nobody used it. */
export function lendOpened(lending: Lending, wanted: Wanted, signal: AbortSignal | undefined): Promise<Loan> {
  return retried(lending, wanted, signal, async (loan) => {
    try {
      await openMailbox(loan.client, wanted, signal);
      return loan;
    } catch (error) {
      loan.end();
      throw error;
    }
  });
}

/** Runs `work`, which changes nothing, on a connection; once more where that had died while nobody used it. */
export function borrowed<T>(
  lending: Lending,
  wanted: Wanted,
  signal: AbortSignal | undefined,
  work: (client: ImapClient) => Promise<T>,
): Promise<T> {
  return retried(lending, wanted, signal, (loan) => work(loan.client).finally(() => loan.end()));
}

async function retried<T>(
  lending: Lending,
  wanted: Wanted,
  signal: AbortSignal | undefined,
  work: (loan: Loan) => Promise<T>,
): Promise<T> {
  for (;;) {
    const loan = await lending.lend(wanted, signal);
    try {
      return await work(loan);
    } catch (error) {
      if (loan.isNew || !(error instanceof ImapConnectionError)) throw error;
    }
  }
}

/** Selects what is wanted, unless it is selected already. */
export async function openMailbox(
  client: ImapClient,
  { mailbox, readOnly }: Wanted,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (mailbox === null || isOpen(client, mailbox, readOnly)) return;
  await client.select(mailbox, { readOnly, signal });
}

/** Whether the client has the mailbox selected, in the way that is wanted. */
function isOpen({ mailbox }: ImapClient, name: string, readOnly: boolean): boolean {
  return mailbox !== null && mailbox.readOnly === readOnly && keyOf(mailbox.name) === keyOf(name);
}

/** What tells two mailboxes apart by their names. */
export function keyOf(name: string): string {
  return isInbox(name) ? 'INBOX' : name;
}

/** Whether the server will have no more connections: it says BYE, answers the login with NO, or takes no call. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ImapCommandError) return true;
  if (!(error instanceof ImapConnectionError)) return false;
  const { bye, cause } = error;
  return (
    bye !== null || (cause instanceof TransportError && (cause.code === 'limit' || cause.code === 'refused'))
  );
}
