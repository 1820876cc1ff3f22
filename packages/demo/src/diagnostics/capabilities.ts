// What a server says it can do, at each moment when it says so, and what has changed from one to the next.
import { known, type Capability, type Group } from './capability-table.ts';

/** When capabilities are told: with the greeting, after STARTTLS, after signing in. */
export type MomentName = 'greeting' | 'tls' | 'login';

export interface Moment {
  readonly name: MomentName;
  /** What a person reads above the column. */
  readonly label: string;
  readonly capabilities: readonly string[];
}

/** How a capability stands at a moment, seen from the one before. */
export type Mark = 'present' | 'added' | 'removed' | 'absent';

export interface CapabilityRow {
  readonly name: string;
  /** What is known of it; null for a name that this page has never heard. */
  readonly about: Capability | null;
  /** One for each moment. */
  readonly marks: readonly Mark[];
}

export interface CapabilityGroup {
  readonly group: Group;
  readonly rows: readonly CapabilityRow[];
}

const order: readonly Group[] = ['Protocol', 'Signing in', 'Mailboxes', 'Messages', 'Keeping up', 'Other'];

/** Whether the name stands for all that begin with it: `THREAD=`, `AUTH=SCRAM-`. */
export const isBeginning = (name: string): boolean => /=(?:SCRAM-)?$/.test(name);

/** What is known of a capability; `AUTH=`, `THREAD=` and the like are found by their beginning. */
export function aboutCapability(name: string): Capability | null {
  const exact = known.find((one) => one.name === name);
  if (exact !== undefined) return exact;
  return known.find((one) => isBeginning(one.name) && name.startsWith(one.name)) ?? null;
}

/** How one capability stands at each moment. */
export function marksOf(name: string, moments: readonly Moment[]): Mark[] {
  return moments.map(({ capabilities }, at) => {
    const is = capabilities.includes(name);
    const was = moments[at - 1]?.capabilities.includes(name) ?? is;
    if (is) return was ? 'present' : 'added';
    return was ? 'removed' : 'absent';
  });
}

/** Everything that was ever offered, in groups, in the order of the table, unknown names last. */
export function capabilityGroups(moments: readonly Moment[]): CapabilityGroup[] {
  const names = [...new Set(moments.flatMap(({ capabilities }) => capabilities))];
  const place = (about: Capability | null): number => (about === null ? known.length : known.indexOf(about));
  const rows = names
    .map((name) => ({ name, about: aboutCapability(name), marks: marksOf(name, moments) }))
    .toSorted((a, b) => place(a.about) - place(b.about) || (a.name < b.name ? -1 : 1));
  return order
    .map((group) => ({ group, rows: rows.filter(({ about }) => (about?.group ?? 'Other') === group) }))
    .filter((group) => group.rows.length > 0);
}

/**
 * What would be of use and was offered at no moment: ways to sign in are withdrawn when that has been done. IMAP4rev2
 * has some of it without saying so.
 */
export function missingCapabilities(moments: readonly Moment[]): Capability[] {
  const offered = [...new Set(moments.flatMap(({ capabilities }) => capabilities))];
  const isRev2 = offered.includes('IMAP4REV2');
  const has = ({ name, inRev2, instead }: Capability): boolean =>
    (isRev2 && inRev2 === true) ||
    offered.some(
      (one) =>
        one === name || (isBeginning(name) && one.startsWith(name)) || (instead?.includes(one) ?? false),
    );
  return known.filter((one) => one.useful === true && !has(one));
}

/** How many came and went at the last moment. */
export function changes(moments: readonly Moment[]): { readonly added: number; readonly removed: number } {
  const now = moments.at(-1)?.capabilities ?? [];
  const before = moments.at(-2)?.capabilities ?? now;
  return {
    added: now.filter((name) => !before.includes(name)).length,
    removed: before.filter((name) => !now.includes(name)).length,
  };
}
