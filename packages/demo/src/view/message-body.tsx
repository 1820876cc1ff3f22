// The content of a message: HTML in its frame, plain text as elements.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Image, Moon, Sun, TriangleAlert } from 'lucide';
import { showHtml, type Appearance, type ShownHtml } from '../message/frame.ts';
import { openLink, watchLinks, type LinkClick } from '../message/links.ts';
import { plainText } from '../message/plain.ts';
import { plural } from '../mail/format.ts';
import { imagesAllowed, type ShownBody } from '../mail/reader.ts';
import { theme } from '../mail/settings.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { onShortcut } from './keys.ts';

export interface BodyProps {
  readonly of: ShownBody;
  readonly imageUrl: (cid: string) => Promise<string | null>;
}

function LinkQuestion({ link, onClose }: { link: LinkClick; onClose: () => void }) {
  return (
    <Dialog title="Open this link?" onClose={onClose} role="alertdialog">
      <p>{link.warning?.message}</p>
      <p class="mono break">{link.href}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={onClose}>
          Stay here
        </button>
        <button
          type="button"
          class="button button-bad"
          onClick={() => {
            onClose();
            openLink(link.href);
          }}
        >
          Open it
        </button>
      </div>
    </Dialog>
  );
}

function useLinks() {
  const asked = useSignal<LinkClick | null>(null);
  const onLink = (link: LinkClick): boolean => {
    if (link.warning === null) return false;
    asked.value = link;
    return true;
  };
  const question =
    asked.value === null ? null : <LinkQuestion link={asked.value} onClose={() => (asked.value = null)} />;
  return { onLink, question };
}

function HtmlBody({ html, imageUrl }: { html: string; imageUrl: BodyProps['imageUrl'] }) {
  const container = useRef<HTMLDivElement>(null);
  const shown = useSignal<ShownHtml | null>(null);
  const failure = useSignal<string | null>(null);
  const appearance = useSignal<Appearance>('auto');
  const { onLink, question } = useLinks();
  const images = imagesAllowed.value ? 'loaded' : 'blocked';

  useEffect(() => {
    if (container.current === null) return;
    const next = showHtml(container.current, html, {
      images,
      theme: theme.peek(),
      appearance: appearance.peek(),
      title: 'Message text',
      resolveCid: imageUrl,
      onLink,
      onKey: onShortcut,
    });
    shown.value = next;
    failure.value = null;
    next.ready.catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      failure.value = error instanceof Error ? error.message : String(error);
    });
    return () => next.dispose();
  }, [html, images]);
  useEffect(() => shown.value?.setTheme(theme.value, appearance.value), [theme.value, appearance.value]);

  const now = shown.value;
  const isOriginal = appearance.value === 'auto';
  return (
    <>
      {now !== null && now.blockedImages > 0 && (
        <div class="bar" role="region" aria-label="Remote images">
          <Icon of={Image} />
          <span class="grow">
            {plural(now.blockedImages, 'remote image')} held back: loading{' '}
            {now.blockedImages === 1 ? 'it' : 'them'} tells the sender that you read this.
          </span>
          <button type="button" class="button" onClick={() => (imagesAllowed.value = true)}>
            Load images
          </button>
        </div>
      )}
      {now !== null && now.hasColours && theme.value === 'dark' && (
        <div class="body-tools">
          <button
            type="button"
            class="link-button"
            aria-pressed={!isOriginal}
            onClick={() => (appearance.value = isOriginal ? 'theme' : 'auto')}
          >
            <Icon of={isOriginal ? Moon : Sun} size={14} />
            {isOriginal ? 'Show in the dark theme' : 'Show original colours'}
          </button>
        </div>
      )}
      {failure.value !== null && (
        <p class="message-notice" role="alert">
          The message could not be shown: {failure.value}
        </p>
      )}
      <div
        ref={container}
        class={now?.hasColours === true && isOriginal ? 'html-body is-card' : 'html-body'}
      />
      {question}
    </>
  );
}

function TextBody({ of }: { of: ShownBody }) {
  const container = useRef<HTMLDivElement>(null);
  const { onLink, question } = useLinks();
  const isCut = useSignal(false);
  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const { fragment, truncated } = plainText(of.text ?? '', of.flowed);
    element.replaceChildren(fragment);
    isCut.value = truncated;
    const end = new AbortController();
    watchLinks(element, onLink, end.signal);
    return () => end.abort();
  }, [of]);
  return (
    <>
      <div ref={container} class="text-body" />
      {isCut.value && (
        <p class="message-notice">This text is too long for a page; its source has all of it.</p>
      )}
      {question}
    </>
  );
}

export function MessageBody({ of, imageUrl }: BodyProps) {
  return (
    <>
      {of.note !== null && (
        <p class="bar bar-note" role="note">
          <Icon of={TriangleAlert} />
          {of.note}
        </p>
      )}
      {of.html === null ? <TextBody of={of} /> : <HtmlBody html={of.html} imageUrl={imageUrl} />}
    </>
  );
}
