// What would be published: its package.json (publint), its types (attw), its size (size-limit).
// The last line is always `N passed, N failed`.
import { runStep } from './step.mjs';

const published = ['client', 'bridge'];
const checks = published.flatMap((room) => [
  { name: `publint ${room}`, command: 'publint', args: ['--strict', '--pack', 'npm', `packages/${room}`] },
  {
    name: `types of ${room}`,
    command: 'attw',
    args: ['--pack', `packages/${room}`, '--profile', 'esm-only', '--format', 'ascii'],
  },
]);
checks.push({ name: 'size', command: 'size-limit', args: [] });

const failed = [];
for (const { name, command, args } of checks) {
  console.log(`\n${name}`);
  if ((await runStep(command, args, { minutes: 2 })) !== 0) failed.push(name);
}
console.log('');
for (const name of failed) console.log(`FAILED: ${name}`);
console.log(`${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
