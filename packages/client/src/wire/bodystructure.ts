// BODY and BODYSTRUCTURE: the MIME tree of a message (RFC 3501 7.4.2).
//
//   body            = "(" (body-type-1part / body-type-mpart) ")"
//   body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
//   body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]
//   body-fields     = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP body-fld-octets
//   body-type-msg   = "MESSAGE" "RFC822" SP body-fields SP envelope SP body SP body-fld-lines
//   body-ext-1part  = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]

import { decodeWords } from './encoded-word.ts';
import { envelopeOf, isList, textOf, type Envelope } from './envelope.ts';
import { readParameters } from './parameters.ts';
import { ParseError, type ResponseReader, type Value } from './reader.ts';

/** Content-Disposition (RFC 2183). */
export interface Disposition {
  /** In lower case: `attachment`, `inline`. */
  readonly type: string;
  /** Names in lower case; RFC 2231 and RFC 2047 values decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** A part of a message, or the message itself. */
export interface BodyPart {
  /** What BODY[…] calls it: `1`, `1.2`; empty for the outermost multipart. */
  readonly section: string;
  /** In lower case: `text`, `multipart`. */
  readonly type: string;
  /** In lower case: `html`, `mixed`. */
  readonly subtype: string;
  /** Content-Type's parameters; names in lower case, values decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Content-ID without its angle brackets. */
  readonly id: string | null;
  readonly description: string | null;
  /** Content-Transfer-Encoding in lower case: `7bit`, `base64`, `quoted-printable`. */
  readonly encoding: string;
  /** Octets as they are encoded; 0 for a multipart. */
  readonly size: number;
  /** Lines, for text and message/rfc822. */
  readonly lines: number | null;
  readonly disposition: Disposition | null;
  readonly language: readonly string[];
  readonly location: string | null;
  readonly md5: string | null;
  /** The headers of a message/rfc822. */
  readonly envelope: Envelope | null;
  /** The parts of a multipart; the one body of a message/rfc822. */
  readonly parts: readonly BodyPart[];
}

/** Reads a body structure. */
export function readBodyStructure(reader: ResponseReader): BodyPart {
  const position = reader.position;
  const value = reader.value();
  if (!isList(value) || value.length === 0)
    throw new ParseError('a body structure', position, 'another value');
  return messageBody(value, '');
}

/**
 * The body of a message: the outermost one, or that of a message/rfc822 part.
 *
 * A body of one part is called `1` within its message; a multipart has no number of its own there: the parts of the
 * outermost one are `1`, `2`, those of one in the message/rfc822 part `3` are `3.1`, `3.2`, and `3.TEXT` is all of it
 * (RFC 3501 6.4.5).
 */
function messageBody(values: readonly Value[], message: string): BodyPart {
  if (!isMultipart(values)) return single(values, below(message, 1));
  return multipart(values, message === '' ? '' : `${message}.TEXT`, message);
}

function partOf(values: readonly Value[], section: string): BodyPart {
  return isMultipart(values) ? multipart(values, section, section) : single(values, section);
}

function below(section: string, index: number): string {
  return section === '' ? String(index) : `${section}.${index}`;
}

const numeric = /^-?\d+(?:\.\d+)?(?:[eE]\+?\d+)?$/;
const isNumber = (value: Value | undefined): value is string =>
  typeof value === 'string' && numeric.test(value);

function isMultipart(values: readonly Value[]): boolean {
  const [first, second] = values;
  if (isList(first)) return true;
  // quirk: nil-parts. Dovecot and Exchange write a multipart without parts as (NIL "alternative" …).
  if (first === null) return textOf(second) !== null && !isNumber(values[6]);
  // quirk: collapsed-multipart. Gmail, Yandex and QQ leave the parts out: ("ALTERNATIVE" ("BOUNDARY" "x") NIL NIL).
  // quirk: basic-multipart. One that has a type and a subtype like a part without parts is read as one.
  // quirk: missing-subtype. (" X-ZIP" NIL NIL NIL "base64" 1) is a part of its own.
  return textOf(second) === null && !isNumber(values[5]);
}

function multipart(values: readonly Value[], section: string, parent: string): BodyPart {
  let at = 0;
  const parts: BodyPart[] = [];
  for (; isList(values[at]) || (at === 0 && values[at] === null); at++) {
    const child = values[at];
    if (isList(child) && child.length > 0) parts.push(partOf(child, below(parent, at + 1)));
  }
  const subtype = textOf(values[at]) ?? 'mixed';
  const params = parametersOf(values[at + 1]);
  return {
    section,
    type: 'multipart',
    subtype: subtype.trim().toLowerCase(),
    params,
    id: null,
    description: null,
    encoding: '',
    size: 0,
    lines: null,
    ...extension(values, at + 2),
    md5: null,
    envelope: null,
    parts,
  };
}

function single(values: readonly Value[], section: string): BodyPart {
  const named = textOf(values[1]) !== null || !isNumber(values[5]);
  const [type, subtype] = mediaType(textOf(values[0]), named ? textOf(values[1]) : null);
  // Everything moves up by one where the subtype is missing.
  const from = named ? 2 : 1;
  let at = from + 5;
  let envelope: Envelope | null = null;
  let parts: readonly BodyPart[] = [];
  let lines: number | null = null;
  const next = values[at];
  const isMessage = type === 'message' && (subtype === 'rfc822' || subtype === 'global');
  // quirk: basic-message. One that is encoded, or that the server did not look into, has no envelope.
  if (isMessage && isList(next) && isList(values[at + 1])) {
    envelope = envelopeOf(next);
    const body = values[at + 1];
    // quirk: empty-body. () where the body of the message belongs.
    if (isList(body) && body.length > 0) parts = [messageBody(body, section)];
    at += 2;
  }
  // quirk: missing-lines. What stands there is a number or already the next field.
  if ((type === 'text' || envelope !== null) && isNumber(values[at])) lines = count(values[at++]);
  const md5 = textOf(values[at]);
  return {
    section,
    type,
    subtype,
    params: parametersOf(values[from]),
    id: withoutBrackets(textOf(values[from + 1])),
    description: decoded(textOf(values[from + 2])),
    encoding: (textOf(values[from + 3]) ?? '7bit').trim().toLowerCase(),
    size: count(values[from + 4]),
    lines,
    ...extension(values, at + 1),
    md5,
    envelope,
    parts,
  };
}

/** quirk: missing-type. What is missing or empty is taken for data that nobody can name. */
function mediaType(type: string | null, subtype: string | null): [type: string, subtype: string] {
  const first = (type ?? '').trim().toLowerCase();
  const second = (subtype ?? '').trim().toLowerCase();
  if (first !== '' && second !== '') return [first, second];
  if (first === 'text') return [first, 'plain'];
  return second === ''
    ? ['application', first === '' ? 'octet-stream' : first]
    : ['application', 'octet-stream'];
}

type Extension = Pick<BodyPart, 'disposition' | 'language' | 'location'>;

/** body-fld-dsp SP body-fld-lang SP body-fld-loc. quirk: extra-fields. What follows is ignored. */
function extension(values: readonly Value[], at: number): Extension {
  let dsp = values[at];
  let lang = values[at + 1];
  // quirk: swapped-fields. The list with parameters is the disposition.
  if (isList(lang) && isDisposition(lang) && (dsp === null || (isList(dsp) && !isDisposition(dsp))))
    [dsp, lang] = [lang, dsp];
  // quirk: empty-location. A list is none.
  return { disposition: dispositionOf(dsp), language: languagesOf(lang), location: textOf(values[at + 2]) };
}

function isDisposition(value: readonly Value[]): boolean {
  return value.length === 2 && textOf(value[0]) !== null && (value[1] === null || isList(value[1]));
}

function dispositionOf(value: Value | undefined): Disposition | null {
  // quirk: disposition-string. Exchange writes "inline" where a list belongs.
  const type = textOf(isList(value) ? value[0] : value);
  // quirk: disposition-nil. (NIL NIL) is none.
  if (type === null) return null;
  return { type: type.trim().toLowerCase(), params: parametersOf(isList(value) ? value[1] : null) };
}

function languagesOf(value: Value | undefined): readonly string[] {
  const values = isList(value) ? value : [value];
  // quirk: language-nil. (NIL) is no language.
  return values.map(textOf).filter((language) => language !== null);
}

function parametersOf(value: Value | undefined): Readonly<Record<string, string>> {
  const pairs: [string, string][] = [];
  if (isList(value)) {
    for (let at = 0; at < value.length; at += 2) {
      const name = textOf(value[at]);
      // quirk: nil-parameter. mail.ru writes ("boundary" NIL).
      if (name !== null) pairs.push([name, textOf(value[at + 1]) ?? '']);
    }
  }
  return readParameters(pairs);
}

/** A number of octets or lines. quirk: negative-count, float-number. */
function count(value: Value | undefined): number {
  return isNumber(value) ? Math.min(Math.max(0, Math.round(Number(value))), Number.MAX_SAFE_INTEGER) : 0;
}

function decoded(value: string | null): string | null {
  return value === null ? null : decodeWords(value);
}

function withoutBrackets(id: string | null): string | null {
  return id === null ? null : id.trim().replace(/^<(.*)>$/s, '$1');
}

/** The name to show for a part: from its disposition or type; null where it has none. */
export function partName(part: BodyPart): string | null {
  return part.disposition?.params['filename'] || part.params['name'] || null;
}

/** All parts, depth first, the message itself first. */
export function* walkParts(part: BodyPart): Generator<BodyPart> {
  yield part;
  for (const child of part.parts) yield* walkParts(child);
}
