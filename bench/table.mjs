// The tables, for people: ratios first, since absolute times drift on shared machines.

/** A figure with as many digits as mean something. */
export const number = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** Whether a ratio, or a figure without a peer, is what was aimed at; null where nothing was. */
export function isMet({ ratio, aim, atLeast = false }) {
  if (aim === null) return null;
  return atLeast ? ratio >= aim : ratio <= aim;
}

/** What one ratio says. */
export function beside(one) {
  const { peer, ratio, aim, atLeast = false } = one;
  const met = isMet(one);
  const verdict =
    met === null ? '' : `, aim ${atLeast ? 'at least' : 'at most'} ${number(aim)}: ${met ? 'met' : 'MISSED'}`;
  return `${number(ratio)} × ${peer}${verdict}`;
}

/** Prints one group of rows. */
export function printGroup({ title, rows, missing = [] }) {
  console.log(`\n${title}\n`);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, unit, median, min, max, ratios } of rows) {
    const value = `${number(median)} ${unit}`;
    const spread = min === max ? '' : ` (${number(min)} to ${number(max)})`;
    const line = `  ${name.padEnd(width)}  ${value.padStart(12)}${spread.padEnd(20)}`;
    console.log(`${line} ${ratios.map(beside).join('; ')}`.trimEnd());
  }
  for (const name of missing) console.log(`  ${name.padEnd(width)}  missing: not installed here`);
}
