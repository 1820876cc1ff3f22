// Attachments made in code: a one-page PDF, a ZIP, a table, an invitation.
import { crc32 } from './crc32.ts';

/** A one-page PDF with a title and lines of text (ASCII). */
export function pdf(title: string, lines: readonly string[]): Uint8Array {
  const escape = (text: string): string => text.replaceAll(/[\\()]/g, String.raw`\$&`);
  const rows = lines.map((line) => `(${escape(line)}) Tj T*`).join('\n');
  const page = `BT /F1 20 Tf 72 760 Td (${escape(title)}) Tj /F1 11 Tf 0 -36 Td 16 TL\n${rows}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  text += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

/** A ZIP archive whose members are stored as they are. */
export function zip(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(members)) {
    const path = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2); // Names in UTF-8.
    common.writeUInt16LE(0x21, 8); // 1 January 1980: the format's first day.
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const head = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, path]);
    local.push(head, data);
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0', 'latin1'), common, place, path]));
    offset += head.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
}

/** Rows as CSV, in UTF-8. */
export function csv(rows: readonly (readonly (string | number)[])[]): Uint8Array {
  return Buffer.from(`${rows.map((row) => row.join(',')).join('\r\n')}\r\n`, 'utf8');
}

/** Bytes without a pattern, the same at every start: for attachments that only have to be of some size. */
export function noise(length: number, seed: number): Uint8Array {
  const data = new Uint8Array(length);
  let state = seed >>> 0;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = state >>> 24;
  }
  return data;
}

/** An iCalendar event of one hour. */
export function calendarEvent(start: Date, summary: string, place: string, organizer: string): string {
  const stamp = (date: Date): string => date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//sample//EN', 'METHOD:REQUEST', 'BEGIN:VEVENT'],
    `UID:${start.getTime()}@calendar.example.com`,
    `DTSTAMP:${stamp(new Date(start.getTime() - 86_400_000))}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(new Date(start.getTime() + 3_600_000))}`,
    ...[`SUMMARY:${summary}`, `LOCATION:${place}`, `ORGANIZER:mailto:${organizer}`],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');
}
