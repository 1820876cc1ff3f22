// BODYSTRUCTURE, ENVELOPE and the sections of a message, in the values that hoodiecrow writes (RFC 3501 7.4.2).
import envelope from 'hoodiecrow-imap/lib/envelope.js';
import mimeparser from 'hoodiecrow-imap/lib/mimeparser.js';
import type { StoredMessage, Value, ValueNode } from 'hoodiecrow-imap';
import { mimeTree, partAt, readParameters, type MimePart, type Parameterized } from './mime-tree.ts';

const trees = new WeakMap<StoredMessage, MimePart>();

/** The tree of a stored message, read once. */
export function treeOf(message: StoredMessage): MimePart {
  let tree = trees.get(message);
  if (tree === undefined) trees.set(message, (tree = mimeTree(message.raw)));
  return tree;
}

/** BODYSTRUCTURE; with `extended` false it is BODY. */
export function bodyStructure(raw: string, part: MimePart, extended: boolean): string {
  const { fields, type } = part;
  const disposition = fields.get('content-disposition');
  const tail = [
    disposition === undefined ? 'NIL' : dispositionText(readParameters(disposition)),
    text(fields.get('content-language')),
    text(fields.get('content-location')),
  ];
  const [kind = 'text', subtype = 'plain'] = type.value.toUpperCase().split('/');
  if (part.parts.length > 0) {
    // No space between the parts: 1*body SP media-subtype.
    const parts = part.parts.map((inner) => bodyStructure(raw, inner, extended)).join('');
    return list([parts, text(subtype), ...(extended ? [parameters(type), ...tail] : [])]);
  }
  const lines = (raw.slice(part.body, part.end).match(/\n/g) ?? []).length;
  // A multipart in which no part was found is told as what it looks like: text.
  const broken = kind === 'MULTIPART';
  return list([
    ...(broken ? ['"TEXT"', '"PLAIN"'] : [text(kind), text(subtype)]),
    parameters(type),
    text(fields.get('content-id')),
    text(fields.get('content-description')),
    text((fields.get('content-transfer-encoding') ?? '7bit').toUpperCase()),
    part.end - part.body,
    ...(part.message === undefined
      ? []
      : [envelopeOf(raw, part.message), bodyStructure(raw, part.message, extended), lines]),
    ...(kind === 'TEXT' || broken ? [lines] : []),
    ...(extended ? [text(fields.get('content-md5')), ...tail] : []),
  ]);
}

/** ENVELOPE of a message or of one inside another. */
export function envelopeOf(raw: string, part: MimePart): string {
  const header = raw.slice(part.start, part.body).replaceAll('\t', ' ');
  const values = envelope(mimeparser(header).parsedHeader);
  return list(
    values.map((value) => {
      if (!Array.isArray(value)) return scalar(value);
      // No space between addresses either.
      return list([
        value.map((address: Value) => list(Array.isArray(address) ? address.map(scalar) : [])).join(''),
      ]);
    }),
  );
}

/**
 * What `BODY[section]` names; undefined where there is no such part.
 *
 * @throws Error when the section is none of RFC 3501
 */
export function sectionOf(message: StoredMessage, section: readonly Value[]): string | undefined {
  const { raw } = message;
  const [first, names] = section;
  if (first === undefined) return raw;
  const words = word(first).toUpperCase();
  const [, numbers = '', kind = ''] = /^((?:\d+(?:\.|$))*)([A-Z.]*)$/.exec(words) ?? ['', '', '?'];
  const path = numbers.split('.').filter(Boolean).map(Number);
  const part = partAt(treeOf(message), path);
  if (part === undefined) return undefined;
  const inner = path.length === 0 ? part : part.message;
  const header = inner === undefined ? undefined : raw.slice(inner.start, inner.body);
  switch (kind) {
    case '':
      return raw.slice(part.body, part.end);
    case 'MIME':
      return raw.slice(part.start, part.body);
    case 'HEADER':
      return header;
    case 'TEXT':
      return inner === undefined ? undefined : raw.slice(inner.body, inner.end);
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT': {
      const asked = new Set(
        (Array.isArray(names) ? names : []).map((name: Value) => word(name).toLowerCase()),
      );
      return header === undefined
        ? undefined
        : chosenFields(header, (name) => asked.has(name) === (kind === 'HEADER.FIELDS'));
    }
    default:
      throw new Error(`BODY[${words}] is no section of a message`);
  }
}

function chosenFields(header: string, isChosen: (name: string) => boolean): string {
  const fields = header.match(/^[^\s:][^\n]*\n?(?:[ \t][^\n]*\n?)*/gm) ?? [];
  const chosen = fields.filter((field) => isChosen(/^[^:\s]*/.exec(field)?.[0].toLowerCase() ?? ''));
  return `${chosen.join('')}\r\n`;
}

const word = (value: Value): string => {
  if (isNode(value)) return value.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

export const isNode = (value: Value | undefined): value is ValueNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (items: readonly (string | number)[]): string => `(${items.join(' ')})`;

const parameters = ({ parameters: pairs }: Parameterized): string =>
  pairs.length === 0
    ? 'NIL'
    : list(pairs.flatMap(([name, value]) => [text(name.toUpperCase()), text(value)]));

const dispositionText = (disposition: Parameterized): string =>
  list([text(disposition.value.toUpperCase()), parameters(disposition)]);

// Quoted where that is allowed, a literal for everything else.
function text(value: string | undefined): string {
  if (value === undefined) return 'NIL';
  if (/^[\u0020-\u007e]*$/.test(value)) return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `{${value.length}}\r\n${value}`;
}

const scalar = (value: Value): string => text(typeof value === 'string' ? value : undefined);
