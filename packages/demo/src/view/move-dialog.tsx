// Choosing a folder to move messages to: a filter and a list of whole names, since not every parent can be chosen (ARIA APG: combobox with a list box).
import { useComputed, useSignal } from '@preact/signals';
import { moveMessages, moving } from '../mail/actions.ts';
import { plural } from '../mail/format.ts';
import { tree } from '../mail/mailboxes.ts';
import { selected } from '../mail/messages.ts';
import { walkTree } from '../mail/tree.ts';
import { Dialog } from './dialog.tsx';
import { folderIcon } from './folder-icons.ts';
import { Icon } from './icon.tsx';

export function MoveDialog({ uids }: { uids: readonly number[] }) {
  const filter = useSignal('');
  const at = useSignal(0);
  const found = useComputed(() => {
    const wanted = filter.value.trim().toLocaleLowerCase();
    return [...walkTree(tree.value)].filter(
      ({ box }) =>
        box.selectable && box.name !== selected.value && box.name.toLocaleLowerCase().includes(wanted),
    );
  });
  const close = () => (moving.value = null);
  const choose = (index: number) => {
    const item = found.value[index];
    if (item === undefined) return;
    close();
    void moveMessages(uids, item.box.name);
  };
  const go = (index: number) => {
    at.value = Math.max(0, Math.min(found.value.length - 1, index));
    document.getElementById(`move-${at.value}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Dialog title={`Move ${plural(uids.length, 'message')} to folder`} onClose={close}>
      <input
        class="input"
        role="combobox"
        autofocus
        aria-label="Filter folders"
        aria-expanded="true"
        aria-controls="move-list"
        aria-activedescendant={`move-${at.value}`}
        placeholder="Folder"
        dir="auto"
        value={filter.value}
        onInput={(event) => {
          filter.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') go(at.value + 1);
          else if (event.key === 'ArrowUp') go(at.value - 1);
          else if (event.key === 'Enter') choose(at.value);
          else return;
          event.preventDefault();
        }}
      />
      <div id="move-list" class="options" role="listbox" aria-label="Folders">
        {found.value.map(({ box, depth }, index) => (
          <div
            key={box.name}
            id={`move-${index}`}
            role="option"
            class="option"
            aria-selected={index === at.value}
            style={{ '--depth': '0' }}
            onClick={() => choose(index)}
          >
            <Icon of={folderIcon(box.use)} />
            <span dir="auto">{depth === 0 ? box.label : box.name}</span>
          </div>
        ))}
        {found.value.length === 0 && <p class="muted center">No folder of that name</p>}
      </div>
    </Dialog>
  );
}
