// All that is to be known of the mailboxes, in as few commands as the server can do it in: LIST with options where it
// has them, else LIST, LSUB, STATUS, MYRIGHTS and GETMETADATA put together.

import { getMetadata } from '../commands/get-metadata.ts';
import { listExtended, type DescribedMailbox, type ListReturn } from '../commands/list-extended.ts';
import { list } from '../commands/list.ts';
import { lsub } from '../commands/lsub.ts';
import { myRights } from '../commands/my-rights.ts';
import { status, type StatusItem } from '../commands/status.ts';
import { xlist } from '../commands/xlist.ts';
import { hasCapability } from '../session/capabilities.ts';
import { ImapCommandError } from '../session/errors.ts';
import { hasAttribute, type ListedMailbox } from '../wire/list.ts';
import { mailboxKey } from '../wire/mailbox-name.ts';
import type { ImapClient } from './client.ts';
import type { CallOptions } from './types.ts';

/** Which mailboxes, and what of each. */
export interface MailboxesOptions extends CallOptions {
  readonly reference?: string;
  /** `*` where absent; `%` stops at the delimiter. */
  readonly patterns?: string | readonly string[];
  /** Only those that are subscribed to. */
  readonly subscribed?: boolean;
  /** Counts. A mailbox whose counts the server refuses has no `status`. */
  readonly status?: readonly StatusItem[];
  /** The user's own rights, where the server has ACL. */
  readonly rights?: boolean;
  /** Annotations, where the server has METADATA. */
  readonly metadata?: readonly string[];
}

type Client = Pick<ImapClient, 'run' | 'capabilities'>;

interface Found {
  readonly mailboxes: readonly DescribedMailbox[];
  /** What has been told of them already. */
  readonly told: ListReturn;
}

/** So many commands are under way at once, at most. */
const AT_ONCE = 32;

/**
 * The mailboxes whose names match, with their attributes (`\Subscribed`, `\HasChildren` and special uses among them,
 * as far as the server can tell) and what else was asked for.
 *
 * @throws ImapCapabilityError where the counts need what the server lacks
 */
export async function mailboxes(client: Client, options: MailboxesOptions = {}): Promise<DescribedMailbox[]> {
  const { mailboxes: found, told } = (await extended(client, options)) ?? (await plain(client, options));
  return complete(client, found, told, options);
}

function patternsOf({ patterns = '*' }: MailboxesOptions): readonly string[] {
  return typeof patterns === 'string' ? [patterns] : patterns;
}

/** Null where the server does not understand it, or finds nothing: it may have been the question. */
async function extended(client: Client, options: MailboxesOptions): Promise<Found | null> {
  const offers = (capability: string): boolean => hasCapability(client.capabilities, capability);
  if (!offers('LIST-EXTENDED')) return null;
  // quirk: special-use-refused. ProtonMail's bridge says BAD to SPECIAL-USE: asked again without it.
  for (const specialUse of offers('SPECIAL-USE') ? [true, false] : [false]) {
    const told: ListReturn = {
      subscribed: true,
      children: true,
      specialUse,
      status: offers('LIST-STATUS') ? options.status : undefined,
      rights: options.rights === true && offers('LIST-MYRIGHTS'),
      metadata: offers('LIST-METADATA') ? options.metadata : undefined,
    };
    const found = await unlessRefused(
      client.run(
        listExtended,
        {
          reference: options.reference ?? '',
          patterns: patternsOf(options),
          select: options.subscribed === true ? ['subscribed'] : [],
          return: told,
        },
        { signal: options.signal },
      ),
    );
    // quirk: empty-list-extended. Strato finds nothing, whatever there is.
    if (found !== null) return found.length === 0 ? null : { mailboxes: found, told };
  }
  return null;
}

async function plain(client: Client, options: MailboxesOptions): Promise<Found> {
  const { reference = '', signal } = options;
  const offers = (capability: string): boolean => hasCapability(client.capabilities, capability);
  const listing = offers('XLIST') && !offers('SPECIAL-USE') ? xlist : list;
  const patterns = patternsOf(options).map((pattern) => ({ reference, pattern }));
  const found = await Promise.all(patterns.map((args) => client.run(listing, args, { signal })));
  const asking = Promise.all(patterns.map((args) => client.run(lsub, args, { signal })));
  // quirk: lsub-refused. Exchange says BAD to LSUB; what is subscribed to stays unknown, unless it is all we want.
  const subscribed = options.subscribed === true ? await asking : await unlessRefused(asking);
  // Without the attribute it would be a parent of one that is subscribed to (RFC 3501 6.3.9).
  const isSubscribed = new Set(
    subscribed
      ?.flat()
      .flatMap((mailbox) => (hasAttribute(mailbox, '\\Noselect') ? [] : [mailboxKey(mailbox)])),
  );
  const mailboxesByKey = new Map<string, ListedMailbox>();
  for (const mailbox of found.flat()) {
    const key = mailboxKey(mailbox);
    const attributes = isSubscribed.has(key) ? [...mailbox.attributes, '\\Subscribed'] : mailbox.attributes;
    if (options.subscribed !== true || isSubscribed.has(key))
      mailboxesByKey.set(key, { ...mailbox, attributes });
  }
  return { mailboxes: [...mailboxesByKey.values()], told: {} };
}

/** Asks of each mailbox what LIST has not told. */
async function complete(
  client: Client,
  found: readonly DescribedMailbox[],
  told: ListReturn,
  { status: items, rights, metadata, signal }: MailboxesOptions,
): Promise<DescribedMailbox[]> {
  const offers = (capability: string): boolean => hasCapability(client.capabilities, capability);
  const ask = {
    status: items !== undefined && told.status === undefined,
    rights: rights === true && told.rights !== true && offers('ACL'),
    metadata: metadata !== undefined && told.metadata === undefined && offers('METADATA'),
  };
  if (!ask.status && !ask.rights && !ask.metadata) return [...found];
  const described: DescribedMailbox[] = [];
  for (let from = 0; from < found.length; from += AT_ONCE) {
    const asked = found.slice(from, from + AT_ONCE).map(async (mailbox): Promise<DescribedMailbox> => {
      if (hasAttribute(mailbox, '\\Noselect') || hasAttribute(mailbox, '\\NonExistent')) return mailbox;
      const [counts, own, entries] = await Promise.all([
        ask.status ? unlessRefused(client.run(status, { mailbox, items: items ?? [] }, { signal })) : null,
        ask.rights ? unlessRefused(client.run(myRights, { mailbox }, { signal })) : null,
        ask.metadata
          ? unlessRefused(client.run(getMetadata, { mailbox, entries: metadata ?? [] }, { signal }))
          : null,
      ]);
      return {
        ...mailbox,
        ...(counts === null ? {} : { status: counts }),
        ...(own === null ? {} : { rights: own }),
        ...(entries === null ? {} : { metadata: entries.values }),
      };
    });
    described.push(...(await Promise.all(asked)));
  }
  return described;
}

/** Null where the server says NO or BAD. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ImapCommandError) return null;
    throw error;
  }
}
