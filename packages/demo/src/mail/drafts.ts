// Drafts: written here, kept on the server. Each save appends a new version and, once that is stored, removes the one
// before. Nothing is sent: there is no SMTP in this page.
import { signal } from '@preact/signals';
import { formatAddress, addresses, names } from './people.ts';
import { besides, client, online, placeName, user } from './account.ts';
import { readAll } from './bytes.ts';
import { buildDraft } from './draft-mime.ts';
import { longDate } from './format.ts';
import { refreshCounts, specialMailbox, loadMailboxes } from './mailboxes.ts';
import { selected } from './messages.ts';
import { serverWords } from './problem.ts';
import { closeMessage, open, openText } from './reader.ts';
import type { Row } from './row.ts';
import { toasts } from './toasts.ts';

export interface Draft {
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly body: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

export type DraftState =
  | { readonly state: 'untouched' | 'changed' | 'saving' | 'loading' }
  | { readonly state: 'saved'; readonly at: Date }
  | { readonly state: 'failed'; readonly text: string };

/** The draft in the editor. */
export const draft = signal<Draft | null>(null);
export const draftState = signal<DraftState>({ state: 'untouched' });

const empty: Draft = { to: '', cc: '', subject: '', body: '', inReplyTo: null, references: [] };
const AUTOSAVE = 20_000;
const MAX_DRAFT = 32 * 1024 * 1024;

/** A version on the server. */
interface Version {
  readonly mailbox: string;
  readonly uid: number | null;
  readonly uidValidity: number | null;
  readonly messageId: string;
}

/** The draft on the screen and its stored version, null before the first save; each draft has its own. */
let paper: { stored: Version | null } = { stored: null };
let timer: ReturnType<typeof setTimeout> | undefined;
let saves: Promise<boolean> = Promise.resolve(true);

function edit(next: Draft, at: Version | null = null): void {
  clearTimeout(timer);
  closeMessage();
  paper = { stored: at };
  draft.value = next;
  draftState.value = { state: 'untouched' };
}

export async function compose(): Promise<void> {
  if (await closeDraft()) edit(empty);
}

/** Changes the draft on the screen; it is saved when it has rested, and when it is closed. */
export function changeDraft(change: Partial<Draft>): void {
  if (draft.value === null) return;
  draft.value = { ...draft.value, ...change };
  draftState.value = { state: 'changed' };
  clearTimeout(timer);
  timer = setTimeout(() => void saveDraft(), AUTOSAVE);
}

/** The address that drafts are from. */
export function ownAddress(): string {
  const name = user.value ?? '';
  return name.includes('@')
    ? name
    : `${name}@${placeName.value.replace(/:\d+$/, '').replaceAll(/[^\w.-]+/g, '-')}`;
}

async function draftsMailbox(): Promise<string> {
  const box = specialMailbox('drafts');
  if (box !== null) return box.name;
  await online().create('Drafts');
  await loadMailboxes(online());
  return 'Drafts';
}

/** Removes a stored version, and only it. */
async function removeStored(version: Version): Promise<void> {
  // On the connection beside: there no click on a folder comes between the commands.
  await besides(version.mailbox, async (on) => {
    const uids =
      version.uid === null ? await on.search({ header: ['Message-ID', version.messageId] }) : [version.uid];
    if (uids.length === 0) return;
    if (version.uidValidity !== null && on.mailbox?.uidValidity !== version.uidValidity)
      throw new Error(`${version.mailbox} has been made anew since.`);
    await on.store(uids, { add: ['\\Deleted'] });
    // Without UIDPLUS the mark stays: expunging everything that is marked is not ours to do.
    if (on.capabilities.has('UIDPLUS') || on.capabilities.has('IMAP4REV2')) await on.expunge(uids);
  });
}

async function save(): Promise<boolean> {
  const now = draft.value;
  const mine = paper;
  if (now === null) return true;
  clearTimeout(timer);
  draftState.value = { state: 'saving' };
  const at = new Date();
  const messageId = `<${crypto.randomUUID()}@${ownAddress().split('@').at(-1) ?? 'localhost'}>`;
  try {
    const mailbox = await draftsMailbox();
    const message = buildDraft({ ...now, from: { name: null, address: ownAddress() }, date: at, messageId });
    const appended = await online().append(mailbox, message, { flags: ['\\Draft', '\\Seen'] });
    const last = mine.stored;
    mine.stored = {
      mailbox,
      uid: appended?.uid ?? null,
      uidValidity: appended?.uidValidity ?? null,
      messageId,
    };
    // Typed on while it was being saved: it stays changed.
    if (paper === mine)
      draftState.value = draft.value === now ? { state: 'saved', at } : { state: 'changed' };
    if (last !== null) await removeStored(last);
    await refreshCounts(mailbox);
    if (selected.value === mailbox) await client.value?.noop();
    return true;
  } catch (error) {
    const text = serverWords(error);
    if (paper === mine) draftState.value = { state: 'failed', text };
    toasts.bad(`The draft could not be saved: ${text}`);
    return false;
  }
}

/** Saves the draft. False where that failed. */
export function saveDraft(): Promise<boolean> {
  saves = saves.then(save);
  return saves;
}

const isEmpty = (it: Draft): boolean => it.to + it.cc + it.subject + it.body === '';

/** Saves what has changed and closes the editor; stays open where saving failed. */
export async function closeDraft(): Promise<boolean> {
  // A save that is running may fail yet.
  await saves;
  const now = draft.value;
  if (now === null) return true;
  const { state } = draftState.value;
  if ((state === 'changed' || state === 'failed') && !(isEmpty(now) && paper.stored === null)) {
    if (!(await saveDraft())) return false;
    toasts.done('Draft saved');
    // Typed on meanwhile: that is saved too.
    if (draft.value !== now) return closeDraft();
  }
  draft.value = null;
  clearTimeout(timer);
  return true;
}

/** Throws the draft away, its stored version too. */
export async function discardDraft(): Promise<void> {
  clearTimeout(timer);
  const mine = paper;
  draft.value = null;
  // A save that is running stores a version too.
  await saves;
  const version = mine.stored;
  if (version === null) return;
  try {
    await removeStored(version);
    toasts.done('Draft discarded');
    await refreshCounts(version.mailbox);
    if (selected.value === version.mailbox) await client.value?.noop();
  } catch (error) {
    toasts.bad(`The draft could not be removed: ${serverWords(error)}`);
  }
}

/** Opens a stored draft again. */
export async function openDraft(uid: number): Promise<void> {
  const mailbox = selected.value;
  if (mailbox === null || !(await closeDraft())) return;
  edit(empty);
  draftState.value = { state: 'loading' };
  const mine = draft.value;
  try {
    const uidValidity = online().mailbox?.uidValidity ?? null;
    const [bytes, { default: PostalMime }] = await Promise.all([
      readAll(online().download(uid, ''), MAX_DRAFT),
      import('postal-mime'),
    ]);
    const email = await PostalMime.parse(bytes);
    if (draft.value !== mine) return;
    const list = (people: typeof email.to) =>
      (people ?? [])
        .flatMap((person) => person.group ?? [person])
        .map(({ name, address }) => formatAddress({ name: name === '' ? null : name, address }))
        .join(', ');
    const next: Draft = {
      to: list(email.to),
      cc: list(email.cc),
      subject: email.subject ?? '',
      body: (email.text ?? '').replaceAll('\r\n', '\n').replace(/\n$/, ''),
      inReplyTo: email.inReplyTo ?? null,
      references: email.references?.split(/\s+/).filter((id) => id !== '') ?? [],
    };
    edit(next, { mailbox, uid, uidValidity, messageId: email.messageId ?? '' });
  } catch (error) {
    if (draft.value !== mine) return;
    draft.value = null;
    toasts.bad(`The draft could not be opened: ${serverWords(error)}`);
  }
}

const quote = (text: string): string =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line.startsWith('>') ? `>${line}` : line === '' ? '>' : `> ${line}`))
    .join('\n');

