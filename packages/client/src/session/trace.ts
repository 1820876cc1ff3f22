// A trace: what has happened on a connection and on those that took its place, for whoever looks at it.

import type { CommandPhase, CommandRecord, ConnectionRecord, Observer, TracedLine } from './observer.ts';
import { tell } from './tell.ts';

/** What a {@link Trace} tells, by name. */
export interface TraceEvents {
  /** A command has come to another phase. */
  readonly command: (command: CommandRecord, phase: CommandPhase) => void;
  /** A line was sent or received. While nobody listens, no line is put together. */
  readonly line: (line: TracedLine) => void;
  /** A connection was opened, was greeted, or has ended. */
  readonly connection: (connection: ConnectionRecord) => void;
}

/** How much a {@link Trace} keeps. */
export interface TraceOptions {
  /** The last commands; 500. */
  readonly commands?: number;
  /** The last connections; 20. */
  readonly connections?: number;
}

/**
 * Watches connections: give it to each of them, and look whenever you like.
 *
 * @example
 * const trace = new Trace();
 * trace.on('line', ({ direction, line }) => console.log(direction, line));
 * const client = await ImapClient.connect({ transport, auth, trace });
 * for (const { name, sent, completed } of trace.commands) …
 */
export class Trace implements Observer {
  readonly #listeners: { readonly [Type in keyof TraceEvents]: Set<TraceEvents[Type]> } = {
    command: new Set(),
    line: new Set(),
    connection: new Set(),
  };
  readonly #mostCommands: number;
  readonly #mostConnections: number;
  #commands: CommandRecord[] = [];
  #connections: ConnectionRecord[] = [];

  constructor({ commands = 500, connections = 20 }: TraceOptions = {}) {
    this.#mostCommands = commands;
    this.#mostConnections = connections;
  }

  /** The last commands, in the order in which they were called; each changes until it is done. */
  get commands(): readonly CommandRecord[] {
    return this.#commands;
  }

  /** The last connections. */
  get connections(): readonly ConnectionRecord[] {
    return this.#connections;
  }

  get wantsLines(): boolean {
    return this.#listeners.line.size > 0;
  }

  /** Calls `listener` for each event of that kind; returns what ends it. */
  on<Type extends keyof TraceEvents>(type: Type, listener: TraceEvents[Type]): () => void {
    const listeners: Set<TraceEvents[Type]> = this.#listeners[type];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Forgets what is kept. */
  clear(): void {
    this.#commands = [];
    this.#connections = [];
  }

  connection(record: ConnectionRecord): void {
    if (record.greeted === null && record.ended === null)
      keep(this.#connections, record, this.#mostConnections);
    for (const listener of this.#listeners.connection) tell(listener, record);
  }

  command(record: CommandRecord, phase: CommandPhase): void {
    if (phase === 'queued') keep(this.#commands, record, this.#mostCommands);
    for (const listener of this.#listeners.command) tell(listener, record, phase);
  }

  line(line: TracedLine): void {
    for (const listener of this.#listeners.line) tell(listener, line);
  }
}

function keep<T>(list: T[], one: T, most: number): void {
  list.push(one);
  if (list.length > most) list.shift();
}
