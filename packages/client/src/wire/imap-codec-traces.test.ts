// The RFCs' example sessions (corpus/imap-codec-traces.jsonl): every line of a server must frame and parse.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Framer } from './framer.ts';
import { parseResponse } from './parse.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly lines: readonly (readonly ['C' | 'S', string])[];
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const rows = readFileSync(new URL('corpus/imap-codec-traces.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

describe('example sessions', () => {
  it.each(rows.map((row) => [row.id, row.name, row.lines] as const))('%s %s', (_id, _name, lines) => {
    const framer = new Framer();
    for (const [side, line] of lines) {
      if (side !== 'S') continue;
      framer.push(bytes(line));
      const frame = framer.next();
      expect(framer.next(), line).toBeNull();
      expect(framer.pending, line).toBe(0);
      const parsed = parseResponse(frame?.bytes ?? new Uint8Array(0));
      expect(parsed.kind, line).not.toBe('unparsed');
      expect(parsed.kind, line).not.toBe('other');
      if (parsed.kind === 'fetch') expect(parsed.message.unparsed, line).toEqual({});
      if (parsed.kind === 'status' && line.includes(' [')) expect(parsed.code, line).not.toBeNull();
    }
  });
});
