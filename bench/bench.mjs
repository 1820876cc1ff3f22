// `npm run bench [-- NAME…] [--json FILE]`: how we stand beside others, in one run, interleaved, as ratios. Absolute
// times drift on shared machines; a ratio against a peer measured in the same minute does not.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { hasDovecot } from '@imaplib/demo/server';
import { chromium } from '../scripts/chromium.mjs';
import { benchBridge } from './bridge.mjs';
import { soakBridge } from './bridge-soak.mjs';
import { closeBrowser } from './browser.mjs';
import { append } from './append.mjs';
import { download } from './download.mjs';
import { fetchRows } from './fetch.mjs';
import { idle } from './idle.mjs';
import { many } from './many.mjs';
import { webmail } from './page.mjs';
import { size } from './size.mjs';
import { parse } from './parse.mjs';
import { printGroup } from './table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '7' },
    connections: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'string' },
  },
});
const options = {
  messages: Number(values.messages),
  rounds: Number(values.rounds),
  connections: Number(values.connections),
  seconds: Number(values.seconds),
};

/** Each gives a group of rows. The soak measures nothing: it runs only when it is asked for. */
const benches = {
  ...{ parse, fetch: fetchRows, download, append, many, idle, page: webmail, size, bridge: benchBridge },
};
const checks = { soak: soakBridge };
const withoutDovecot = new Set(['size', 'bridge', 'soak']);

const names = positionals.length === 0 ? Object.keys(benches) : positionals;
for (const name of names) {
  if (!Object.hasOwn(benches, name) && !Object.hasOwn(checks, name)) {
    const known = [...Object.keys(benches), ...Object.keys(checks)].join(', ');
    console.error(`There is no bench ${name}; there are ${known}.`);
    process.exit(1);
  }
}
if (names.some((name) => !withoutDovecot.has(name)) && !hasDovecot()) {
  console.error(
    'The bench needs a Dovecot to measure against: apt-get install dovecot-imapd (as root), then again.',
  );
  process.exit(1);
}

const machine = {
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0].model.trim()}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  date: new Date().toISOString().slice(0, 10),
  browser: execFileSync(chromium ?? 'chromium', ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split(' on ')[0]
    .trim(),
};
console.log(
  `Node ${machine.node}, ${machine.cpu}, ${machine.memory}; medians of ${options.rounds} rounds (fastest to slowest)`,
);

const groups = [];
for (const name of names) {
  if (Object.hasOwn(checks, name)) {
    await checks[name](options);
    continue;
  }
  const group = await benches[name](options);
  groups.push(group);
  printGroup(group);
}
await closeBrowser();
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds: options.rounds, groups }, null, 2)}\n`);
}
