// What would be published: its package.json (publint), its types (attw), its size (size-limit).
// The last line is always `N passed, N failed`.
import { runStep } from './step.mjs';

const published = ['client', 'bridge'];
const checks = [
  ...published.flatMap((name) => [
    [`publint ${name}`, 'publint', ['--strict', '--pack', 'npm', `packages/${name}`]],
    [
      `types of ${name}`,
      'attw',
      ['--pack', `packages/${name}`, '--profile', 'esm-only', '--format', 'ascii'],
    ],
  ]),
  ['size', 'size-limit', []],
];

const failed = [];
for (const [name, command, args] of checks) {
  console.log(`\n${name}`);
  if ((await runStep(command, args, { minutes: 2 })) !== 0) failed.push(name);
}
console.log('');
for (const name of failed) console.log(`FAILED: ${name}`);
console.log(`${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
