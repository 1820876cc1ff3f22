// ID: who the client is, and who the server (RFC 2971).
//
//   id             = "ID" SP id-params-list
//   id-params-list = "(" *(string SP nstring) ")" / nil

import { encode } from '../wire/ascii.ts';
import { readIdentity, type Identity } from '../wire/id.ts';
import { command } from './command.ts';

/** The bounds of RFC 2971 3.3. */
const most = { pairs: 30, field: 30, value: 1024 } as const;

/** Tells the fields (null: nothing), and gives those of the server; null where it tells nothing either. */
export const id = command<Identity | null, Identity | null, Identity | null>({
  name: 'ID',
  repeatable: () => true,
  needs: () => 'ID',
  send: (out, identity) => {
    const pairs = Object.entries(identity ?? {});
    if (identity === null) out.atom('NIL');
    else {
      check(pairs);
      out.list(() => pairs.forEach(([field, value]) => out.string(field).nstring(value)));
    }
  },
  collect: { ID: (line) => readIdentity(line) },
  result: (rows) => rows[0] ?? null,
});

function check(pairs: readonly (readonly [field: string, value: string | null])[]): void {
  if (pairs.length > most.pairs)
    throw new RangeError(`ID: ${pairs.length} fields, where ${most.pairs} may be`);
  const fields = new Set(pairs.map(([field]) => field.toLowerCase()));
  if (fields.size < pairs.length) throw new RangeError('ID: a field stands there twice');
  for (const [field, value] of pairs) {
    bounded(field, most.field, 'The name of a field');
    bounded(value ?? '', most.value, `The value of ${field}`);
  }
}

function bounded(text: string, octets: number, what: string): void {
  const length = encode(text).length;
  if (length > octets) throw new RangeError(`ID: ${what} has ${length} octets, where ${octets} may be`);
}
