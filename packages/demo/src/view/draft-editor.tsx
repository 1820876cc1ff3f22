// The editor for drafts: plain text, saved to the Drafts mailbox. It cannot send, and says so.
import { useEffect, useRef } from 'preact/hooks';
import { Info, LoaderCircle, Save, SendHorizontal, Trash2, X } from 'lucide';
import { changeDraft, closeDraft, discardDraft, draft, draftState, saveDraft } from '../mail/drafts.ts';
import { Icon, IconButton } from './icon.tsx';

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

function State() {
  const now = draftState.value;
  switch (now.state) {
    case 'saving':
      return (
        <>
          <Icon of={LoaderCircle} size={14} /> Saving…
        </>
      );
    case 'saved':
      return <>Saved at {clock.format(now.at)}</>;
    case 'changed':
      return <>Not saved yet</>;
    case 'failed':
      return <span class="bad">Not saved: {now.text}</span>;
    case 'loading':
      return (
        <>
          <Icon of={LoaderCircle} size={14} /> Opening…
        </>
      );
    default:
      return null;
  }
}

export function DraftEditor() {
  const now = draft.value;
  const to = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const isLoading = draftState.value.state === 'loading';
  useEffect(() => {
    if (isLoading) return;
    const answering = draft.peek()?.to !== '';
    if (answering) {
      body.current?.focus();
      body.current?.setSelectionRange(0, 0);
      // Setting the text left the view at its end.
      body.current?.scrollTo(0, 0);
    } else to.current?.focus();
  }, [isLoading]);
  if (now === null) return null;

  const line = (name: 'to' | 'cc' | 'subject', label: string) => (
    <label class="draft-line">
      <span>{label}</span>
      <input
        ref={name === 'to' ? to : null}
        dir="auto"
        disabled={isLoading}
        autocomplete="off"
        spellcheck={name === 'subject'}
        value={now[name]}
        onInput={(event) => changeDraft({ [name]: event.currentTarget.value })}
      />
    </label>
  );

  return (
    <form
      class="draft"
      aria-label="Draft"
      onSubmit={(event) => {
        event.preventDefault();
        void saveDraft();
      }}
      onKeyDown={(event) => {
        if (event.key === 's' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void saveDraft();
        }
        if (event.key === 'Escape') void closeDraft();
      }}
    >
      <div class="toolbar" role="toolbar" aria-label="Draft actions">
        <button type="submit" class="button" disabled={isLoading}>
          <Icon of={Save} size={16} />
          Save draft
        </button>
        <button type="button" class="button" disabled aria-describedby="no-send">
          <Icon of={SendHorizontal} size={16} />
          Send
        </button>
        <span class="draft-state" role="status">
          <State />
        </span>
        <span class="grow" />
        <IconButton icon={Trash2} name="Discard draft" onClick={() => void discardDraft()} />
        <IconButton icon={X} name="Close draft" hint="Esc" onClick={() => void closeDraft()} />
      </div>
      <p class="bar" id="no-send">
        <Icon of={Info} />
        <span>
          Sending needs SMTP, which this page does not speak. The draft is kept in your Drafts folder: any
          other mail program can send it from there.
        </span>
      </p>
      {line('to', 'To')}
      {line('cc', 'Cc')}
      {line('subject', 'Subject')}
      <textarea
        ref={body}
        class="draft-body"
        aria-label="Message text"
        dir="auto"
        disabled={isLoading}
        value={now.body}
        onInput={(event) => changeDraft({ body: event.currentTarget.value })}
      />
    </form>
  );
}
