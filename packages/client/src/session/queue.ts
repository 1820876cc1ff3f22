// Which command may be sent next. Commands go out one behind the other without waiting for answers, except where
// that would change what they mean: at barriers, and where sequence numbers could have shifted (RFC 3501 5.5).

import type { Pending } from './pending.ts';

/** More unanswered commands than this are of no use to anybody. */
const MOST_IN_FLIGHT = 256;

/** The commands of one connection: those that wait, and those that wait for an answer, in order. */
export class CommandQueue {
  readonly waiting: Pending[] = [];
  readonly inFlight: Pending[] = [];

  /** Takes the next command out of the waiting line, where it may go. */
  next(): Pending | null {
    const head = this.waiting[0];
    if (head === undefined || !this.#mayGo(head)) return null;
    this.waiting.shift();
    return head;
  }

  /** Forgets a command that is still waiting; false where it is not. */
  withdraw(pending: Pending): boolean {
    const index = this.waiting.indexOf(pending);
    if (index < 0) return false;
    this.waiting.splice(index, 1);
    return true;
  }

  /** The command with this tag that waits for its answer. */
  unanswered(tag: string): Pending | null {
    return this.inFlight.find((pending) => pending.tag === tag) ?? null;
  }

  /** Its answer has come. */
  answered(pending: Pending): void {
    this.inFlight.splice(this.inFlight.indexOf(pending), 1);
  }

  /** Empties both lines. */
  clear(): Pending[] {
    return [...this.inFlight.splice(0), ...this.waiting.splice(0)];
  }

  #mayGo({ request }: Pending): boolean {
    if (this.inFlight.length >= MOST_IN_FLIGHT) return false;
    if (this.inFlight.some((before) => before.request.barrier === true)) return false;
    if (request.barrier === true) return this.inFlight.length === 0;
    return (
      request.bySequence !== true || this.inFlight.every((before) => before.request.keepsNumbers === true)
    );
  }
}
