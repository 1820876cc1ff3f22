// The pane with the list of messages, in whatever state it is.
import { CircleAlert, Inbox, SearchX } from 'lucide';
import { client } from '../mail/account.ts';
import { labelOf } from '../mail/mailboxes.ts';
import {
  announced,
  phase,
  remaining,
  search,
  searchMessages,
  selected,
  selectMailbox,
  shown,
} from '../mail/messages.ts';
import { picked } from '../mail/selection.ts';
import { ListHead, PickBar } from './list-head.tsx';
import { MessageList } from './message-list.tsx';
import { Nothing, SkeletonRows } from './nothing.tsx';

function Body() {
  const now = phase.value;
  const found = search.value;
  const name = selected.value;
  if (name === null || now.state === 'idle') return <SkeletonRows />;
  if (now.state === 'error') {
    return (
      <Nothing
        icon={CircleAlert}
        title={`${labelOf(name)} could not be opened`}
        text={now.text}
        action="Try again"
        onAction={() => {
          if (client.value !== null) void selectMailbox(name);
        }}
      />
    );
  }
  if (found?.state === 'error') {
    return (
      <Nothing
        icon={CircleAlert}
        title="The search failed"
        text={found.error ?? ''}
        action="Try again"
        onAction={() => void searchMessages(found.text)}
      />
    );
  }
  if (shown.value.length > 0) return <MessageList />;
  if (now.state === 'loading') return <SkeletonRows />;
  if (found?.state === 'searching') return <SkeletonRows />;
  if (found !== null) {
    return (
      <Nothing
        icon={SearchX}
        title="Nothing found"
        text={`No message in ${labelOf(name)} matches “${found.text}”.`}
        action="Clear search"
        onAction={() => (search.value = null)}
      />
    );
  }
  return (
    <Nothing
      icon={Inbox}
      title="Nothing here"
      text={`${labelOf(name)} is empty. What arrives appears by itself.`}
    />
  );
}

export function ListPane() {
  return (
    <section class="list-pane" aria-label="Message list">
      {picked.value.size > 0 ? <PickBar /> : null}
      <ListHead />
      <div class="list-progress" aria-hidden="true">
        {remaining.value > 0 && (
          <span style={{ width: `${100 - (100 * remaining.value) / Math.max(1, announced.value)}%` }} />
        )}
      </div>
      <Body />
    </section>
  );
}
