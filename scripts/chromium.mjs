// Which Chromium the tests run in: $CHROMIUM, an installed one, else Playwright's own download (undefined).
import { existsSync } from 'node:fs';

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const chromium = process.env.CHROMIUM ?? installed.find((path) => existsSync(path));

/** Launch options for Playwright; the arguments keep a headless browser from calling home. */
export const launchOptions = {
  ...(chromium === undefined ? {} : { executablePath: chromium }),
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
