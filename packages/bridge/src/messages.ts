// What the processes of one bridge say to each other: a worker asks the first process, which counts for all.

import type { Busy, Visit } from './ledger.ts';

/** What a worker asks; `id` comes back with the answer. */
export type Question =
  | { readonly ask: 'attempt'; readonly id: number; readonly address: string }
  | { readonly ask: 'enter'; readonly id: number; readonly visit: Visit }
  | { readonly ask: 'process'; readonly id: number }
  | { readonly ask: 'metrics'; readonly id: number };

/** What a worker tells. */
export type Notice =
  /** What was counted under this number is over. */
  | { readonly tell: 'leave'; readonly id: number }
  | { readonly tell: 'listening'; readonly url: string }
  /** It cannot run, and why. */
  | { readonly tell: 'failed'; readonly message: string; readonly isConfig: boolean };

/** What the first process answers: null where all is well. */
export interface Answer {
  readonly answer: number;
  readonly busy?: Busy | 'too many processes' | null;
  readonly text?: string;
}

/** What the first process wants. */
export type Order =
  | { readonly order: 'drain'; readonly ms: number | null }
  | { readonly order: 'close' }
  | { readonly order: 'reload' };

// Libraries send messages of their own beside these.
const has = (message: unknown, key: string): boolean =>
  typeof message === 'object' && message !== null && Object.hasOwn(message, key);

export const isQuestion = (message: unknown): message is Question => has(message, 'ask');
export const isNotice = (message: unknown): message is Notice => has(message, 'tell');
export const isAnswer = (message: unknown): message is Answer => has(message, 'answer');
export const isOrder = (message: unknown): message is Order => has(message, 'order');
