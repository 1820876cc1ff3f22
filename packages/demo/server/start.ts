#!/usr/bin/env node
// What `npm start` runs. Ctrl-C and SIGTERM end it, whatever it is doing; a second one does not wait.
import { run } from './command-line.ts';

const asked = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (asked.signal.aborted) process.exit(130);
    asked.abort();
  });
}
const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  asked: asked.signal,
});
// Idle sessions leave timers behind, which would keep the process.
process.exit(code);
