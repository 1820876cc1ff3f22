// `params`: values put in the place of `?` in search criteria and FETCH parts, quoted as each one needs.
//
//   ?   text (quoted where needed), a number, or a list in parentheses
//   ?f  a flag, or a list of them
//   ?s  a message set
//   ??  a question mark

import type { MessageSet, Param, Text } from './datum.ts';
import { astring } from './quoting.ts';
import { sequenceSet } from './sequence-set.ts';

const flag = /^(?:\\\*|\\?[^(){ %*"\\\]\0-\x1f\x7f-\xff]+)$/; // oxlint-disable-line no-control-regex -- no flag has them

/** The values of one command, taken one after the other by its templates. */
export class Placeholders {
  readonly #params: readonly Param[] | undefined;
  readonly #encode: (value: Text) => string;
  #taken = 0;

  /** Without `params` templates stay as they are, question marks too. */
  constructor(params: readonly Param[] | undefined, encode: (value: Text) => string) {
    this.#params = params;
    this.#encode = encode;
  }

  /** @throws TypeError where there are too few values, or one is of the wrong type */
  fill(template: string): string {
    if (this.#params === undefined) return template;
    return template.replaceAll(/\?([?fs]?)/g, (_, kind: string) => {
      if (kind === '?') return '?';
      const value = this.#next();
      if (kind === 'f') return this.#flags(value);
      return kind === 's' ? sequenceSet(value as MessageSet, this.#encode) : this.#value(value);
    });
  }

  /** @throws TypeError where values are left over */
  finish(): void {
    const left = (this.#params?.length ?? 0) - this.#taken;
    if (left > 0) throw new TypeError(`params has ${left} more values than there are placeholders`);
  }

  #next(): Param {
    const value = this.#params?.[this.#taken++];
    if (value === undefined) throw new TypeError('params has fewer values than there are placeholders');
    return value;
  }

  #value(value: Param): string {
    if (typeof value === 'string' || value instanceof Uint8Array) return astring(this.#encode(value));
    if (Array.isArray(value)) return `(${value.map((inner: Param) => this.#value(inner)).join(' ')})`;
    if (typeof value === 'number' && Number.isInteger(value)) return String(value);
    throw new TypeError(`${JSON.stringify(value)} cannot stand for a ?: text, a whole number or a list can`);
  }

  #flags(value: Param): string {
    if (Array.isArray(value)) return `(${value.map((inner: Param) => this.#flags(inner)).join(' ')})`;
    const name = this.#encode(value as Text);
    if (!flag.test(name)) throw new RangeError(`${JSON.stringify(name)} is no flag`);
    return name;
  }
}
