// The page of somebody who is signed in: rail, folders, list, reading pane, and what floats above them.
import { batch } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { deleting, moving } from '../mail/actions.ts';
import { draft, draftState } from '../mail/drafts.ts';
import { plural } from '../mail/format.ts';
import { inboxUnseen, labelOf } from '../mail/mailboxes.ts';
import { arrived, selected } from '../mail/messages.ts';
import { addresses, displayName } from '../mail/people.ts';
import { open } from '../mail/reader.ts';
import { Banner } from './banner.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { listenForKeys } from './keys.ts';
import { ListPane } from './list-pane.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { drawer, panel } from './panels.ts';
import { ReaderPane } from './reader-pane.tsx';
import { Rail, Sidebar } from './sidebar.tsx';
import { Splitter } from './splitter.tsx';

/** What has arrived, for those who do not see it. */
function Arrivals() {
  const rows = arrived.value?.rows ?? [];
  const [first] = rows;
  const [from] = addresses(first?.envelope?.from ?? []);
  const words =
    first === undefined
      ? ''
      : rows.length > 1
        ? plural(rows.length, 'new message')
        : `New message from ${from === undefined ? 'somebody' : displayName(from)}: ${first.envelope?.subject ?? ''}`;
  return (
    <div class="visually-hidden" role="status" aria-label="New mail" aria-live="polite">
      {words}
    </div>
  );
}

/** Nothing of one account stays open for the next. */
function closePanels(): void {
  batch(() => {
    moving.value = null;
    deleting.value = null;
    panel.value = null;
    drawer.value = false;
  });
}

export function MailPage() {
  // Before anything is on the screen: whoever sees the list may press a key.
  useLayoutEffect(listenForKeys, []);
  useEffect(() => closePanels, []);
  useEffect(() => {
    const unseen = inboxUnseen.value;
    const name = selected.value === null ? 'Webmail' : `${labelOf(selected.value)} – Webmail`;
    document.title = unseen > 0 ? `(${unseen}) ${name}` : name;
    return () => {
      document.title = 'Webmail';
    };
  }, [inboxUnseen.value, selected.value]);
  useEffect(() => {
    const guard = (event: BeforeUnloadEvent) => {
      const { state } = draftState.value;
      if (draft.value !== null && (state === 'changed' || state === 'failed')) event.preventDefault();
    };
    addEventListener('beforeunload', guard);
    return () => removeEventListener('beforeunload', guard);
  }, []);
  const isReading = open.value !== null || draft.value !== null;
  return (
    <div class="page">
      <Banner />
      <div
        class="mail"
        data-view={isReading ? 'reader' : 'list'}
        data-drawer={drawer.value ? 'open' : 'closed'}
      >
        <Rail />
        <Sidebar />
        <Splitter name="Width of the folders" setting="sidebarWidth" min={160} max={360} />
        <main class="panes">
          <ListPane />
          <Splitter name="Width of the list" setting="listWidth" min={280} max={640} />
          <ReaderPane />
        </main>
        <button
          type="button"
          class="drawer-shade"
          aria-label="Close folders"
          tabIndex={drawer.value ? 0 : -1}
          onClick={() => (drawer.value = false)}
        />
      </div>
      <Arrivals />
      {moving.value !== null && <MoveDialog uids={moving.value} />}
      {deleting.value !== null && <DeleteDialog uids={deleting.value} />}
      {panel.value === 'help' && <HelpDialog />}
    </div>
  );
}
