// How long to wait before the next attempt to connect.

const steps = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** Milliseconds before attempt number `attempt` (0 is the first); `random` (0…1) spreads many pages apart. */
export function backOff(attempt: number, random = Math.random()): number {
  const step = steps[Math.min(attempt, steps.length - 1)] ?? 30_000;
  return Math.round(step * (0.8 + 0.4 * random));
}
