// The bridge beside Debian's websockify and a bare TCP relay: throughput and CPU both ways, the round trip of 100
// bytes, memory of an idle connection, and what one that is not read makes them keep. Interleaved, as ratios.
import {
  cpuSeconds,
  memoryKib,
  startBridge,
  startRelay,
  startTarget,
  startWebsockify,
} from './contenders.mjs';
import { rowsOf } from './measure.mjs';

const MIB = 1024 * 1024;
const FRAME = Buffer.alloc(16 * 1024, 'y');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function down(connect, bytes) {
  const stream = await connect();
  let got = 0;
  const all = new Promise((resolve) => {
    stream.onData = (data) => (got += data.length) >= bytes && resolve();
  });
  await stream.write(Buffer.from(`down ${bytes}\n`));
  await all;
  stream.end();
}

async function up(connect, bytes) {
  const stream = await connect();
  const done = new Promise((resolve) => {
    stream.onData = resolve;
  });
  await stream.write(Buffer.from(`up ${bytes}\n`));
  for (let sent = 0; sent < bytes; sent += FRAME.length) {
    await stream.write(FRAME);
    // The client shall not run ahead: frames leave in the turn in which they are made.
    if (sent % MIB === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  stream.end();
}

async function roundTrips(connect, count) {
  const stream = await connect();
  const message = Buffer.alloc(100, 'z');
  const times = [];
  await stream.write(Buffer.from('echo\n'));
  for (let n = 0; n < count; n += 1) {
    let got = 0;
    const begun = performance.now();
    const back = new Promise((resolve) => {
      stream.onData = (data) => (got += data.length) >= message.length && resolve();
    });
    await stream.write(message);
    await back;
    times.push((performance.now() - begun) * 1000);
  }
  stream.end();
  return times;
}

async function idleKib({ pid, connect }, count) {
  const warm = await connect();
  warm.end();
  await pause(300);
  const before = memoryKib(pid);
  const streams = [];
  for (let n = 0; n < count; n += 1) {
    const stream = await connect();
    await stream.write(Buffer.from('echo\n* OK hello\r\n'));
    streams.push(stream);
  }
  await pause(1500);
  const kib = (memoryKib(pid) - before) / count;
  for (const stream of streams) stream.end();
  await pause(500);
  return kib;
}

/** The most memory it takes, beyond what it had, until nothing moves any more. */
async function growth(pid, act) {
  const before = memoryKib(pid);
  let most = before;
  const end = await act();
  for (let n = 0; n < 12; n += 1) {
    await pause(250);
    most = Math.max(most, memoryKib(pid));
  }
  end();
  return (most - before) / 1024;
}

const unreadPage = ({ pid, connect }, bytes) =>
  growth(pid, async () => {
    const stream = await connect({ reads: false });
    await stream.write(Buffer.from(`down ${bytes}\n`));
    stream.pause();
    return () => stream.end();
  });

const unreadTarget = ({ pid, connect }, bytes) =>
  growth(pid, async () => {
    const stream = await connect();
    await stream.write(Buffer.from('ignore\n'));
    let isOver = false;
    stream.onClose(() => (isOver = true));
    void (async () => {
      for (let sent = 0; sent < bytes && !isOver; sent += FRAME.length) {
        await stream.write(FRAME);
        if (sent % MIB === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    return () => {
      isOver = true;
      stream.end();
    };
  });

/** The rows: each measure for each contender, and the bridge beside its aim. */
export async function benchBridge({ rounds, mib = 256, connections = 2000 }) {
  if (process.platform !== 'linux')
    throw new Error('the bench of the bridge reads /proc: it runs on Linux only');
  const target = await startTarget();
  const bridge = await startBridge(target.port);
  const websockify = await startWebsockify(target.port);
  const relay = await startRelay(target.port);
  const contenders = [
    { name: 'bridge', pid: bridge.pid, connect: bridge.page },
    { name: 'bridge, plain client', pid: bridge.pid, connect: bridge.plain },
    ...(websockify === null ? [] : [{ name: 'websockify', ...websockify }]),
    { name: 'TCP relay in Node', ...relay },
  ];
  const peer = websockify === null ? 'TCP relay in Node' : 'websockify';
  const rows = [];

  /** One measure: each contender's values; the bridge's ratio to the peer, or to a bound of its own. */
  const add = (measure, unit, values, { aim, atLeast = false, bound = null }) => {
    const against = bound === null ? peer : [bound, unit].join(' ');
    const wanted = values.has(peer) || bound !== null ? { [against]: aim } : {};
    const all = new Map(values);
    if (bound !== null) all.set(against, [bound]);
    const named = rowsOf(
      [...values.keys()].map((name) => ({ name, ...(name === 'bridge' ? { beside: wanted } : {}) })),
      all,
      unit,
    );
    for (const row of named) {
      const ratios = row.ratios.map((ratio) => ({ ...ratio, atLeast }));
      rows.push({ ...row, name: `${measure}: ${row.name}`, ratios });
    }
  };
  const collect = () => new Map(contenders.map(({ name }) => [name, []]));

  try {
    for (const { way, run, aimSpeed, aimCpu } of [
      { way: 'down', run: down, aimSpeed: 1, aimCpu: 0.9 },
      { way: 'up', run: up, aimSpeed: 1.8, aimCpu: 0.6 },
    ]) {
      const [speed, cpu, own] = [collect(), collect(), collect()];
      // What runs for weeks is measured when it is warm, the measuring client too.
      for (const { connect } of contenders) await run(connect, mib * MIB);
      for (let round = 0; round < rounds; round += 1) {
        for (const { name, pid, connect } of contenders) {
          const [begun, used, client] = [performance.now(), cpuSeconds(pid), process.cpuUsage()];
          await run(connect, mib * MIB);
          speed.get(name).push(mib / ((performance.now() - begun) / 1000));
          const { user, system } = process.cpuUsage(client);
          own.get(name).push((((user + system) / 1e6) * 1024) / mib);
          await pause(50);
          cpu.get(name).push(((cpuSeconds(pid) - used) * 1024) / mib);
        }
      }
      add(`${way}, throughput`, 'MiB/s', speed, { aim: aimSpeed, atLeast: true });
      add(`${way}, CPU`, 's/GiB', cpu, { aim: aimCpu });
      // Where it needs as much as what it measures, throughput says little: it runs on the same cores.
      add(`${way}, CPU of the measuring client`, 's/GiB', own, { aim: null });
    }
    const trips = collect();
    // Many short turns: a busy moment of the machine shall hit all alike.
    for (let round = 0; round < rounds * 10; round += 1) {
      for (const { name, connect } of contenders) trips.get(name).push(...(await roundTrips(connect, 100)));
    }
    add('round trip of 100 bytes', 'µs', trips, { aim: 1.2 });
    const idle = new Map();
    for (const one of contenders) {
      // A process for each connection: 2,000 of them would measure the machine.
      idle.set(one.name, [await idleKib(one, one.name === 'websockify' ? 100 : connections)]);
    }
    add(`idle connection of ${connections}`, 'KiB', idle, { aim: 1, bound: 20 });
    for (const { name, act } of [
      { name: '1 GiB for a page that does not read', act: unreadPage },
      { name: '1 GiB for a target that does not read', act: unreadTarget },
    ]) {
      const grown = new Map();
      for (const one of contenders) grown.set(one.name, [await act(one, 1024 * MIB)]);
      add(name, 'MiB', grown, { aim: 1, bound: 32 });
    }
  } finally {
    for (const one of [bridge, websockify, relay, target]) one?.stop();
  }
  return {
    title: `10. The bridge: ${rounds} rounds of ${mib} MiB`,
    rows,
    missing: websockify === null ? ['websockify'] : [],
  };
}