const prefixed = (prefix: string, subject: string): string =>
  new RegExp(`^${prefix}:`, 'i').test(subject) ? subject : `${prefix}: ${subject}`;

/** The draft that answers a message, with `words` as what it said. */
export function replyTo(row: Row, words: string, kind: 'reply' | 'replyAll' | 'forward', own: string): Draft {
  const { envelope } = row;
  const from = envelope?.from ?? [];
  const subject = envelope?.subject ?? '';
  const when = row.date === null ? '' : longDate(envelope?.sent ?? row.date);
  if (kind === 'forward') {
    const head = [
      '---------- Forwarded message ----------',
      `From: ${addresses(from).map(formatAddress).join(', ')}`,
      `Date: ${when}`,
      `Subject: ${subject}`,
      `To: ${addresses(envelope?.to ?? [])
        .map(formatAddress)
        .join(', ')}`,
    ];
    return { ...empty, subject: prefixed('Fwd', subject), body: `\n\n${head.join('\n')}\n\n${words}` };
  }
  const sender = addresses(envelope?.replyTo.length ? envelope.replyTo : from);
  const others =
    kind === 'reply'
      ? []
      : [...addresses(envelope?.to ?? []), ...addresses(envelope?.cc ?? [])].filter(
          ({ address }, at, all) =>
            address.toLowerCase() !== own.toLowerCase() &&
            !sender.some((person) => person.address === address) &&
            all.findIndex((person) => person.address === address) === at,
        );
  const id = envelope?.messageId ?? null;
  return {
    to: sender.map(formatAddress).join(', '),
    cc: others.map(formatAddress).join(', '),
    subject: prefixed('Re', subject),
    body: `\n\nOn ${when}, ${names(from)} wrote:\n${quote(words)}\n`,
    inReplyTo: id,
    references: [envelope?.inReplyTo, id].flatMap((one) => one ?? []),
  };
}

/** Begins an answer to the open message. */
export async function answer(kind: 'reply' | 'replyAll' | 'forward'): Promise<void> {
  const message = open.value;
  if (message === null) return;
  const next = replyTo(message.row, openText(), kind, ownAddress());
  if (!(await closeDraft())) return;
  edit(next);
}
