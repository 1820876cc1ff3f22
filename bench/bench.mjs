// `npm run bench`: how we stand beside others, in one run, interleaved, as ratios. Absolute times drift on shared
// machines; a ratio against a peer measured in the same minute does not.
import { parseArgs } from 'node:util';
import { hasDovecot } from '@imaplib/demo/server';
import { fetchRows } from './fetch.mjs';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '7' } },
});
const messages = Number(values.messages);
const rounds = Number(values.rounds);

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
