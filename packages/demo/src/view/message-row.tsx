// One message in the list. It draws itself anew only when its own row changes.
import { Archive, Check, Mail, MailOpen, Paperclip, Reply, Star, Trash2 } from 'lucide';
import { archive, setFlag, toggleStar, trash } from '../mail/actions.ts';
import { mediumDate, shortDate } from '../mail/format.ts';
import { rowOf } from '../mail/rows.ts';
import { addresses, displayName, names } from '../mail/people.ts';
import { previewOf } from '../mail/previews.ts';
import { open } from '../mail/reader.ts';
import { hasFlag, isStarred, isUnread, type Row } from '../mail/row.ts';
import { picked, pickNone, pickTo, togglePick } from '../mail/selection.ts';
import { safeDisplayName } from '../message/sender.ts';
import type { RowProps } from '../list/virtual-grid.tsx';
import { Avatar } from './avatar.tsx';
import { beginDrag } from './drag.ts';
import { Icon, IconButton } from './icon.tsx';
import { showMessage } from './navigation.ts';

function Skeleton(props: RowProps) {
  return (
    <div {...props} class="row row-skeleton" aria-busy="true">
      <span role="gridcell" class="visually-hidden">
        Loading
      </span>
      <span class="bone bone-round" />
      <span class="row-main">
        <span class="bone" style={{ width: '38%' }} />
        <span class="bone" style={{ width: '72%' }} />
        <span class="bone bone-last" style={{ width: '88%' }} />
      </span>
    </div>
  );
}

/** Whom the row is about: who wrote it, or in Sent and Drafts who it is for. */
function correspondent(row: Row, outgoing: boolean): { name: string; address: string } {
  const list = (outgoing ? row.envelope?.to : row.envelope?.from) ?? [];
  const [first] = addresses(list);
  if (first === undefined) return { name: outgoing ? '(nobody)' : '(no sender)', address: '' };
  const name = outgoing ? names(list) : displayName(first);
  return { name: safeDisplayName(name), address: first.address };
}

export interface MessageRowProps {
  readonly uid: number;
  readonly rowProps: RowProps;
  /** Shows who a message is for, instead of who it is from. */
  readonly outgoing: boolean;
  /** The list is moving too fast for anybody to click: its actions wait. */
  readonly isFlying: boolean;
}

export function MessageRow({ uid, rowProps, outgoing, isFlying }: MessageRowProps) {
  const row = rowOf(uid).value;
  if (row === null) return <Skeleton {...rowProps} />;
  const unread = isUnread(row);
  const starred = isStarred(row);
  const isPicked = picked.value.has(uid);
  const isOpen = open.value?.uid === uid;
  const { name, address } = correspondent(row, outgoing);
  const subject = row.envelope?.subject?.trim() ?? '';
  const preview = previewOf(uid).value;
  const classes = ['row'];
  if (unread) classes.push('is-unread');
  if (isPicked) classes.push('is-picked');
  if (isOpen) classes.push('is-open');
  if (picked.value.size > 0) classes.push('is-picking');

  const act = (event: Event, run: () => Promise<void>) => {
    event.stopPropagation();
    void run();
  };

  return (
    <div
      {...rowProps}
      class={classes.join(' ')}
      aria-selected={isPicked}
      aria-current={isOpen ? 'true' : undefined}
      draggable
      onDragStart={(event) => beginDrag(event, isPicked ? [...picked.value] : [uid])}
      onClick={(event) => {
        if (event.shiftKey) pickTo(uid);
        else if (event.ctrlKey || event.metaKey) togglePick(uid);
        else {
          pickNone();
          showMessage(uid);
        }
      }}
    >
      <span role="gridcell" class="row-mark">
        {unread && <span class="visually-hidden">Unread</span>}
        <span class="row-dot" aria-hidden="true" />
        <span
          class="row-pick"
          role="checkbox"
          aria-label="Select"
          aria-checked={isPicked}
          onClick={(event) => {
            event.stopPropagation();
            if (event.shiftKey) pickTo(uid);
            else togglePick(uid);
          }}
        >
          <Avatar name={name} address={address} />
          <span class="row-check">{isPicked && <Icon of={Check} size={16} />}</span>
        </span>
      </span>
      <span class="row-main" role="presentation">
        <span role="gridcell" class="row-sender" title={address}>
          <bdi>{name}</bdi>
        </span>
        <span role="gridcell" class="row-subject" dir="auto">
          {subject === '' ? <span class="muted">(no subject)</span> : subject}
        </span>
        <span role="gridcell" class="row-preview" dir="auto">
          {preview}
        </span>
        <span role="gridcell" class="row-signs">
          {hasFlag(row, '\\Answered') && (
            <span class="row-sign" title="Answered">
              <Icon of={Reply} size={14} />
            </span>
          )}
          {row.hasAttachments && (
            <span class="row-sign" title="Has attachments">
              <Icon of={Paperclip} size={14} />
              <span class="visually-hidden">Has attachments</span>
            </span>
          )}
          {starred && (
            <span class="row-sign row-star" title="Starred">
              <Icon of={Star} size={14} filled />
              <span class="visually-hidden">Starred</span>
            </span>
          )}
        </span>
        <span role="gridcell" class="row-date" title={row.date === null ? '' : mediumDate(row.date)}>
          {row.date === null ? '' : shortDate(row.date)}
        </span>
      </span>
      {!isFlying && (
        <span role="gridcell" class="row-actions">
          <IconButton
            tabIndex={-1}
            icon={Archive}
            name="Archive"
            onClick={(event) => act(event, () => archive([uid]))}
          />
          <IconButton
            tabIndex={-1}
            icon={Trash2}
            name="Delete"
            onClick={(event) => act(event, () => trash([uid]))}
          />
          <IconButton
            tabIndex={-1}
            icon={unread ? MailOpen : Mail}
            name={unread ? 'Mark as read' : 'Mark as unread'}
            onClick={(event) => act(event, () => setFlag([uid], '\\Seen', unread))}
          />
          <IconButton
            tabIndex={-1}
            icon={Star}
            filled={starred}
            name={starred ? 'Remove star' : 'Star'}
            aria-pressed={starred}
            onClick={(event) => act(event, () => toggleStar([uid]))}
          />
        </span>
      )}
    </div>
  );
}
