// LIST with options: fewer mailboxes, and more of each, in one command (RFC 5258, RFC 9051 6.3.9).
//
//   list             = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]
//   list-select-opts = "(" [list-select-opt *(SP list-select-opt)] ")"
//   mbox-or-pat      = list-mailbox / "(" list-mailbox *(SP list-mailbox) ")"
//   list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")"
//   return-option    = "SUBSCRIBED" / "CHILDREN" / "SPECIAL-USE" / "MYRIGHTS" / "STATUS" SP status-atts /
//                      "METADATA" SP "(" entry *(SP entry) ")"

import { readMyRights, type MyRights } from '../wire/acl.ts';
import { readList, type ListedMailbox } from '../wire/list.ts';
import { mailboxKey, type NamedMailbox } from '../wire/mailbox-name.ts';
import { readMetadata, type Metadata, type MetadataValue } from '../wire/metadata.ts';
import { record } from '../wire/record.ts';
import { readStatus, type MailboxStatus } from '../wire/status.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { checkEntry } from './set-metadata.ts';
import { authenticated } from './states.ts';
import { statusNeeds, writeStatusItems, type StatusItem } from './status.ts';

/** Which mailboxes to list, of those that match. */
export type ListSelection = 'subscribed' | 'remote' | 'recursiveMatch' | 'specialUse';

/** What to tell of each mailbox besides its attributes. */
export interface ListReturn {
  /** The attribute `\Subscribed`. */
  readonly subscribed?: boolean | undefined;
  /** The attributes `\HasChildren` and `\HasNoChildren`. */
  readonly children?: boolean | undefined;
  /** The attributes `\Sent`, `\Trash`, … (RFC 6154). */
  readonly specialUse?: boolean | undefined;
  /** Counts, as STATUS gives them (RFC 5819). */
  readonly status?: readonly StatusItem[] | undefined;
  /** The user's own rights (RFC 8440). */
  readonly rights?: boolean | undefined;
  /** Annotations (RFC 9590). */
  readonly metadata?: readonly string[] | undefined;
}

export interface ListExtendedArgs {
  readonly reference: string;
  readonly patterns: readonly string[];
  readonly select?: readonly ListSelection[] | undefined;
  readonly return?: ListReturn | undefined;
}

/** A mailbox, and what was asked of it as far as the server has told it. */
export interface DescribedMailbox extends ListedMailbox {
  readonly status?: MailboxStatus;
  /** Letters, see {@link AccessRights.rights}. */
  readonly rights?: string;
  readonly metadata?: Readonly<Record<string, MetadataValue>>;
}

type Row =
  | { readonly kind: 'list'; readonly of: ListedMailbox }
  | { readonly kind: 'status'; readonly of: MailboxStatus }
  | { readonly kind: 'rights'; readonly of: MyRights }
  | { readonly kind: 'metadata'; readonly of: Metadata };

/** Gives the mailboxes once all is told: the counts of one may come long after its name. */
export const listExtended = command<ListExtendedArgs, Row, DescribedMailbox[]>({
  name: 'LIST',
  states: authenticated,
  repeatable: () => true,
  needs: ({ select = [], return: returned = {} }) => [
    'LIST-EXTENDED',
    ...(select.includes('specialUse') || returned.specialUse === true ? ['SPECIAL-USE'] : []),
    ...(returned.status === undefined ? [] : ['LIST-STATUS', ...statusNeeds(returned.status)]),
    ...(returned.rights === true ? ['LIST-MYRIGHTS'] : []),
    ...(returned.metadata === undefined ? [] : ['LIST-METADATA']),
  ],
  send: (out, { reference, patterns, select = [], return: returned = {} }) => {
    if (patterns.length === 0) throw new RangeError('LIST needs at least one pattern');
    if (
      select.includes('recursiveMatch') &&
      !select.includes('subscribed') &&
      !select.includes('specialUse')
    ) {
      throw new RangeError('LIST: recursiveMatch goes only with subscribed or specialUse');
    }
    if (select.length > 0) out.list(() => select.forEach((option) => out.atom(selections[option])));
    out.mailbox(reference);
    const [only] = patterns;
    if (patterns.length === 1 && only !== undefined) out.pattern(only);
    else out.list(() => patterns.forEach((pattern) => out.pattern(pattern)));
    if (Object.values(returned).some((option) => option !== undefined && option !== false)) {
      out.atom('RETURN').list(() => writeReturn(out, returned));
    }
  },
  collect: {
    LIST: (line) => ({ kind: 'list', of: readList(line) }),
    STATUS: (line) => ({ kind: 'status', of: readStatus(line) }),
    MYRIGHTS: (line) => ({ kind: 'rights', of: readMyRights(line) }),
    METADATA: (line) => ({ kind: 'metadata', of: readMetadata(line) }),
  },
  accepts: ({ return: returned = {} }) => {
    const isAsked = {
      list: true,
      status: returned.status !== undefined,
      rights: returned.rights === true,
      metadata: returned.metadata !== undefined,
    };
    return ({ kind }) => isAsked[kind];
  },
  result: (rows) => described(rows),
});

const selections: Readonly<Record<ListSelection, string>> = {
  subscribed: 'SUBSCRIBED',
  remote: 'REMOTE',
  recursiveMatch: 'RECURSIVEMATCH',
  specialUse: 'SPECIAL-USE',
};

function writeReturn(out: CommandWriter, returned: ListReturn): void {
  const { status, metadata } = returned;
  if (returned.subscribed === true) out.atom('SUBSCRIBED');
  if (returned.children === true) out.atom('CHILDREN');
  if (returned.specialUse === true) out.atom('SPECIAL-USE');
  if (returned.rights === true) out.atom('MYRIGHTS');
  if (metadata !== undefined) {
    if (metadata.length === 0) throw new RangeError('LIST: no entry of metadata is named');
    out.atom('METADATA').list(() => metadata.forEach((entry) => out.astring(checkEntry(entry))));
  }
  if (status !== undefined) writeStatusItems(out.atom('STATUS'), status);
}

/** Puts together what was told of each mailbox. */
function described(rows: readonly Row[]): DescribedMailbox[] {
  const told = new Map<string, { status?: MailboxStatus; rights?: string; metadata?: Metadata['values'] }>();
  const of = (mailbox: NamedMailbox): NonNullable<ReturnType<typeof told.get>> => {
    const key = mailboxKey(mailbox);
    const known = told.get(key) ?? {};
    told.set(key, known);
    return known;
  };
  for (const row of rows) {
    if (row.kind === 'status') of(row.of).status = row.of;
    else if (row.kind === 'rights') of(row.of).rights = row.of.rights;
    else if (row.kind === 'metadata') {
      const known = of(row.of);
      known.metadata = Object.assign(record<MetadataValue>(), known.metadata, row.of.values);
    }
  }
  return rows.flatMap((row) => (row.kind === 'list' ? [{ ...row.of, ...told.get(mailboxKey(row.of)) }] : []));
}
