// The reading pane: the open message with its actions, or what stands there while none is open.
import { useSignal } from '@preact/signals';
import {
  Archive,
  ArrowLeft,
  ChevronDown,
  CircleAlert,
  CodeXml,
  FolderInput,
  Forward,
  MailMinus,
  MailOpen,
  Mail,
  Reply,
  ReplyAll,
  Star,
  Trash2,
  TriangleAlert,
} from 'lucide';
import type { EnvelopeAddress } from '@imaplib/client';
import { archive, moving, setFlag, toggleStar, trash } from '../mail/actions.ts';
import { answer, draft } from '../mail/drafts.ts';
import { longDate, mediumDate, plural, size } from '../mail/format.ts';
import { shown } from '../mail/messages.ts';
import { rowOf } from '../mail/rows.ts';
import { addresses, displayName } from '../mail/people.ts';
import { closeMessage, content, loadContent, open, type OpenMessage } from '../mail/reader.ts';
import { isStarred, isUnread } from '../mail/row.ts';
import { picked } from '../mail/selection.ts';
import { safeDisplayName, senderWarning } from '../message/sender.ts';
import { Attachments } from './attachments.tsx';
import { Avatar } from './avatar.tsx';
import { DraftEditor } from './draft-editor.tsx';
import { Icon, IconButton } from './icon.tsx';
import { MessageBody } from './message-body.tsx';
import { panel } from './panels.ts';
import { SourceDialog } from './source-dialog.tsx';

function Toolbar({ message }: { message: OpenMessage }) {
  const { uid } = message;
  const row = rowOf(uid).value ?? message.row;
  const starred = isStarred(row);
  const unread = isUnread(row);
  return (
    <div class="toolbar" role="toolbar" aria-label="Message actions">
      <IconButton
        class="icon-button only-single"
        icon={ArrowLeft}
        name="Back to the list"
        onClick={closeMessage}
      />
      <IconButton icon={Archive} name="Archive" hint="e" onClick={() => void archive([uid])} />
      <IconButton icon={Trash2} name="Delete" hint="#" onClick={() => void trash([uid])} />
      <IconButton icon={FolderInput} name="Move to…" hint="v" onClick={() => (moving.value = [uid])} />
      <span class="toolbar-gap" />
      <IconButton
        icon={unread ? MailOpen : Mail}
        name={unread ? 'Mark as read' : 'Mark as unread'}
        hint="u"
        onClick={() => void setFlag([uid], '\\Seen', unread)}
      />
      <IconButton
        icon={Star}
        filled={starred}
        name={starred ? 'Remove star' : 'Star'}
        hint="s"
        aria-pressed={starred}
        onClick={() => void toggleStar([uid])}
      />
      <span class="grow" />
      <IconButton icon={Reply} name="Reply" hint="r" onClick={() => void answer('reply')} />
      <IconButton icon={ReplyAll} name="Reply to all" hint="a" onClick={() => void answer('replyAll')} />
      <IconButton icon={Forward} name="Forward" hint="f" onClick={() => void answer('forward')} />
      <span class="toolbar-gap" />
      <IconButton icon={CodeXml} name="View source" onClick={() => (panel.value = 'source')} />
    </div>
  );
}

function People({ label, list }: { label: string; list: readonly EnvelopeAddress[] }) {
  const people = addresses(list);
  if (people.length === 0) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {people.map((person, at) => (
          <span key={at} class="person">
            <bdi>{safeDisplayName(displayName(person))}</bdi>
            {person.name !== null && <bdi class="muted"> {person.address}</bdi>}
            {at < people.length - 1 && ', '}
          </span>
        ))}
      </dd>
    </>
  );
}

/** `to Ada, Grace and 3 others` */
function recipients(list: readonly EnvelopeAddress[]): string {
  const people = addresses(list).map((person) => safeDisplayName(displayName(person)));
  if (people.length <= 3) return people.join(', ');
  return `${people.slice(0, 2).join(', ')} and ${people.length - 2} others`;
}

