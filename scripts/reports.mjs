// Reads the JSON reports of Vitest and Playwright: how many passed and failed, and what was skipped.
import { readFileSync, rmSync } from 'node:fs';

/** Counts of one run. `skipped` holds the names of what did not run. */
const count = (passed, failed, skipped) => ({ passed, failed, skipped });

export const forgetReport = (path) => rmSync(path, { force: true });

/** A runner that left no report, or ended badly with a good one, counts as one failure. */
export function readReport(path, code, read) {
  let counts;
  try {
    counts = read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`No report in ${path}: ${error.message}`);
    return count(0, 1, []);
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

export function vitestCounts({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const of = (...states) => tests.filter(({ status }) => states.includes(status));
  // Against real servers a test is skipped where the server has not got what it is about. That a server is missing is
  // found out elsewhere.
  const lacking = testResults
    .filter(({ name = '' }) => name.replaceAll('\\', '/').includes('/e2e/'))
    .flatMap(({ assertionResults }) => assertionResults);
  // A file that could not even be loaded has no tests in it, but has failed.
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  return count(
    of('passed').length,
    of('failed').length + unloaded.length,
    of('skipped', 'pending', 'todo', 'disabled')
      .filter((one) => !lacking.includes(one))
      .map(({ fullName }) => fullName),
  );
}

export function playwrightCounts({ stats, suites, errors }) {
  const titles = (suite, above) => [
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests.some(({ status }) => status === 'skipped') ? [[...above, spec.title].join(' > ')] : [],
    ),
    ...(suite.suites ?? []).flatMap((inner) => titles(inner, [...above, inner.title])),
  ];
  return count(
    stats.expected,
    stats.unexpected + stats.flaky + (stats.unexpected === 0 ? errors.length : 0),
    suites.flatMap((suite) => titles(suite, [suite.title])),
  );
}
