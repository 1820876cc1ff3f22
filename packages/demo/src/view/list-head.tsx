// The head of the list: the mailbox and its counts, search, and the actions for what is picked.
import {
  Archive,
  CheckCheck,
  FolderInput,
  Mail,
  MailOpen,
  Menu,
  PenLine,
  RefreshCw,
  Rows2,
  Rows4,
  Star,
  Trash2,
  X,
} from 'lucide';
import { archive, moving, toggleRead, toggleStar, trash } from '../mail/actions.ts';
import { client } from '../mail/account.ts';
import { compose } from '../mail/drafts.ts';
import { count, plural } from '../mail/format.ts';
import { countsOf, labelOf } from '../mail/mailboxes.ts';
import { announced, search, selected } from '../mail/messages.ts';
import { rowOf } from '../mail/rows.ts';
import { isUnread } from '../mail/row.ts';
import { pickAll, pickNone, targets } from '../mail/selection.ts';
import { changeSettings, settings } from '../mail/settings.ts';
import { IconButton } from './icon.tsx';
import { drawer } from './panels.ts';
import { SearchBox } from './search-box.tsx';

export function PickBar() {
  const uids = targets(null);
  const unread = uids.some((uid) => {
    const row = rowOf(uid).value;
    return row !== null && isUnread(row);
  });
  return (
    <div class="pick-bar" role="toolbar" aria-label="Selected messages">
      <IconButton icon={X} name="Clear selection" hint="Esc" onClick={pickNone} />
      <strong aria-live="polite">{count(uids.length)} selected</strong>
      <span class="grow" />
      <IconButton icon={Archive} name="Archive" hint="e" onClick={() => void archive(uids)} />
      <IconButton icon={Trash2} name="Delete" hint="#" onClick={() => void trash(uids)} />
      <IconButton icon={FolderInput} name="Move to…" hint="v" onClick={() => (moving.value = uids)} />
      <IconButton
        icon={unread ? MailOpen : Mail}
        name={unread ? 'Mark as read' : 'Mark as unread'}
        hint="u"
        onClick={() => void toggleRead(uids)}
      />
      <IconButton icon={Star} name="Star" hint="s" onClick={() => void toggleStar(uids)} />
    </div>
  );
}

/** What is new comes with the answer; a connection that breaks on the way has its own banner. */
function checkForMail(): void {
  client.value?.noop().catch(() => undefined);
}

export function ListHead() {
  const name = selected.value ?? '';
  const counts = countsOf(name).value;
  const unseen = counts?.unseen ?? 0;
  const { density } = settings.value;
  const found = search.value;
  return (
    <header class="list-head">
      <div class="list-title">
        <IconButton
          class="icon-button only-narrow"
          icon={Menu}
          name="Folders"
          onClick={() => (drawer.value = true)}
        />
        <h1 dir="auto">{labelOf(name)}</h1>
        <span class="list-count">
          {found !== null && found.state === 'done'
            ? `${count(found.uids.length)} found`
            : plural(announced.value, 'message') + (unseen > 0 ? `, ${count(unseen)} unread` : '')}
        </span>
        <span class="grow" />
        <IconButton
          class="icon-button only-narrow"
          icon={PenLine}
          name="Compose"
          disabled={client.value === null}
          onClick={() => void compose()}
        />
        <IconButton icon={CheckCheck} name="Select all" hint="Ctrl+A" onClick={pickAll} />
        <IconButton
          icon={density === 'compact' ? Rows2 : Rows4}
          name={density === 'compact' ? 'Comfortable rows' : 'Compact rows'}
          onClick={() => changeSettings({ density: density === 'compact' ? 'comfortable' : 'compact' })}
        />
        <IconButton
          icon={RefreshCw}
          name="Check for new mail"
          disabled={client.value === null}
          onClick={checkForMail}
        />
      </div>
      <SearchBox />
    </header>
  );
}
