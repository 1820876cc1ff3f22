#!/usr/bin/env node
// What `npm start` runs. Ctrl-C and SIGTERM end it, whatever it is doing; asked again, it does not wait.
import { run } from './command-line.ts';

const asked = new AbortController();
let first = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!asked.signal.aborted) first = Date.now();
    // npm passes a Ctrl-C on that the terminal has sent already: only a later one is a second.
    else if (Date.now() - first > 500) process.exit(130);
    asked.abort();
  });
}
// The shell that npm puts in between dies of a SIGTERM without passing it on.
const parent = process.ppid;
if (process.env['npm_lifecycle_event'] !== undefined) {
  setInterval(() => process.ppid === parent || asked.abort(), 500).unref();
}

const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  asked: asked.signal,
});
// Idle sessions leave timers behind, which would keep the process.
process.exit(code);
