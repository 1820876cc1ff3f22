// The tabs of the page (ARIA APG: tabs that follow the focus); the one that is open stands in the address.
import { signal } from '@preact/signals';
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { Icon, type IconData } from '../../view/icon.tsx';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly icon: IconData;
  /** A count or a word behind the label. */
  readonly badge: { readonly text: string; readonly tone: 'plain' | 'ok' | 'bad' } | null;
  readonly panel: () => ComponentChildren;
}

const named = (): string => location.hash.slice(1);

/** The open tab. */
export const openTab = signal(named());
addEventListener('hashchange', () => (openTab.value = named()));

/** Opens a tab. */
export function showTab(id: string): void {
  history.replaceState(null, '', `#${id}`);
  openTab.value = id;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const open = tabs.find(({ id }) => id === openTab.value) ?? tabs[0]!;
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const at = tabs.indexOf(open);
    const to = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    const next = to === undefined ? undefined : tabs[to];
    if (next === undefined) return;
    event.preventDefault();
    showTab(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="diag-tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(({ id, label: name, icon, badge }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={id === open.id}
            aria-controls={id === open.id ? `panel-${id}` : undefined}
            tabIndex={id === open.id ? 0 : -1}
            onClick={() => showTab(id)}
          >
            <Icon of={icon} size={16} />
            <span class="diag-tab-name">{name}</span>
            {badge && <span class={`badge badge-${badge.tone}`}>{badge.text}</span>}
          </button>
        ))}
      </div>
      <div
        class={`diag-panel diag-${open.id}`}
        role="tabpanel"
        id={`panel-${open.id}`}
        aria-labelledby={`tab-${open.id}`}
        key={open.id}
      >
        {open.panel()}
      </div>
    </>
  );
}
