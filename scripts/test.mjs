// `npm test`: types, unit tests in Node and in Chromium, the built page, end-to-end tests. Installs what they need
// where it can; what cannot run is named and fails the whole, unless `--without-dovecot` allows just that.
// The last line is always `N passed, N failed`.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installDebianPackages, missingServers } from './debian.mjs';
import { forgetReport, playwrightCounts, readReport, vitestCounts } from './reports.mjs';
import { root, runStep } from './step.mjs';

const { values: options } = parseArgs({
  options: { 'without-dovecot': { type: 'boolean', default: false } },
});

installDebianPackages();
const hasDovecot = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'].some(
  (path) => existsSync(path),
);
const withoutDovecot = options['without-dovecot'];
const hasBrowser = await findBrowser();
const env = withoutDovecot || !hasDovecot ? { WITHOUT_DOVECOT: '1' } : {};

const results = [];
const leftOut = [];
if (!hasDovecot && !withoutDovecot) {
  leftOut.push('all tests against Dovecot: dovecot-imapd is not installed (--without-dovecot does without)');
}

// Elsewhere they are a bonus; a CI has what it takes.
if (process.env.CI) {
  for (const name of missingServers()) leftOut.push(`tests against ${name}: it could not be unpacked`);
}

const reports = join(root, '.cache/reports');
mkdirSync(reports, { recursive: true });

/** A tool that passes or fails as a whole. */
async function whole(name, command, args) {
  const code = await runStep(command, args, { minutes: 3 });
  results.push({ name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });
}

/** A test runner with a JSON report. */
async function suite(name, command, args, read, more = {}) {
  const report = join(reports, `${name}.json`);
  forgetReport(report);
  const code = await runStep(command, args(report), {
    minutes: 8,
    env: { ...env, ...more, E2E_REPORT: report },
  });
  results.push({ name, ...readReport(report, code, read) });
}

const vitest = (project) => (report) => [
  ...[
    'run',
    '--project',
    project,
    '--reporter',
    'default',
    '--reporter',
    'json',
    `--outputFile.json=${report}`,
  ],
];

await whole('types', 'tsc', ['-b']);
for (const why of await missingReasons()) console.log(`left out: tests against another server: ${why}`);
await whole('test types', 'tsc', ['-p', 'tsconfig.tests.json']);
await suite('node', 'vitest', vitest('node'), vitestCounts);
if (hasBrowser) await suite('browser', 'vitest', vitest('browser'), vitestCounts);
await whole('page', 'vite', ['build', 'packages/demo', '--logLevel', 'warn']);
if (hasBrowser) {
  await suite('e2e', 'playwright', () => ['test', '--config', 'e2e/playwright.config.ts'], playwrightCounts);
} else {
  leftOut.push(
    'unit tests in a browser and all end-to-end tests: there is no Chromium (set CHROMIUM to its path)',
  );
}

console.log('');
for (const { name, passed, failed, skipped } of results) {
  const rest = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  console.log(`${name.padEnd(10)} ${passed} passed, ${failed} failed${rest}`);
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = results.flatMap((result) => result.skipped);
// Doing without Dovecot is somebody's choice on his own machine; a CI never skips.
const mayskip = withoutDovecot && !process.env.CI;
for (const title of skipped) console.log(`${mayskip ? 'left out' : 'SKIPPED'}: ${title}`);
for (const what of leftOut) console.log(`LEFT OUT: ${what}`);
const failed = sum('failed') + leftOut.length + (mayskip ? 0 : skipped.length);
console.log(`${sum('passed')} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Why Cyrus or Courier cannot run here; some machines do not let them. */
async function missingReasons() {
  try {
    const { courierMissing, cyrusMissing } = await import('../packages/demo/dist/server/index.js');
    return [cyrusMissing(), courierMissing()].filter((why) => why !== null);
  } catch (error) {
    return [`the servers could not be loaded: ${error.message}`];
  }
}

/** $CHROMIUM, an installed one, or Playwright's own, which is downloaded when there is none. */
async function findBrowser() {
  const { chromium: installed } = await import('./chromium.mjs');
  if (installed !== undefined) return existsSync(installed);
  const { chromium } = await import('playwright');
  if (existsSync(chromium.executablePath())) return true;
  await runStep('playwright', ['install', 'chromium'], { minutes: 5 });
  return existsSync(chromium.executablePath());
}
