// A message as a tree of parts with their places in it (RFC 2045, 2046), so that a part is what was sent, byte for
// byte. Strings hold one character per byte.

/** One part: `raw.slice(start, body)` is its header, `raw.slice(body, end)` its content. */
export interface MimePart {
  readonly start: number;
  readonly body: number;
  readonly end: number;
  /** Field names in lower case, values unfolded. */
  readonly fields: ReadonlyMap<string, string>;
  readonly type: Parameterized;
  /** The parts of a multipart. */
  readonly parts: readonly MimePart[];
  /** The message inside a message/rfc822. */
  readonly message?: MimePart;
}

/** `text/plain; charset=utf-8` taken apart. */
export interface Parameterized {
  readonly value: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const deepest = 20;

/** Reads `raw` between two places as a message or a part of one; broken parts end where their parent does. */
export function mimeTree(raw: string, start = 0, end = raw.length, depth = 0): MimePart {
  const blank = /\r?\n\r?\n/g;
  blank.lastIndex = start;
  // A part that begins with an empty line has no header.
  const empty = /^\r?\n/.exec(raw.slice(start, start + 2));
  const gap = empty === null ? blank.exec(raw) : null;
  const headerEnd = empty === null ? Math.min(gap?.index ?? end, end) : start;
  const body = Math.min(
    empty === null ? (gap === null ? end : blank.lastIndex) : start + empty[0].length,
    end,
  );

  const fields = readFields(raw.slice(start, headerEnd));
  const type = readParameters(fields.get('content-type') ?? 'text/plain');
  const kind = type.value.toLowerCase();
  const boundary = type.parameters.find(([name]) => name.toLowerCase() === 'boundary')?.[1];
  const common = { start, body, end, fields, type };
  if (kind.startsWith('multipart/') && boundary !== undefined && depth < deepest) {
    const parts = split(raw, body, end, boundary).map(([from, to]) => mimeTree(raw, from, to, depth + 1));
    if (parts.length > 0) return { ...common, parts };
  }
  if (kind === 'message/rfc822' && depth < deepest) {
    return { ...common, parts: [], message: mimeTree(raw, body, end, depth + 1) };
  }
  return { ...common, parts: [] };
}

/** The places of the parts between the boundary's lines; the line break before a boundary belongs to it. */
function split(raw: string, from: number, to: number, boundary: string): [start: number, end: number][] {
  const mark = `--${boundary}`;
  const places: [number, number][] = [];
  let open = -1;
  for (let at = raw.indexOf(mark, from); at >= 0 && at < to; at = raw.indexOf(mark, at + mark.length)) {
    const rest = /^(?:--)?[ \t]*(?:\r?\n|$)/.exec(raw.slice(at + mark.length, at + mark.length + 80));
    if (rest === null || (at > from && raw[at - 1] !== '\n')) continue;
    if (open >= 0) places.push([open, Math.max(open, at - (raw[at - 2] === '\r' ? 2 : 1))]);
    open = rest[0].startsWith('--') ? -1 : Math.min(at + mark.length + rest[0].length, to);
    if (open < 0) break;
  }
  if (open >= 0) places.push([open, to]);
  return places;
}

function readFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value = ''] = /^([^:\s]+)[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key !== undefined && !fields.has(key)) fields.set(key, value.trim());
  }
  return fields;
}

/** Takes a field with parameters apart; quoted values may hold anything. */
export function readParameters(field: string): Parameterized {
  const parameters = [...field.matchAll(/;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;]*))/g)];
  return {
    value: /^[^;\s]*/.exec(field)?.[0] ?? '',
    parameters: parameters.map(([, name = '', quoted, bare = '']) => [
      name,
      quoted?.replaceAll(/\\(.)/g, '$1') ?? bare,
    ]),
  };
}

/** The part that a number path names (RFC 3501 6.4.5); `part` is where the path starts. */
export function partAt(part: MimePart, path: readonly number[]): MimePart | undefined {
  let current = part;
  for (const number of path) {
    const inside = current.message ?? current;
    const next = inside.parts[number - 1];
    // What is no multipart has one part: itself, or the body of the message that it holds.
    const only = inside.parts.length === 0 && number === 1;
    if (next === undefined && !only) return undefined;
    current = next ?? inside;
  }
  return current;
}
