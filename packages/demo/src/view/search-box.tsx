// The search box of the list: words and operators, searched for by the server.
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { LoaderCircle, Search as SearchIcon, X } from 'lucide';
import { labelOf } from '../mail/mailboxes.ts';
import { search, searchMessages, selected } from '../mail/messages.ts';
import { operators } from '../mail/search.ts';
import { Icon, IconButton } from './icon.tsx';
import { searchFocus } from './panels.ts';

export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal('');
  const isActive = useSignal(false);
  const asked = useRef(searchFocus.peek());
  useEffect(() => {
    if (searchFocus.value !== asked.current) input.current?.select();
    asked.current = searchFocus.value;
  }, [searchFocus.value]);
  useEffect(() => {
    text.value = search.peek()?.text ?? '';
  }, [selected.value]);
  const clear = () => {
    text.value = '';
    search.value = null;
  };
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        void searchMessages(text.value);
        isActive.value = false;
      }}
    >
      <Icon of={search.value?.state === 'searching' ? LoaderCircle : SearchIcon} size={16} />
      <input
        ref={input}
        type="search"
        aria-label="Search this folder"
        placeholder={`Search ${labelOf(selected.value ?? '')}`}
        title="Search (/)"
        dir="auto"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          if (text.value === '') clear();
        }}
        onFocus={() => (isActive.value = true)}
        onBlur={() => (isActive.value = false)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          clear();
          event.currentTarget.blur();
        }}
      />
      {text.value !== '' && <IconButton icon={X} size={14} name="Clear search" onClick={clear} />}
      {isActive.value && text.value === '' && (
        <div class="search-help" aria-hidden="true">
          {operators.map(([example, meaning]) => (
            <div key={example}>
              <code>{example}</code>
              <span>{meaning}</span>
            </div>
          ))}
        </div>
      )}
    </form>
  );
}
