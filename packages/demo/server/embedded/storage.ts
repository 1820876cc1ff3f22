// A mailbox in the form that hoodiecrow keeps: a tree of folders, messages with one character per byte.
import type { StorageFolder } from 'hoodiecrow-imap';
import { internalDate, modifiedUtf7, type SeedFolder, type SeedMailbox } from '../mailbox.ts';

/** @param uidValidity the same for all folders: at each start they are new, and so are their UIDs */
export function storageOf(mailbox: SeedMailbox, uidValidity: number): Record<string, StorageFolder> {
  const root: Record<string, StorageFolder> = {};
  let inbox: StorageFolder = { uidvalidity: uidValidity };
  for (const seed of mailbox.folders) {
    if (seed.path === 'INBOX') inbox = filled({}, seed, uidValidity);
    else place(root, seed, uidValidity);
  }
  return { INBOX: inbox, '': { separator: '/', folders: root } };
}

function place(root: Record<string, StorageFolder>, seed: SeedFolder, uidValidity: number): void {
  const names = seed.path.split('/').map(modifiedUtf7);
  let level = root;
  for (const [depth, name] of names.entries()) {
    // A level that was only passed through holds no mail.
    level[name] ??= { uidvalidity: uidValidity, flags: ['\\Noselect'] };
    if (depth === names.length - 1) level[name] = filled(level[name], seed, uidValidity);
    else level = level[name].folders ??= {};
  }
}

function filled(
  folder: StorageFolder,
  { specialUse, messages }: SeedFolder,
  uidValidity: number,
): StorageFolder {
  return {
    ...(folder.folders === undefined ? {} : { folders: folder.folders }),
    ...(specialUse === undefined ? {} : { 'special-use': specialUse }),
    uidvalidity: uidValidity,
    messages: messages.map(({ raw, flags, date }) => ({
      raw: Buffer.from(raw).toString('latin1'),
      flags: [...flags],
      internaldate: internalDate(date),
    })),
  };
}
