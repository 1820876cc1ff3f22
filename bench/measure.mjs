// Runs contenders in turn, round by round, so that whatever slows the machine slows all of them.

/** Medians and spread of each contender, in milliseconds, and its ratio to the one it names as its peer. */
export async function measure(contenders, rounds) {
  const times = new Map(contenders.map(({ name }) => [name, []]));
  for (const { run } of contenders) await run(); // warm caches and compiled code
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of contenders) {
      const begun = performance.now();
      await run();
      times.get(name).push(performance.now() - begun);
    }
  }
  const sorted = (name) => times.get(name).toSorted((a, b) => a - b);
  const median = (name) => sorted(name)[Math.floor(rounds / 2)];
  return contenders.map(({ name, peer }) => ({
    name,
    peer: peer ?? null,
    median: median(name),
    min: sorted(name)[0],
    max: sorted(name).at(-1),
    ratio: peer === undefined ? null : median(name) / median(peer),
  }));
}
