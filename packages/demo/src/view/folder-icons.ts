// One icon for each special use.
import { Archive, FileText, Folder, Inbox, Mails, Send, ShieldAlert, Star, Trash2 } from 'lucide';
import type { SpecialUse } from '../mail/tree.ts';
import type { IconData } from './icon.tsx';

const icons: Readonly<Record<SpecialUse, IconData>> = {
  inbox: Inbox,
  flagged: Star,
  drafts: FileText,
  sent: Send,
  archive: Archive,
  all: Mails,
  junk: ShieldAlert,
  trash: Trash2,
};

export const folderIcon = (use: SpecialUse | null): IconData => (use === null ? Folder : icons[use]);
