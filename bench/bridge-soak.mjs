// Endurance: many connections of mixed traffic through one bridge, cut at random. No byte may be wrong, and in the
// end memory and descriptors must be where they were. `npm run bench -- soak --seconds 600 --connections 2000`.
import { descriptors, memoryKib, startBridge, startTarget } from './contenders.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The same numbers in each run. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What has been sent so far is known by its offset alone. */
function fill(offset, length) {
  const bytes = Buffer.alloc(length);
  for (let n = 0; n < length; n += 1) bytes[n] = ((offset + n) * 31 + ((offset + n) >> 8)) & 255;
  return bytes;
}

/** One connection after the other, until the time is up: echoes are compared, byte for byte. */
async function live(bridge, dice, isOver, counts) {
  while (!isOver()) {
    // Most are pages, some are plain clients, who know no credit.
    const stream = await (dice() < 0.7 ? bridge.page() : bridge.plain());
    counts.opened += 1;
    let isClosed = false;
    let received = 0;
    let sent = 0;
    let wake = () => {};
    stream.onClose(() => {
      isClosed = true;
      wake();
    });
    stream.onData = (data) => {
      if (!data.equals(fill(received, data.length))) counts.wrong += 1;
      received += data.length;
      counts.bytes += data.length;
      wake();
    };
    await stream.write(Buffer.from('echo\n'));
    const rounds = Math.ceil(dice() * 12);
    for (let round = 0; round < rounds && !isClosed && !isOver(); round += 1) {
      const size = dice() < 0.1 ? Math.ceil(dice() * 200_000) : Math.ceil(dice() * 2_000);
      for (let left = size; left > 0; left -= 16_384) {
        const part = fill(sent, Math.min(left, 16_384));
        sent += part.length;
        await stream.write(part);
      }
      // Some are cut in the middle.
      if (dice() < 0.1) break;
      while (received < sent && !isClosed) await new Promise((resolve) => (wake = resolve));
      await pause(dice() * 1_500);
    }
    if (isClosed && !isOver()) counts.lost += 1;
    stream.end();
  }
}

/** Runs, prints, and ends with a failure where something is not as it was. */
export async function soakBridge({ seconds, connections }) {
  const target = await startTarget();
  const bridge = await startBridge(target.port);
  const counts = { opened: 0, bytes: 0, wrong: 0, lost: 0 };
  const dice = random(1);
  const warm = await bridge.page();
  warm.end();
  await pause(500);
  const before = { descriptors: descriptors(bridge.pid), memory: memoryKib(bridge.pid) };
  const end = performance.now() + seconds * 1000;
  const isOver = () => performance.now() > end;
  console.log(`\nsoak: ${connections} connections for ${seconds} s`);
  const all = Array.from({ length: connections }, async (_, n) => {
    await pause((n / connections) * Math.min(5_000, seconds * 200));
    await live(bridge, dice, isOver, counts);
  });
  const memory = [];
  const samples = 10;
  for (let n = 0; n < samples; n += 1) {
    await pause((seconds * 1000) / samples);
    memory.push(memoryKib(bridge.pid));
    console.log(
      `  ${(((n + 1) * seconds) / samples).toFixed(0)} s: ${(memory.at(-1) / 1024).toFixed(0)} MiB, ${descriptors(bridge.pid)} descriptors, ${counts.opened} opened, ${(counts.bytes / 2 ** 20).toFixed(0)} MiB back`,
    );
  }
  await Promise.all(all);
  await pause(2_000);
  const after = { descriptors: descriptors(bridge.pid), memory: memoryKib(bridge.pid) };
  bridge.stop();
  target.stop();
  const problems = [];
  if (counts.wrong > 0) problems.push(`${counts.wrong} chunks were wrong`);
  if (counts.lost > 0) problems.push(`${counts.lost} connections were lost`);
  if (after.descriptors > before.descriptors) {
    problems.push(`${after.descriptors} descriptors, ${before.descriptors} before`);
  }
  // The second half of the time against the first: what is kept shows as growth without end.
  const [early, late] = [memory[Math.floor(samples / 2) - 1], memory.at(-1)];
  if (late > early * 1.25 + 32 * 1024) problems.push(`memory grew from ${early} to ${late} KiB`);
  console.log(
    `${counts.opened} connections, ${(counts.bytes / 2 ** 20).toFixed(0)} MiB back, ${after.descriptors} descriptors (${before.descriptors} before), ${(after.memory / 1024).toFixed(0)} MiB (${(before.memory / 1024).toFixed(0)} before)`,
  );
  if (problems.length > 0) {
    console.error(problems.join('; '));
    process.exitCode = 1;
  } else console.log('no byte wrong, nothing left behind');
}
