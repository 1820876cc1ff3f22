// Runs contenders in turn, round by round, so that whatever slows the machine slows all of them; then ratios.

/**
 * Measures in milliseconds.
 *
 * @param contenders `{ name, run, beside }`; `run` may give its own time; `beside` maps a peer's name to the ratio
 *   aimed at, or to null
 * @returns rows with median, fastest, slowest, and the ratio to each peer that has run
 */
export async function measure(contenders, rounds) {
  const times = new Map(contenders.map(({ name }) => [name, []]));
  for (const { run } of contenders) await run(); // warm caches and compiled code
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of contenders) {
      const begun = performance.now();
      const own = await run();
      times.get(name).push(typeof own === 'number' ? own : performance.now() - begun);
    }
  }
  return rowsOf(contenders, times, 'ms');
}

/** Rows out of values that are there already, by contender. */
export function rowsOf(contenders, values, unit) {
  const sorted = (name) => values.get(name).toSorted((a, b) => a - b);
  const median = (name) => {
    const all = sorted(name);
    const middle = all.length >> 1;
    return all.length % 2 === 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
  };
  return contenders.map(({ name, beside = {}, unit: own = unit }) => ({
    name,
    unit: own,
    median: median(name),
    min: sorted(name)[0],
    max: sorted(name).at(-1),
    ratios: Object.entries(beside)
      .filter(([peer]) => values.has(peer))
      .map(([peer, aim]) => ({ peer, ratio: median(name) / median(peer), aim })),
  }));
}
