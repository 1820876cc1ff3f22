// `npm run bench [-- fetch|bridge|soak|proxies]`: how we stand beside others, in one run, interleaved, as ratios. Absolute
// times drift on shared machines; a ratio against a peer measured in the same minute does not.
import { parseArgs } from 'node:util';
import { hasDovecot } from '@imaplib/demo/server';
import { benchBridge } from './bridge.mjs';
import { checkProxies } from './bridge-proxies.mjs';
import { soakBridge } from './bridge-soak.mjs';
import { fetchRows } from './fetch.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '7' },
    connections: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '30' },
  },
});
const rounds = Number(values.rounds);
const connections = Number(values.connections);

async function benchFetch() {
  const messages = Number(values.messages);
  if (!hasDovecot()) {
    console.error(
      'The bench needs a Dovecot to measure against: apt-get install dovecot-imapd (as root), then again.',
    );
    process.exit(1);
  }
  const rows = await fetchRows({ messages, rounds });
  const width = Math.max(...rows.map((row) => row.name.length));
  console.log(
    `\n${messages} messages, ${rounds} rounds, medians (fastest to slowest); Node ${process.version}\n`,
  );
  for (const { name, peer, median, min, max, ratio } of rows) {
    const times = `${median.toFixed(0)} ms (${min.toFixed(0)} to ${max.toFixed(0)})`;
    const beside = ratio === null ? '' : `${ratio.toFixed(2)} × ${peer}`;
    console.log(`${name.padEnd(width)}  ${times.padStart(26)}  ${beside}`);
  }
}

const benches = {
  fetch: benchFetch,
  bridge: () => benchBridge({ rounds, connections }),
  proxies: checkProxies,
  soak: () => soakBridge({ seconds: Number(values.seconds), connections }),
};
// The soak and the proxies measure nothing: only when they are asked for.
const names = positionals.length === 0 ? ['fetch', 'bridge'] : positionals;
for (const name of names) {
  if (!Object.hasOwn(benches, name)) {
    console.error(`There is no bench ${name}; there are ${Object.keys(benches).join(', ')}.`);
    process.exit(1);
  }
}
for (const name of names) await benches[name]();
