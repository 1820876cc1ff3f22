// The question before something is gone for ever.
import { deleteForEver, deleting } from '../mail/actions.ts';
import { plural } from '../mail/format.ts';
import { Dialog } from './dialog.tsx';

export function DeleteDialog({ uids }: { uids: readonly number[] }) {
  const close = () => (deleting.value = null);
  return (
    <Dialog title="Delete for ever?" onClose={close} role="alertdialog">
      <p>{plural(uids.length, 'message')} will be removed from the server. This cannot be undone.</p>
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={close}>
          Cancel
        </button>
        <button type="button" class="button button-bad" onClick={() => void deleteForEver(uids)}>
          Delete for ever
        </button>
      </div>
    </Dialog>
  );
}
