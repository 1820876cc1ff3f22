// `node bench/report.mjs FILE`: puts what `npm run bench -- --json FILE` has measured into docs/performance.md, as tables
// and as a plot.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beside, number } from './table.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Name the file that `npm run bench -- --json FILE` has written.');
  process.exit(1);
}
const docs = (name) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
const { machine, rounds, groups } = JSON.parse(readFileSync(file, 'utf8'));

function tableOf({ title, rows, missing = [] }) {
  const lines = rows.map(({ name, unit, median, min, max, ratios }) => {
    const spread = min === max ? '' : ` (${number(min)}–${number(max)})`;
    return `| ${name} | ${number(median)} ${unit}${spread} | ${ratios.map(beside).join('<br>')} |`;
  });
  for (const name of missing) lines.push(`| ${name} | not installed | |`);
  return `### ${title}\n\n| | median (fastest–slowest) | beside |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Horizontal bars; the longest of each group is as wide as the plot. */
function plotOf(chosen) {
  const [left, width, step] = [330, 420, 22];
  let y = 10;
  const parts = [];
  for (const { title, rows } of chosen) {
    y += 18;
    parts.push(`<text x="10" y="${y}" font-weight="bold">${escaped(title)}</text>`);
    const longest = Math.max(...rows.map(({ median }) => median));
    for (const { name, unit, median } of rows) {
      y += step;
      const own = /^(?:ours|ImapClient|imaplib \(ours\))/.test(name);
      const bar = Math.max(1, (width * median) / longest);
      parts.push(
        `<text x="${left - 8}" y="${y}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${left}" y="${y - 12}" width="${bar.toFixed(0)}" height="15" rx="2" fill="${own ? '#2f6f4f' : '#b9b3a6'}"/>`,
        `<text x="${left + bar + 6}" y="${y}">${number(median)} ${unit}</text>`,
      );
    }
    y += 16;
  }
  const size = `width="${left + width + 90}" height="${y}"`;
  const font = 'font-family="system-ui, sans-serif" font-size="13" fill="#333"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>Times and sizes, ours and others: shorter is better</title>\n<rect ${size} fill="#fff"/>\n<g ${font}>\n${parts.join('\n')}\n</g>\n</svg>\n`;
}

const page = docs('performance.md');
const text = readFileSync(page, 'utf8');
const about = `Measured on ${machine.date}: Node ${machine.node}, ${machine.browser}, ${machine.cpu}, ${machine.memory}; ${rounds} rounds.`;
const [begin, end] = ['<!-- measured -->', '<!-- /measured -->'];
const before = text.slice(0, text.indexOf(begin) + begin.length);
const behind = text.slice(text.indexOf(end));
writeFileSync(page, `${before}\n\n${about}\n\n${groups.map(tableOf).join('\n')}\n${behind}`);
writeFileSync(docs('performance.svg'), plotOf(groups.filter(({ title }) => /^(?:1|2|9)[.,]/.test(title))));
