// What the bridge tells its operator: one structured line for each event, never payload, token or credentials.

import { pino } from 'pino';

/** How much an event matters. */
export type LogLevel = 'info' | 'warn' | 'error';

/** One event; the fields are names, numbers, codes and reasons, never content. */
export interface LogEntry {
  /** ISO 8601 instant. */
  readonly time: string;
  readonly level: LogLevel;
  /** `listening`, `connected`, `refused`, `closed`, … */
  readonly event: string;
  readonly [field: string]: string | number | boolean | null | undefined;
}

/** Where events go. */
export type LogSink = (entry: LogEntry) => void;

/** Fields of an event beside its time, level and name. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writes events with the time of writing. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

// What a stranger sent (an Origin, a host name) is kept short: a log line is not his to fill.
const MAX_FIELD = 200;
/** Characters of the log that may wait to be written. */
const MAX_UNWRITTEN = 1024 * 1024;

/** Gives each event its time and cuts what is too long. */
export function createLog(sink: LogSink): Log {
  return (level, event, fields = {}) => {
    const entry: Record<string, string | number | boolean | null | undefined> = {};
    for (const [name, value] of Object.entries(fields)) {
      entry[name] =
        typeof value === 'string' && value.length > MAX_FIELD ? `${value.slice(0, MAX_FIELD)}…` : value;
    }
    sink({ time: new Date().toISOString(), ...entry, level, event });
  };
}

/**
 * Writes one JSON object a line to stderr.
 *
 * @param level events that matter less are left out
 * @param worker the number of the process, where there are several
 */
export function logTo({ level, worker }: { readonly level: LogLevel; readonly worker?: number }): LogSink {
  const logger = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      messageKey: 'event',
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Never waits for whoever reads it: where nobody does, lines are dropped in place of connections.
    pino.destination({ dest: 2, sync: false, maxLength: MAX_UNWRITTEN }),
  );
  return ({ event, level: its, ...fields }) => logger[its](fields, event);
}

let warnings: LogSink | null = null;

/** Only what needs somebody's attention, to stderr: how an embedded bridge logs unless told otherwise. */
export const logWarningsToStderr: LogSink = (entry) => {
  if (entry.level !== 'info') (warnings ??= logTo({ level: 'warn' }))(entry);
};
