// Every command of this page's connections with its phases, as the engine's trace tells them.
import { signal } from '@preact/signals';
import { Trace, type CommandRecord } from '@imaplib/client/imaplib';

/** What a command spends its time with. */
export type SpanName = 'queued' | 'sending' | 'waiting' | 'thinking' | 'answering';

/** A part of a command's time, in milliseconds from its call. */
export interface Span {
  readonly name: SpanName;
  readonly from: number;
  readonly to: number;
}

export const spanLabels: Readonly<Record<SpanName, string>> = {
  queued: 'Queued',
  sending: 'Sent',
  waiting: 'Waiting for +',
  thinking: 'Waiting for the answer',
  answering: 'Answer comes',
};

/** Watches all connections of the page. */
export const trace = new Trace({ commands: 500 });

/** The last commands, oldest first. */
export const commands = signal<readonly CommandRecord[]>([]);

let refresh: ReturnType<typeof setTimeout> | undefined;
trace.on('command', () => {
  // Many commands may come at once: the page is drawn a few times a second.
  refresh ??= setTimeout(() => {
    refresh = undefined;
    commands.value = [...trace.commands];
  }, 100);
});

/** Forgets them. */
export function clearCommands(): void {
  trace.clear();
  commands.value = [];
}

/** How long a command took, or has taken until `now`; 0 where it never began. */
export function timeOf(command: CommandRecord, now: number): number {
  if (command.error !== null && command.completed === null)
    return (command.answered ?? command.sent ?? command.queued) - command.queued;
  return (command.completed ?? now) - command.queued;
}

/** What a command's time went into, in order. What it has not come to is absent. */
export function spansOf(command: CommandRecord, now: number): readonly Span[] {
  const { queued, sent, waiting, continued, answered, completed } = command;
  const end = queued + timeOf(command, now);
  const marks: readonly (readonly [SpanName, number | null])[] = [
    ['queued', queued],
    ['sending', sent],
    ['waiting', waiting],
    ['thinking', continued ?? (waiting === null ? sent : null)],
    ['answering', answered],
  ];
  const begun = marks.filter((mark): mark is readonly [SpanName, number] => mark[1] !== null);
  return begun
    .map(([name, from], at) => ({
      name,
      from: from - queued,
      to: (begun[at + 1]?.[1] ?? completed ?? end) - queued,
    }))
    .filter(({ from, to }) => to > from);
}
