// A trace: what has happened on a connection and on those that took its place, for whoever looks at it.

import type { CommandObserver, ConnectionObserver, Observer } from './observer.ts';
import { tell } from './tell.ts';

/** How far a command has come. `failed`: its call has; an answer may still come and complete it. */
export type CommandPhase = 'queued' | 'sent' | 'waiting' | 'continued' | 'answered' | 'completed' | 'failed';

/** One command. Times are those of `performance.now()`, null where it has not come so far. */
export interface CommandRecord {
  readonly connection: ConnectionRecord;
  /** Without its arguments: `UID FETCH`. */
  readonly name: string;
  /** Empty until it is sent. */
  readonly tag: string;
  readonly queued: number;
  /** Its first byte was handed to the transport. */
  readonly sent: number | null;
  /** It began to wait for a `+`, for the first time; */
  readonly waiting: number | null;
  /** the last `+` it waited for came; */
  readonly continued: number | null;
  /** and so many milliseconds in all it has waited. */
  readonly waited: number;
  /** The first response that was its own. */
  readonly answered: number | null;
  /** Its tagged answer. */
  readonly completed: number | null;
  /** Octets of the command, its literals and what it answered to `+`. */
  readonly bytesOut: number;
  /** Octets of its responses. */
  readonly bytesIn: number;
  /** Null where no tagged answer has come. */
  readonly status: 'OK' | 'NO' | 'BAD' | null;
  /** The name of the response code at its end, in capitals. */
  readonly code: string | null;
  /** The server's words at its end, cut where they are many. */
  readonly text: string;
  /** Why its call failed, where it did without a tagged answer. */
  readonly error: string | null;
}

/** One connection. */
export interface ConnectionRecord {
  /** Counts the connections of a trace. */
  readonly number: number;
  /** Who is at the other end, for people. */
  readonly peer: string;
  readonly opened: number;
  readonly greeted: number | null;
  readonly ended: number | null;
  /** Why it ended; null where that was in order. */
  readonly error: string | null;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** A line as it may be shown: secrets as `***`, literals folded, cut where it is very long. */
export interface TracedLine {
  readonly connection: ConnectionRecord;
  readonly direction: 'C' | 'S';
  readonly line: string;
  readonly at: number;
}

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
  #count = 0;
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

  /** @internal what a session calls */
  connected(peer: string): ConnectionObserver {
    const record: Written<ConnectionRecord> = {
      number: ++this.#count,
      peer,
      opened: performance.now(),
      greeted: null,
      ended: null,
      error: null,
      bytesOut: 0,
      bytesIn: 0,
    };
    keep(this.#connections, record, this.#mostConnections);
    const { line: lines } = this.#listeners;
    const changed = (): void => {
      for (const listener of [...this.#listeners.connection]) tell(listener, record);
    };
    changed();
    return {
      get wantsLines() {
        return lines.size > 0;
      },
      greeted: () => {
        record.greeted = performance.now();
        changed();
      },
      heard: (octets) => void (record.bytesIn += octets),
      line: (direction, line) => {
        const one = { connection: record, direction, line, at: performance.now() };
        for (const listener of [...lines]) tell(listener, one);
      },
      command: (name) => this.#command(record, name),
      ended: (error) => {
        record.ended = performance.now();
        record.error = error;
        changed();
      },
    };
  }

  #command(connection: Written<ConnectionRecord>, name: string): CommandObserver {
    const record: Written<CommandRecord> = {
      connection,
      name,
      tag: '',
      queued: performance.now(),
      sent: null,
      waiting: null,
      continued: null,
      waited: 0,
      answered: null,
      completed: null,
      bytesOut: 0,
      bytesIn: 0,
      status: null,
      code: null,
      text: '',
      error: null,
    };
    keep(this.#commands, record, this.#mostCommands);
    const come = (phase: CommandPhase): void => {
      for (const listener of [...this.#listeners.command]) tell(listener, record, phase);
    };
    come('queued');
    let since: number | null = null;
    return {
      sent: (tag) => {
        record.tag = tag;
        record.sent = performance.now();
        come('sent');
      },
      wrote: (octets) => {
        record.bytesOut += octets;
        connection.bytesOut += octets;
      },
      waits: () => {
        since = performance.now();
        record.waiting ??= since;
        come('waiting');
      },
      continued: () => {
        record.continued = performance.now();
        record.waited += record.continued - (since ?? record.continued);
        since = null;
        come('continued');
      },
      answered: (octets) => {
        record.bytesIn += octets;
        if (record.answered !== null) return;
        record.answered = performance.now();
        come('answered');
      },
      completed: (status, code, text) => {
        record.completed = performance.now();
        Object.assign(record, { status, code, text });
        come('completed');
      },
      failed: (error) => {
        record.error = error;
        come('failed');
      },
    };
  }
}

/** A record while it is being written. */
type Written<T> = { -readonly [key in keyof T]: T[key] };

function keep<T>(list: T[], one: T, most: number): void {
  list.push(one);
  if (list.length > most) list.shift();
}
