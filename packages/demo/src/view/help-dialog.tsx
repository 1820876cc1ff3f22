// All keys and search operators on one page.
import { operators } from '../mail/search.ts';
import { Dialog } from './dialog.tsx';
import { panel } from './panels.ts';

const keys: readonly (readonly [
  group: string,
  rows: readonly (readonly [keys: string, meaning: string])[],
])[] = [
  [
    'List',
    [
      ['j  k  ↓  ↑', 'next, previous message'],
      ['Enter', 'open'],
      ['Space', 'select'],
      ['Shift+↓', 'extend the selection'],
      ['Ctrl+A', 'select all'],
      ['/', 'search'],
      ['Esc', 'close, clear'],
    ],
  ],
  [
    'Message',
    [
      ['e', 'archive'],
      ['#  Del', 'delete'],
      ['v', 'move to a folder'],
      ['s', 'star'],
      ['u', 'read or unread'],
      ['Ctrl+Z', 'undo'],
    ],
  ],
  [
    'Writing',
    [
      ['c', 'new draft'],
      ['r', 'reply'],
      ['a', 'reply to all'],
      ['f', 'forward'],
      ['Ctrl+S', 'save the draft'],
    ],
  ],
];

export function HelpDialog() {
  return (
    <Dialog title="Keyboard shortcuts" wide onClose={() => (panel.value = null)}>
      <div class="help">
        {keys.map(([group, rows]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {rows.map(([names, meaning]) => (
                <div key={names}>
                  <dt>
                    {names.split('  ').map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>Search</h3>
          <dl>
            {operators.map(([example, meaning]) => (
              <div key={example}>
                <dt>
                  <code>{example}</code>
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
