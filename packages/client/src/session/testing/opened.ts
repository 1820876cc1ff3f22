// A session over a connection in memory, opened, for tests.

import { memoryPair, type MemoryPairOptions, type MemoryServer } from '../../transport/pair.ts';
import type { Response } from '../../wire/response.ts';
import type { Request } from '../request.ts';
import { Session, type SessionOptions } from '../session.ts';
import { Transcript } from './transcript.ts';

/** A session and all that a test wants to see of it. */
export interface Opened {
  readonly session: Session;
  readonly server: MemoryServer;
  readonly script: Transcript;
  /** The lines that no command has taken. */
  readonly untagged: string[];
  /** What `onLine` was told. */
  readonly lines: string[];
}

/** Opens a session; tags are T0, T1, … */
export async function openSession({
  greeting = '* OK ready',
  pair = {},
  ...options
}: Partial<SessionOptions> & {
  readonly greeting?: string;
  readonly pair?: MemoryPairOptions;
} = {}): Promise<Opened> {
  const { client, server } = memoryPair(pair);
  const untagged: string[] = [];
  const lines: string[] = [];
  const script = new Transcript(server);
  const opening = Session.open({
    transport: () => Promise.resolve(client),
    tagPrefix: 'T',
    onUntagged: (response) => untagged.push(lineOf(response)),
    onLine: (direction, line) => lines.push(`${direction}: ${line}`),
    ...options,
  });
  await script.say(`${greeting}\r\n`);
  return { session: await opening, server, script, untagged, lines };
}

/** The response as text. */
export function lineOf(response: Response): string {
  return new TextDecoder().decode(response.bytes);
}

/** A request of which only the text matters: its name is its first word. */
export function say(text: string, more: Partial<Request> = {}): Request {
  return { name: text.split(' ', 1)[0] ?? '', write: (out) => out.raw(text), ...more };
}

/** What a promise rejects with; looked at from the start, so that it is nobody's unhandled rejection meanwhile. */
export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

/** How a promise stands once everything that can happen by itself has happened. */
export async function settled<T>(promise: Promise<T>): Promise<T | 'pending' | Error> {
  const pending = Symbol('pending');
  let outcome: T | symbol | Error = pending;
  promise.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error as Error),
  );
  for (let turn = 0; turn < 20 && outcome === pending; turn++) await nextTurn();
  return outcome === pending ? 'pending' : (outcome as T | Error);
}

const immediate = globalThis.setImmediate;

/** One turn of the event loop, whatever clock a test has put in place. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => immediate(resolve));
}

/** The first of a list that has one. */
export function first<T>(list: readonly T[]): T {
  for (const one of list) return one;
  throw new Error('there is none');
}
