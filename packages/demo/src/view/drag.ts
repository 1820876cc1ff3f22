// Messages on their way to a folder by drag and drop. The UIDs stay in the page: another page gets nothing.
import { plural } from '../mail/format.ts';

const TYPE = 'application/x-imap-messages';
let dragged: readonly number[] = [];

export const isMessageDrag = (event: DragEvent): boolean => event.dataTransfer?.types.includes(TYPE) ?? false;

export function draggedMessages(event: DragEvent): readonly number[] {
  return isMessageDrag(event) ? dragged : [];
}

export function beginDrag(event: DragEvent, uids: readonly number[]): void {
  const transfer = event.dataTransfer;
  if (transfer === null) return;
  dragged = uids;
  transfer.setData(TYPE, '');
  transfer.effectAllowed = 'move';
  const label = document.createElement('div');
  label.className = 'drag-label';
  label.textContent = plural(uids.length, 'message');
  document.body.append(label);
  transfer.setDragImage(label, -8, -8);
  setTimeout(() => label.remove());
}
