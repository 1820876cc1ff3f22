import { expect, test } from 'vitest';
import { framePolicy, pagePolicy } from './content-policy.ts';

test('the page', () => {
  expect(pagePolicy(['wss://bridge.example.com', 'ws://localhost:8143'])).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https: http:; " +
      "font-src 'self'; media-src blob:; connect-src 'self' wss://bridge.example.com ws://localhost:8143; " +
      "manifest-src 'self'; base-uri 'none'; form-action 'none'",
  );
});

test.each(["https://x; script-src 'unsafe-inline'", "'unsafe-inline'", 'a b', ''])(
  '%j is no place to connect to',
  (source) => {
    expect(() => pagePolicy([source])).toThrow(RangeError);
  },
);

test('the frame blocks images until they are asked for, and scripts always', () => {
  expect(framePolicy('blocked')).toContain('img-src data: blob:;');
  expect(framePolicy('loaded')).toContain('img-src data: blob: https: http:;');
  for (const policy of [framePolicy('blocked'), framePolicy('loaded')]) {
    expect(policy).toContain("default-src 'none'; script-src 'none'");
    expect(policy).not.toContain('unsafe-eval');
  }
});
