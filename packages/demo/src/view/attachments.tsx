// The files of a message, each with its size, and its progress in bytes while it is being fetched.
import {
  Calendar,
  Download,
  File,
  FileArchive,
  FileText,
  Image,
  Mail,
  Music,
  TriangleAlert,
  Video,
  X,
} from 'lucide';
import { isExecutableName } from '../message/attachment.ts';
import { downloads, saveFile } from '../mail/downloads.ts';
import { plural, size } from '../mail/format.ts';
import type { MessageFile } from '../mail/reader.ts';
import { Icon, IconButton, type IconData } from './icon.tsx';

const icons: readonly (readonly [RegExp, IconData])[] = [
  [/^image\//, Image],
  [/^audio\//, Music],
  [/^video\//, Video],
  [/^message\//, Mail],
  [/calendar/, Calendar],
  [/zip|compressed|tar|rar/, FileArchive],
  [/^text\/|pdf|word|document|sheet|presentation/, FileText],
];

const iconOf = (type: string): IconData => icons.find(([pattern]) => pattern.test(type))?.[1] ?? File;

function Attachment({ uid, file }: { uid: number; file: MessageFile }) {
  const download = downloads.value.get(file.key);
  const progress = download?.progress;
  const total = progress?.total ?? 0;
  const share = progress === undefined || total === 0 ? 0 : progress.transferred / total;
  return (
    <li class="attachment">
      <button
        type="button"
        class="attachment-save"
        aria-label={`Download ${file.name}`}
        disabled={download !== undefined}
        onClick={() => void saveFile(uid, file)}
      >
        <span class="attachment-icon">
          <Icon of={iconOf(file.type)} size={20} />
        </span>
        <span class="attachment-words">
          <span class="attachment-name" dir="auto" title={file.name}>
            {file.name}
          </span>
          <span class="attachment-size">
            {progress === undefined
              ? `${file.isExactSize ? '' : '≈ '}${size(file.size)}`
              : `${size(progress.transferred)} of ${total === 0 ? '…' : size(total)}`}
            {isExecutableName(file.name) && (
              <span class="attachment-warning">
                <Icon of={TriangleAlert} size={12} /> a program
              </span>
            )}
          </span>
        </span>
        {download === undefined && <Icon of={Download} size={16} />}
      </button>
      {download !== undefined && (
        <>
          <progress
            class="attachment-progress"
            aria-label={`Downloading ${file.name}`}
            value={share}
            max={1}
          />
          <IconButton
            icon={X}
            size={16}
            name={`Cancel the download of ${file.name}`}
            onClick={download.cancel}
          />
        </>
      )}
    </li>
  );
}

export function Attachments({ uid, files }: { uid: number; files: readonly MessageFile[] }) {
  if (files.length === 0) return null;
  return (
    <section class="attachments" aria-label="Attachments">
      <h3>{plural(files.length, 'attachment')}</h3>
      <ul>
        {files.map((file) => (
          <Attachment key={file.key} uid={uid} file={file} />
        ))}
      </ul>
    </section>
  );
}
