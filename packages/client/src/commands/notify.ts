// NOTIFY: which changes the server tells of by itself, and of which mailboxes (RFC 5465). What comes is told by the
// client's events: `status`, `mailbox`, `exists`, `expunge`, `fetch`, `overflow`.
//
//   notify           = "NOTIFY" SP ("SET" [SP "STATUS"] SP event-groups / "NONE")
//   event-groups     = event-group *(SP event-group)
//   event-group      = "(" filter-mailboxes SP events ")"
//   filter-mailboxes = "selected" / "selected-delayed" / "inboxes" / "personal" / "subscribed" /
//                      "subtree" SP one-or-more-mailbox / "mailboxes" SP one-or-more-mailbox
//   events           = "(" event *(SP event) ")" / "NONE"

import type { MailboxName } from '../wire/mailbox-name.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { writeFetchItems, type FetchItems } from './fetch.ts';
import { authenticated } from './states.ts';

/** Changes of messages. `FlagChange` and `AnnotationChange` go only together with the two others. */
export type MessageEvent = 'MessageNew' | 'MessageExpunge' | 'FlagChange' | 'AnnotationChange';

/** Changes of mailboxes and of the server. */
export type ServerEvent =
  | 'MailboxName'
  | 'SubscriptionChange'
  | 'MailboxMetadataChange'
  | 'ServerMetadataChange';

/** What to tell of some mailboxes. Of a mailbox that stands in several groups the first one counts. */
export type EventGroup =
  | {
      /** The selected one: as things happen, or (`selected-delayed`) expunges only where they harm no command. */
      readonly mailboxes: 'selected' | 'selected-delayed';
      /** None: nothing is told of it until something is asked. */
      readonly events: readonly MessageEvent[];
      /** What to fetch of each new message at once. */
      readonly fetch?: FetchItems;
    }
  | {
      readonly mailboxes:
        | 'inboxes'
        | 'personal'
        | 'subscribed'
        | { readonly subtree: readonly MailboxName[] }
        | { readonly names: readonly MailboxName[] };
      readonly events: readonly (MessageEvent | ServerEvent)[];
    };

export interface NotifyArgs {
  /** In place of all that was asked for before; empty: nothing more is told. */
  readonly groups: readonly EventGroup[];
  /** Begins with the counts of each mailbox. */
  readonly status?: boolean;
}

/**
 * Holds until the next one, the event `overflow`, or the end of the connection: after `reconnected` it has to be sent
 * again.
 *
 * @throws ImapCommandError with code BADEVENT, which names the events that the server knows
 */
export const notify = command<NotifyArgs, never, void>({
  name: 'NOTIFY',
  states: authenticated,
  needs: () => 'NOTIFY',
  send: (out, { groups, status = false }) => {
    if (groups.length === 0) {
      out.atom('NONE');
      return;
    }
    if (groups.filter(({ mailboxes }) => isSelected(mailboxes)).length > 1) {
      throw new RangeError('NOTIFY: the selected mailbox stands in two groups');
    }
    out.atom('SET');
    if (status) out.atom('STATUS');
    for (const group of groups) writeGroup(out, group);
  },
  completed: ({ session }, { groups }) => {
    session.notifies = groups.length > 0;
  },
  result: () => {},
});

function isSelected(mailboxes: EventGroup['mailboxes']): boolean {
  return mailboxes === 'selected' || mailboxes === 'selected-delayed';
}

function writeGroup(out: CommandWriter, group: EventGroup): void {
  check(group);
  out.list(() => {
    const { mailboxes, events } = group;
    if (typeof mailboxes === 'string') out.atom(mailboxes);
    else if ('subtree' in mailboxes) writeMailboxes(out.atom('subtree'), mailboxes.subtree);
    else writeMailboxes(out.atom('mailboxes'), mailboxes.names);
    if (events.length === 0) out.atom('NONE');
    else {
      out.list(() => {
        for (const event of events) {
          out.atom(event);
          if (event === 'MessageNew' && 'fetch' in group) writeFetchItems(out, group.fetch);
        }
      });
    }
  });
}

function writeMailboxes(out: CommandWriter, mailboxes: readonly MailboxName[]): void {
  if (mailboxes.length === 0) throw new RangeError('NOTIFY: a group without a mailbox');
  out.list(() => mailboxes.forEach((mailbox) => out.mailbox(mailbox)));
}

/** RFC 5465 5.1, 8: what a server would answer with BAD. */
function check({ mailboxes, events }: EventGroup): void {
  const has = (...some: readonly string[]): boolean => events.some((event) => some.includes(event));
  if (has('MessageNew') !== has('MessageExpunge')) {
    throw new RangeError('NOTIFY: MessageNew and MessageExpunge go only together');
  }
  if (has('FlagChange', 'AnnotationChange') && !has('MessageNew')) {
    throw new RangeError(
      'NOTIFY: FlagChange and AnnotationChange go only with MessageNew and MessageExpunge',
    );
  }
  if (isSelected(mailboxes) && events.some((event) => !/^(?:Message|Flag|Annotation)/.test(event))) {
    throw new RangeError('NOTIFY: of the selected mailbox only changes of its messages are told');
  }
}
