#!/usr/bin/env node
// `imaplib-bridge`: a bridge from the command line. Says on stdout where it listens, on stderr what happens; ends
// with 0 when it is asked to end, with 1 when it cannot run, with 2 when it does not understand what it is told.

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createBridge } from './bridge.ts';
import { USAGE, readCommandLine } from './config.ts';
import { logToStderr } from './log.ts';
import { ConfigError } from './options.ts';

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function main(): Promise<void> {
  const asked = readCommandLine(process.argv.slice(2));
  if (asked === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  if (asked === 'version') {
    process.stdout.write(`${version()}\n`);
    return;
  }
  const bridge = createBridge({ ...asked.options, log: logToStderr });
  // Asked once it lets the pages go, asked again it goes itself.
  let isEnding = false;
  const end = (drain: boolean) => (): void => {
    const ended = drain && !isEnding ? bridge.drain(asked.drainMs) : bridge.close();
    isEnding = true;
    ended.catch(fail);
  };
  process.on('SIGTERM', end(true)).on('SIGINT', end(false));
  await bridge.listen();
  process.stdout.write(`listening ${bridge.url}\n`);
}

function fail(error: unknown): void {
  const { message } = error as Error;
  process.stderr.write(`imaplib-bridge: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

await main().catch(fail);
