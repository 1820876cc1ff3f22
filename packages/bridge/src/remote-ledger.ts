// The ledger of a worker: each question goes to the first process, which counts for all of them.

import type { Busy, Ledger, Visit } from './ledger.ts';
import { isAnswer } from './messages.ts';
import type { Answer, Notice, Question } from './messages.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** How long the first process may take to answer. */
const ANSWER_MS = 5_000;

/** The way to the first process; `process` in a worker. */
export interface Channel {
  send(message: Question | Notice): void;
  /** Called back with each message of the first process. */
  listen(onMessage: (message: unknown) => void): void;
}

/** Asks the first process. */
export class RemoteLedger implements Ledger {
  readonly #channel: Channel;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.listen((message) => {
      if (!isAnswer(message)) return;
      this.#waiting.get(message.answer)?.(message);
    });
  }

  async attempt(address: string): Promise<Busy | null> {
    const { answer } = await this.#ask({ ask: 'attempt', address });
    return (answer.busy ?? null) as Busy | null;
  }

  async enter(visit: Visit): Promise<(() => void) | Busy> {
    const { id, answer } = await this.#ask({ ask: 'enter', visit });
    return (answer.busy as Busy | null | undefined) ?? this.#leave(id);
  }

  async startProcess(): Promise<(() => void) | null> {
    const { id, answer } = await this.#ask({ ask: 'process' });
    return (answer.busy ?? null) === null ? this.#leave(id) : null;
  }

  /** The metrics of all processes. */
  async metrics(): Promise<string> {
    const { answer } = await this.#ask({ ask: 'metrics' });
    return answer.text ?? '';
  }

  /** The first process forgets for all. */
  sweep(): void {}

  #leave(id: number): () => void {
    let isIn = true;
    return () => {
      if (isIn) this.#channel.send({ tell: 'leave', id });
      isIn = false;
    };
  }

  #ask(question: WithoutId<Question>): Promise<{ id: number; answer: Answer }> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // Should it be counted late, it is counted out again.
        this.#waiting.set(id, ({ busy }) => {
          this.#waiting.delete(id);
          if ((busy ?? null) === null) this.#channel.send({ tell: 'leave', id });
        });
        reject(new Error(`the first process did not answer within ${ANSWER_MS} ms`));
      }, ANSWER_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve({ id, answer });
      });
      this.#channel.send({ ...question, id });
    });
  }
}
