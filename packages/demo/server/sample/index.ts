// The sample mailbox: a few hundred messages that look like somebody's life, made in code, the same every time.
import type { SeedFolder, SeedMailbox } from '../mailbox.ts';
import { eastAsia } from './east-asia.ts';
import { letterEnclosures } from './enclosures.ts';
import { europe } from './europe.ts';
import { friends } from './friends.ts';
import { legacyLetters } from './legacy.ts';
import { write } from './letter.ts';
import { newsletters } from './newsletters.ts';
import { oddities } from './oddities.ts';
import { series } from './series.ts';
import { southAsiaAndMiddleEast } from './south-asia-middle-east.ts';
import { work } from './work.ts';

export { lateLetter } from './late-letter.ts';

const folders: readonly Omit<SeedFolder, 'messages'>[] = [
  { path: 'INBOX' },
  { path: 'Drafts', specialUse: '\\Drafts' },
  { path: 'Sent', specialUse: '\\Sent' },
  { path: 'Archive', specialUse: '\\Archive' },
  { path: 'Junk', specialUse: '\\Junk' },
  { path: 'Trash', specialUse: '\\Trash' },
  { path: 'Entwürfe & Ideen' },
  { path: 'Newsletters' },
  { path: 'Projects/Atlas' },
  { path: 'Projects/Harbour' },
  { path: '日本語' },
];

const conversations = [...work, ...friends, ...europe, ...eastAsia, ...southAsiaAndMiddleEast];

/**
 * The sample mailbox of the user `demo`.
 *
 * @param options.now all dates are counted back from here
 */
export function sampleMailbox({ now }: { now: Date }): SeedMailbox {
  const all = [
    ...conversations.flatMap((conversation) => write(conversation, now)),
    ...letterEnclosures(now),
    ...newsletters(now),
    ...series(now),
    ...legacyLetters(now),
    ...oddities(now),
  ];
  const oldestFirst = all.toSorted((a, b) => a.message.date.getTime() - b.message.date.getTime());
  return {
    folders: folders.map((folder) => ({
      ...folder,
      messages: oldestFirst.filter((placed) => placed.folder === folder.path).map(({ message }) => message),
    })),
  };
}
