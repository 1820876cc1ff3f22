// The left side: the account, Compose, the folders; and the rail with what belongs to the whole page.
import { Activity, CircleAlert, CircleHelp, Inbox, LogOut, Mail, Monitor, Moon, PenLine, Sun } from 'lucide';
import { client, connection, placeName, signOut, user } from '../mail/account.ts';
import { closeDraft, compose } from '../mail/drafts.ts';
import { loadMailboxes, specialMailbox, tree, treeError } from '../mail/mailboxes.ts';
import { changeSettings, settings, type ThemeChoice } from '../mail/settings.ts';
import { FolderTree } from './folder-tree.tsx';
import { Icon, IconButton, type IconData } from './icon.tsx';
import { showMailbox } from './navigation.ts';
import { panel } from './panels.ts';

const themes: readonly (readonly [ThemeChoice, string, IconData])[] = [
  ['system', 'Theme: as the system', Monitor],
  ['light', 'Theme: light', Sun],
  ['dark', 'Theme: dark', Moon],
];

async function leave(): Promise<void> {
  const saved = await closeDraft();
  if (saved || confirm('The draft could not be saved. Sign out and lose it?')) await signOut();
}

function ThemeButton() {
  const at = themes.findIndex(([choice]) => choice === settings.value.theme);
  const [, name, icon] = themes[at] ?? ['system', 'Theme', Monitor];
  const next = themes[(at + 1) % themes.length]?.[0] ?? 'system';
  return <IconButton icon={icon} name={name} onClick={() => changeSettings({ theme: next })} />;
}

function PageButtons() {
  return (
    <>
      <a
        class="icon-button"
        href="./diagnostics.html"
        target="_blank"
        rel="noreferrer"
        aria-label="IMAP diagnostics"
        title="IMAP diagnostics"
      >
        <Icon of={Activity} />
      </a>
      <ThemeButton />
      <IconButton
        icon={CircleHelp}
        name="Keyboard shortcuts"
        hint="?"
        onClick={() => (panel.value = 'help')}
      />
      <IconButton icon={LogOut} name="Sign out" onClick={() => void leave()} />
    </>
  );
}

export function Rail() {
  const inbox = specialMailbox('inbox');
  return (
    <nav class="rail" aria-label="Page">
      <span class="brand-mark brand-mark-small" aria-hidden="true">
        <Icon of={Mail} />
      </span>
      <IconButton
        icon={Inbox}
        name="Go to Inbox"
        onClick={() => {
          if (inbox !== null) showMailbox(inbox.name);
        }}
      />
      <span class="grow" />
      <PageButtons />
    </nav>
  );
}

const stateWords = {
  online: 'Connected',
  waiting: 'Not connected',
  reconnecting: 'Reconnecting',
  connecting: 'Connecting',
  signedOut: 'Signed out',
} as const;

function Folders() {
  if (treeError.value !== null) {
    return (
      <div class="nothing nothing-small">
        <Icon of={CircleAlert} size={24} />
        <strong>The folders could not be listed</strong>
        <p>{treeError.value}</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            if (client.value !== null) loadMailboxes(client.value).catch(() => undefined);
          }}
        >
          Try again
        </button>
      </div>
    );
  }
  if (tree.value.length > 0) return <FolderTree />;
  return (
    <div class="tree tree-skeleton" aria-busy="true" aria-label="Loading folders">
      {[60, 45, 52, 70, 40].map((width) => (
        <span key={width} class="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

export function Sidebar() {
  const { state } = connection.value;
  return (
    <aside class="sidebar" aria-label="Account and folders">
      <div class="account">
        <strong class="account-user" dir="auto" title={user.value ?? ''}>
          {user.value}
        </strong>
        <span class="account-place">
          <span class={`state-dot state-${state}`} aria-hidden="true" />
          <span class="visually-hidden">{stateWords[state]}: </span>
          <span title={stateWords[state]}>{placeName.value}</span>
        </span>
      </div>
      <button
        type="button"
        class="button button-accent compose"
        title="Compose (c)"
        disabled={client.value === null}
        onClick={() => void compose()}
      >
        <Icon of={PenLine} size={16} />
        Compose
      </button>
      <nav class="folders" aria-label="Mailboxes">
        <Folders />
      </nav>
      <div class="sidebar-foot">
        <PageButtons />
      </div>
    </aside>
  );
}
