// The tables, for people: ratios first, since absolute times drift on shared machines.

const number = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** What one ratio says, and whether it is what was aimed at. */
export function besides({ peer, ratio, aim }) {
  const met = aim === null ? '' : ratio <= aim ? `, aim ${number(aim)}: met` : `, aim ${number(aim)}: MISSED`;
  return `${ratio.toFixed(2)} × ${peer}${met}`;
}

/** Prints one group of rows. */
export function printGroup({ title, note, rows, missing = [] }) {
  console.log(`\n${title}${note === undefined ? '' : `\n  ${note}`}\n`);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, unit, median, min, max, ratios } of rows) {
    const value = `${number(median)} ${unit}`;
    const spread = min === max ? '' : ` (${number(min)} to ${number(max)})`;
    const line = `  ${name.padEnd(width)}  ${value.padStart(12)}${spread.padEnd(20)}`;
    console.log(`${line} ${ratios.map(besides).join('; ')}`.trimEnd());
  }
  for (const name of missing) console.log(`  ${name.padEnd(width)}  missing: not installed here`);
}
