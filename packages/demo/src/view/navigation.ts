// Going from one place of the page to another: a mailbox, a message, the next message.
import { batch } from '@preact/signals';
import { setFlag } from '../mail/actions.ts';
import { closeDraft, openDraft } from '../mail/drafts.ts';
import { specialMailbox } from '../mail/mailboxes.ts';
import { selected, selectMailbox, shown } from '../mail/messages.ts';
import { rowOf } from '../mail/rows.ts';
import { closeMessage, content, open, openMessage } from '../mail/reader.ts';
import { hasFlag } from '../mail/row.ts';
import { cursor, moveCursor, pickNone } from '../mail/selection.ts';
import { drawer } from './panels.ts';

/** Opens a mailbox, after reconnecting where the connection is lost; an unsaved draft is saved first. */
export function showMailbox(name: string): void {
  drawer.value = false;
  void (async () => {
    if (!(await closeDraft())) return;
    batch(() => {
      closeMessage();
      pickNone();
      moveCursor(null);
    });
    await selectMailbox(name);
  })();
}

/** Opens a message, or a draft in the editor. */
export function showMessage(uid: number): void {
  const row = rowOf(uid).value;
  moveCursor(uid);
  if (row === null) return;
  void (async () => {
    if (selected.value === specialMailbox('drafts')?.name || hasFlag(row, '\\Draft')) {
      await openDraft(uid);
      return;
    }
    if (!(await closeDraft())) return;
    await openMessage(uid);
    if (open.value?.uid === uid && content.value.state === 'ready') await setFlag([uid], '\\Seen', true);
  })();
}

/** Moves by rows; where a message is open, the next one opens. */
export function step(by: 1 | -1): void {
  const list = shown.value;
  const from = open.value?.uid ?? cursor.value;
  const at = from === null ? -1 : list.indexOf(from);
  const next = list[at === -1 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))];
  if (next === undefined || next === from) return;
  if (open.value === null) moveCursor(next);
  else showMessage(next);
}
