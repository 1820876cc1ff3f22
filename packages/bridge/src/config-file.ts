// A configuration file: JSON, checked against the schema beside this package. What is wrong is told with its line.

import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { ConfigError } from './options.ts';

/** A file that was read. */
export interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** `FILE:LINE` of a key, or of an entry with a name or a value; of the file where there is none. */
  readonly where: (at: readonly string[]) => string;
}

interface Hint {
  readonly $comment?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

let compiled: ValidateFunction | null = null;

function validator(): ValidateFunction {
  const schema = JSON.parse(
    readFileSync(new URL('../config.schema.json', import.meta.url), 'utf8'),
  ) as object;
  compiled ??= new Ajv({ verbose: true, allowUnionTypes: true, strictTypes: false }).compile(schema);
  return compiled;
}

/** One step down: a property, an element by its number, or one by its text. */
function step(node: Node, name: string): Node | undefined {
  if (node.type === 'object')
    return node.children?.find((property) => property.children?.[0]?.value === name);
  const parts = node.type === 'property' ? node.children?.[1] : node;
  if (parts !== node && parts !== undefined) return step(parts, name);
  return node.children?.find((child, index) => child.value === name || String(index) === name);
}

function find(tree: Node | undefined, at: readonly string[]): Node | undefined {
  let node = tree;
  for (const name of at) {
    const next = node === undefined ? undefined : step(node, name);
    // As far down as there is something.
    if (next === undefined) break;
    node = next;
  }
  return node;
}

/** What is wrong, in the words of the schema. */
function explain({ keyword, params, parentSchema, instancePath }: ErrorObject): {
  at: string[];
  problem: string;
} {
  const at = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const hint = parentSchema as Hint;
  if (keyword === 'additionalProperties') {
    const name = (params as { additionalProperty: string }).additionalProperty;
    const known = Object.keys(hint.properties ?? {}).filter((key) => key !== '$schema');
    return { at: [...at, name], problem: `is not known; known are ${known.join(', ')}` };
  }
  if (keyword === 'required') {
    return {
      at: [...at, (params as { missingProperty: string }).missingProperty],
      problem: 'is missing',
    };
  }
  return { at, problem: hint.$comment ?? 'cannot be used' };
}

/**
 * Reads a configuration file.
 *
 * @throws ConfigError with the line of what is wrong, and what to write
 */
export function readConfigFile(file: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `--config: cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`,
    );
  }
  const lineAt = (offset: number): string => `${file}:${text.slice(0, offset).split('\n').length}`;
  const problems: ParseError[] = [];
  const tree = parseTree(text, problems, { disallowComments: true, allowTrailingComma: false });
  const [first] = problems;
  if (first !== undefined || tree === undefined) {
    const what = first === undefined ? 'nothing in it' : printParseErrorCode(first.error);
    throw new ConfigError(`${lineAt(first?.offset ?? 0)}: is not JSON: ${what}`);
  }
  const where = (at: readonly string[]): string => lineAt(find(tree, at)?.offset ?? 0);
  const values = getNodeValue(tree) as Readonly<Record<string, unknown>>;
  const validate = validator();
  if (!validate(values)) {
    const { at, problem } = explain(validate.errors![0]!);
    throw new ConfigError(
      `${where(at)}: ${[...at, ''].join(' ').trimEnd()}${at.length === 0 ? '' : ': '}${problem}`,
    );
  }
  return { values, where };
}
