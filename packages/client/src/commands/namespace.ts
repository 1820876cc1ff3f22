// NAMESPACE: where one's own, other users' and shared mailboxes are (RFC 2342).
//
//   namespace = "NAMESPACE"

import { readNamespaces, type Namespaces } from '../wire/namespace.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const namespace = command<void, Namespaces, Namespaces>({
  name: 'NAMESPACE',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'NAMESPACE',
  collect: { NAMESPACE: (line) => readNamespaces(line) },
  result: (rows) => rows[0] ?? { personal: [], other: [], shared: [] },
});
