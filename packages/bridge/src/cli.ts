#!/usr/bin/env node
// `imaplib-bridge`: a bridge from the command line. Says on stdout where it listens, on stderr what happens; ends
// with 0 when it is asked to end, with 1 when it cannot run, with 2 when it does not understand what it is told.

import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { createBridge } from './bridge.ts';
import { USAGE, readCommandLine } from './config.ts';
import type { Invocation } from './config.ts';
import { logTo } from './log.ts';
import { ConfigError } from './options.ts';
import { runPrimary } from './primary.ts';
import { runWorker } from './worker.ts';

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function runAlone({ options, drainMs, logLevel }: Invocation): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const bridge = createBridge({ ...options, registry, log: logTo({ level: logLevel }) });
  // Asked once it lets the pages go, asked again it goes itself.
  let isEnding = false;
  const end = (drain: boolean) => (): void => {
    const ended = drain && !isEnding ? bridge.drain(drainMs) : bridge.close();
    isEnding = true;
    // It ends by itself when nothing is left, its last log lines written.
    ended.catch(fail);
  };
  process
    .on('SIGTERM', end(true))
    .on('SIGINT', end(false))
    .on('SIGHUP', () => bridge.reload());
  await bridge.listen();
  process.stdout.write(`listening ${bridge.url}\n`);
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
  try {
    if (cluster.isWorker) await runWorker(asked);
    else if (asked.workers > 1) await runPrimary(asked);
    else await runAlone(asked);
  } catch (error) {
    // A key of the file is told with its line.
    if (error instanceof ConfigError && error.at.length > 0 && asked.where !== null) {
      throw new ConfigError(`${asked.where(error.at)}: ${error.message}`);
    }
    throw error;
  }
}

function fail(error: unknown): void {
  const { message } = error as Error;
  process.stderr.write(`imaplib-bridge: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

await main().catch(fail);
