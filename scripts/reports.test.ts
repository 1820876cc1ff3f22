// What `npm test` counts: nothing that failed, was skipped or never ran may look like a success.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { playwrightCounts, readReport, vitestCounts } from './reports.mjs';

const folder = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

const one = (status: string) => ({ status, fullName: `a ${status} test` });
const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map(one) });

describe('a Vitest report', () => {
  test.each([
    ['all passed', [file('passed', 'passed', 'passed')], { passed: 2, failed: 0, skipped: [] }],
    ['one failed', [file('failed', 'passed', 'failed')], { passed: 1, failed: 1, skipped: [] }],
    ['a file that could not be loaded', [file('failed')], { passed: 0, failed: 1, skipped: [] }],
    [
      'a server lacks what a test is about',
      [{ ...file('passed', 'passed', 'skipped'), name: '/somewhere/e2e/servers.test.ts' }],
      { passed: 1, failed: 0, skipped: [] },
    ],
    [
      'skipped elsewhere',
      [{ ...file('passed', 'passed', 'skipped'), name: '/somewhere/packages/a.test.ts' }],
      { passed: 1, failed: 0, skipped: ['a skipped test'] },
    ],
    [
      'skipped and todo are named',
      [file('passed', 'passed', 'skipped', 'todo')],
      { passed: 1, failed: 0, skipped: ['a skipped test', 'a todo test'] },
    ],
    [
      'a hook failed, the tests were skipped',
      [file('failed', 'skipped')],
      { failed: 1, passed: 0, skipped: ['a skipped test'] },
    ],
  ])('%s', (_name, testResults, counts) => {
    expect(vitestCounts({ testResults })).toEqual(counts);
  });
});

describe('a Playwright report', () => {
  const report = (stats: object, errors: object[] = []) => ({
    stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats },
    errors,
    suites: [{ title: 'a.spec.ts', specs: [{ title: 'later', tests: [{ status: 'skipped' }] }], suites: [] }],
  });
  test('a flaky test has failed, a skipped one is named', () => {
    const counts = playwrightCounts(report({ expected: 3, unexpected: 1, flaky: 1, skipped: 1 }));
    expect(counts).toEqual({ passed: 3, failed: 2, skipped: ['a.spec.ts > later'] });
  });
  test('an error outside of a test has failed', () => {
    expect(playwrightCounts(report({}, [{ message: 'no config' }])).failed).toBe(1);
  });
});

describe('a runner', () => {
  const path = join(folder, 'report.json');
  test('that left no report counts as one failure', () => {
    expect(readReport(join(folder, 'none.json'), 0, vitestCounts)).toMatchObject({ failed: 1 });
    writeFileSync(path, '{"testRes');
    expect(readReport(path, 1, vitestCounts)).toMatchObject({ failed: 1 });
  });
  test('that ended badly with a good report counts as one failure', () => {
    writeFileSync(path, JSON.stringify({ testResults: [file('passed', 'passed')] }));
    expect(readReport(path, 1, vitestCounts)).toMatchObject({ passed: 1, failed: 1 });
    expect(readReport(path, 0, vitestCounts)).toMatchObject({ passed: 1, failed: 0 });
  });
});
