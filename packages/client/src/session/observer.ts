// What can be seen of a connection from outside: its commands with their phases, its bytes, its lines. Secrets are
// hidden in all of it.

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
  /** The server's words at its end. */
  readonly text: string;
  /** Why its call failed, where it did without a tagged answer. */
  readonly error: string | null;
}

/** One connection. */
export interface ConnectionRecord {
  /** Counts the connections of this page or process. */
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

/** A record while it is being written. */
export type Written<T> = { -readonly [key in keyof T]: T[key] };

/** A line as it may be shown: secrets as `***`, literals folded, cut where it is very long. */
export interface TracedLine {
  readonly connection: ConnectionRecord;
  readonly direction: 'C' | 'S';
  readonly line: string;
  readonly at: number;
}

/** Is told what happens on a connection, or on several one after the other. Records change as things go on. */
export interface Observer {
  /** Whether anybody looks at lines: where not, none is put together. */
  readonly wantsLines: boolean;
  connection(record: ConnectionRecord): void;
  command(record: CommandRecord, phase: CommandPhase): void;
  line(line: TracedLine): void;
}
