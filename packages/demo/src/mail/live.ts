// What keeps the page up to date: a new connection restores what was there, the server's news reach the list, counts
// are asked for anew from time to time.
import { effect, untracked } from '@preact/signals';
import { client, connection, type Client } from './account.ts';
import { draft } from './drafts.ts';
import {
  adjustCounts,
  forgetMailboxes,
  loadMailboxes,
  refreshAllCounts,
  refreshCounts,
  specialMailbox,
} from './mailboxes.ts';
import {
  arrived,
  forgetMessages,
  loadNew,
  messageChanged,
  messageGone,
  restoreMailbox,
  selected,
  selectMailbox,
} from './messages.ts';
import { serverWords } from './problem.ts';
import { closeMessage } from './reader.ts';
import { moveCursor, pickNone } from './selection.ts';
import { toasts } from './toasts.ts';

const COUNT_EVERY = 120_000;

async function start(live: Client): Promise<void> {
  if (selected.peek() === null) {
    await loadMailboxes(live);
    const inbox = specialMailbox('inbox')?.name ?? 'INBOX';
    const shown = selectMailbox(inbox, live);
    await Promise.all([shown, refreshAllCounts(live)]);
  } else {
    await Promise.all([restoreMailbox(live), loadMailboxes(live)]);
    await refreshAllCounts(live);
  }
}

function listen(live: Client): () => void {
  let recount: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    clearTimeout(recount);
    recount = setTimeout(() => {
      const name = selected.peek();
      if (name !== null) refreshCounts(name, live).catch(() => undefined);
    }, 700);
  };
  const guard = (work: Promise<unknown>) => {
    // A connection that breaks meanwhile has its own banner.
    work.catch((error: unknown) => {
      if (client.peek() === live)
        toasts.bad(`The list could not be brought up to date: ${serverWords(error)}`);
    });
  };
  const offs = [
    live.on('exists', ({ count, previous }) => {
      if (count > previous) guard(loadNew(live));
      later();
    }),
    live.on('expunge', ({ sequence }) => {
      messageGone(sequence);
      later();
    }),
    live.on('fetch', ({ message }) => {
      messageChanged(message);
      later();
    }),
    live.on('alert', ({ text }) => toasts.bad(`The server says: ${text}`)),
  ];
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') guard(refreshAllCounts(live));
  }, COUNT_EVERY);
  guard(start(live));
  return () => {
    clearTimeout(recount);
    clearInterval(timer);
    for (const off of offs) off();
  };
}

/** Wires everything together; returns what undoes it. */
export function goLive(): () => void {
  const ends = [
    effect(() => {
      const live = client.value;
      return live === null ? undefined : untracked(() => listen(live));
    }),
    effect(() => {
      if (connection.value.state !== 'signedOut') return;
      untracked(() => {
        forgetMessages();
        forgetMailboxes();
        closeMessage();
        draft.value = null;
        moveCursor(null);
        pickNone();
      });
    }),
    effect(() => {
      const news = arrived.value;
      const name = selected.peek();
      if (news !== null && name !== null)
        untracked(() => adjustCounts(name, news.rows.length, news.rows.length));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