function Head({ message }: { message: OpenMessage }) {
  const isLong = useSignal(false);
  const { envelope, date, size: octets } = message.row;
  const [from] = addresses(envelope?.from ?? []);
  const name = from === undefined ? '(no sender)' : safeDisplayName(displayName(from));
  const warning = from?.name == null ? null : senderWarning(from.name, from.address);
  const to = envelope?.to ?? [];
  const sent = envelope?.sent ?? date;
  const subject = envelope?.subject?.trim() ?? '';
  return (
    <header class="message-head">
      <h2 class="subject" dir="auto">
        {subject === '' ? '(no subject)' : subject}
      </h2>
      <div class="message-people">
        <Avatar name={name} address={from?.address ?? ''} size="large" />
        <div class="message-who">
          <div class="message-from">
            <strong>
              <bdi>{name}</bdi>
            </strong>
            {from !== undefined && from.address !== name && <bdi class="message-address">{from.address}</bdi>}
          </div>
          <div class="message-to">
            <span class="muted">to</span> <bdi>{recipients(to) || '(nobody named)'}</bdi>
            <button
              type="button"
              class="link-button"
              aria-expanded={isLong.value}
              onClick={() => (isLong.value = !isLong.value)}
            >
              Details
              <Icon of={ChevronDown} size={14} />
            </button>
          </div>
        </div>
        {sent !== null && (
          <time class="message-date" dateTime={sent.toISOString()} title={longDate(sent)}>
            {mediumDate(sent)}
          </time>
        )}
      </div>
      {isLong.value && (
        <dl class="facts message-facts">
          <People label="From" list={envelope?.from ?? []} />
          <People label="Reply to" list={envelope?.replyTo ?? []} />
          <People label="To" list={to} />
          <People label="Cc" list={envelope?.cc ?? []} />
          {sent !== null && (
            <>
              <dt>Sent</dt>
              <dd>{longDate(sent)}</dd>
            </>
          )}
          {date !== null && (
            <>
              <dt>Received</dt>
              <dd>{longDate(date)}</dd>
            </>
          )}
          {envelope?.messageId != null && (
            <>
              <dt>Message-ID</dt>
              <dd class="mono break">{envelope.messageId}</dd>
            </>
          )}
          <dt>Size</dt>
          <dd>{size(octets)}</dd>
        </dl>
      )}
      {warning !== null && (
        <p class="bar bar-note" role="note">
          <Icon of={TriangleAlert} />
          {warning}
        </p>
      )}
    </header>
  );
}

function Content({ message }: { message: OpenMessage }) {
  const now = content.value;
  if (now.state === 'error') {
    return (
      <div class="nothing">
        <Icon of={CircleAlert} size={32} />
        <strong>This message could not be loaded</strong>
        <p dir="auto">{now.text}</p>
        <button type="button" class="button" onClick={() => void loadContent()}>
          Try again
        </button>
      </div>
    );
  }
  if (now.state === 'loading') {
    return (
      <div class="body-skeleton" aria-busy="true" aria-label="Loading the message">
        {[92, 84, 96, 60, 88, 40].map((width) => (
          <span key={width} class="bone" style={{ width: `${width}%` }} />
        ))}
      </div>
    );
  }
  return (
    <>
      {now.bodies.map((body, at) => (
        <MessageBody key={at} of={body} imageUrl={now.imageUrl} />
      ))}
      {now.bodies.length === 0 && <p class="muted">This message has no text.</p>}
      <Attachments uid={message.uid} files={now.files} />
    </>
  );
}

function Empty() {
  const count = picked.value.size;
  return (
    <div class="nothing nothing-reader">
      <Icon of={count > 0 ? Mail : MailMinus} size={36} />
      <strong>{count > 0 ? `${plural(count, 'message')} selected` : 'No message open'}</strong>
      <p>
        {count > 0
          ? 'Archive, delete or move them together, or drag them to a folder.'
          : shown.value.length > 0
            ? 'Pick one from the list, or press ? for the keys.'
            : 'There is nothing to read here.'}
      </p>
    </div>
  );
}

export function ReaderPane() {
  const message = open.value;
  if (draft.value !== null) {
    return (
      <section class="reader-pane" aria-label="Draft">
        <DraftEditor />
      </section>
    );
  }
  return (
    <section class="reader-pane" aria-label="Message">
      {message === null ? (
        <Empty />
      ) : (
        <>
          <Toolbar message={message} />
          <article class="message" key={`${message.mailbox}/${message.uid}`} tabIndex={-1}>
            <Head message={message} />
            <Content message={message} />
          </article>
          {panel.value === 'source' && <SourceDialog message={message} />}
        </>
      )}
    </section>
  );
}
