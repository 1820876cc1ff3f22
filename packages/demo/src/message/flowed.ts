// Plain text cut into paragraphs: RFC 3676 where the message says format=flowed, line by line where it does not.

/** Lines that belong together: the same depth of quotation, no blank line in between. */
export interface Paragraph {
  /** How many `>` stand in front of it. */
  readonly depth: number;
  /** Without the marks of quotation; ends in as many line feeds as it had in the source. */
  readonly text: string;
  readonly isSignature: boolean;
}

export interface FlowedOptions {
  /** `format=flowed` in the Content-Type. */
  readonly flowed?: boolean;
  /** `delsp=yes`: the space that marks a soft line break is not part of the text. */
  readonly delSp?: boolean;
}

interface Line {
  readonly depth: number;
  readonly text: string;
}

function readLine(source: string, flowed: boolean): Line {
  // A flowed line has its marks together (4.5); elsewhere people write "> > " as well.
  const marks = (flowed ? /^>*/ : /^(?:> ?)*/).exec(source)?.[0] ?? '';
  const depth = marks.replaceAll(' ', '').length;
  const rest = source.slice(marks.length);
  // 4.4: one space in front is stuffing.
  return { depth, text: flowed && rest.startsWith(' ') ? rest.slice(1) : rest };
}

/** Joins what soft line breaks have cut (RFC 3676 4.1 and 4.2). */
function* unfold(lines: Iterable<Line>, delSp: boolean): Generator<Line> {
  let open: Line | null = null;
  for (const line of lines) {
    if (open !== null && (open.depth !== line.depth || line.text === '-- ')) {
      yield open;
      open = null;
    }
    const text: string = (open?.text ?? '') + line.text;
    if (line.text.endsWith(' ') && line.text !== '-- ') {
      open = { depth: line.depth, text: delSp ? text.slice(0, -1) : text };
    } else {
      open = null;
      yield { depth: line.depth, text };
    }
  }
  if (open !== null) yield open;
}

/** The paragraphs of `text`, in order; together their texts are the whole of it. */
export function paragraphs(text: string, { flowed = false, delSp = false }: FlowedOptions = {}): Paragraph[] {
  const source = text.split(/\r\n|\n|\r/);
  if (source.at(-1) === '') source.pop();
  const read = source.map((line) => readLine(line, flowed));
  const found: Paragraph[] = [];
  let isSignature = false;
  let depth = 0;
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) found.push({ depth, text: lines.map((line) => `${line}\n`).join(''), isSignature });
    lines = [];
  };
  for (const line of flowed ? unfold(read, delSp) : read) {
    const beginsSignature = !isSignature && line.depth === 0 && line.text === '-- ';
    const afterBlank = line.text !== '' && lines.at(-1) === '';
    if (beginsSignature || afterBlank || line.depth !== depth) flush();
    if (beginsSignature) isSignature = true;
    depth = line.depth;
    lines.push(line.text);
  }
  flush();
  return found;
}
