import { defineConfig } from 'vitest/config';
import { playwright } from '@vitest/browser-playwright';
import { launchOptions } from './scripts/chromium.mjs';

const jsx = { runtime: 'automatic', importSource: 'preact' } as const;

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['packages/*/{src,server}/**'], reporter: ['text', 'json-summary'] },
    projects: [
      {
        test: {
          name: 'node',
          // Real servers and processes on a busy machine; what must be quick says so in its own test.
          testTimeout: 20_000,
          hookTimeout: 20_000,
          environment: 'node',
          include: ['packages/*/{src,server}/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        oxc: { jsx },
        // The scan for dependencies reads TSX too; what it misses would reload the page in the middle of a test.
        optimizeDeps: { rolldownOptions: { transform: { jsx } } },
        test: {
          name: 'browser',
          include: ['packages/*/src/**/*.browser.{ts,tsx}'],
          globalSetup: ['packages/client/src/node/testing/bridge.setup.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
