// Responses that wait, unparsed, for the loop that reads them. It counts bytes: the session stops reading from the
// server while nobody else waits, and fails the loop where it falls too far behind.

import type { Response } from '../wire/response.ts';

/** A bounded queue between the session and one `for await`. */
export class ResponseQueue {
  #responses: (Response | null)[] = [];
  /** The first that has not been taken; moving all the others up for each one would be quadratic. */
  #first = 0;
  #bytes = 0;
  #ended = false;
  #error: unknown = null;
  #dropping = false;
  #waiting: (() => void) | null = null;
  #drained: (() => void) | null = null;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds one; drops it where nobody will read it any more. */
  push(response: Response): void {
    if (this.#dropping || this.#ended) return;
    this.#responses.push(response);
    this.#bytes += response.bytes.length;
    this.#wake();
  }

  /** The answer is complete; `error` ends the loop with it after what is still queued. */
  end(error: unknown = null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  /** Ends the loop at once and forgets what is queued. */
  fail(error: unknown): void {
    this.clear();
    this.#ended = false;
    this.end(error);
  }

  /** Nobody reads any more: what is queued and what still comes is dropped. */
  drop(): void {
    this.#dropping = true;
    this.clear();
  }

  /** Called when the queue has become shorter. */
  set onDrain(callback: (() => void) | null) {
    this.#drained = callback;
  }

  /** The next response, or null at the end. */
  async next(): Promise<Response | null> {
    while (this.#first === this.#responses.length) {
      if (this.#ended) {
        if (this.#error !== null) throw this.#error;
        return null;
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const response = this.#responses[this.#first]!;
    this.#responses[this.#first] = null;
    this.#first += 1;
    this.#bytes -= response.bytes.length;
    if (this.#first * 2 >= this.#responses.length) {
      this.#responses.splice(0, this.#first);
      this.#first = 0;
    }
    this.#drained?.();
    return response;
  }

  /** Forgets what is queued; more may come. */
  clear(): void {
    this.#responses = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#drained?.();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = null;
  }
}
