// The rows that a loop has had, so that it can go on behind them when its connection was lost and another one has
// taken its place.

import type { Command, RowKey } from './command.ts';

/** Remembers the rows of one call; only where its connection can be replaced. */
export class GivenRows<Args, Row> {
  /** What is still to be asked for. */
  rest: Args;
  /** The loop was left: nobody wants more. */
  isLeft = false;
  readonly #args: Args;
  readonly #goOn: Command<Args, Row, unknown>['goOn'];
  readonly #keys = new Set<RowKey>();
  #before: ReadonlySet<RowKey> = new Set();

  constructor({ goOn }: Pick<Command<Args, Row, unknown>, 'goOn'>, args: Args) {
    this.#goOn = goOn;
    this.#args = args;
    this.rest = args;
  }

  /** Remembers a row that is about to be given; false where it was given on an earlier connection. */
  isNew(row: Row): boolean {
    const key = this.#goOn?.key(row);
    if (this.#before.has(key)) return false;
    this.#keys.add(key);
    return true;
  }

  /** The connection was lost: whether the call can go on, or null where nothing is missing any more. */
  restart(): boolean | null {
    if (this.isLeft) return false;
    if (this.#keys.size === 0) return true;
    if (this.#goOn === undefined) return false;
    this.#before = new Set(this.#keys);
    const { rest } = this.#goOn;
    const missing = rest === undefined ? this.#args : rest(this.#args, this.#keys);
    if (missing === null) return null;
    this.rest = missing;
    return true;
  }
}
