// Runs one tool after the other: output as it comes, a time limit for each, nothing left behind on Ctrl-C.
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));
const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));

let current;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    kill(current, 'SIGTERM');
    process.exit(130);
  });
}

// The whole group: a tool's browsers and servers end with it.
function kill(child, signal) {
  if (child?.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** Runs `command` in the root; gives its exit code, 1 when it cannot be started, 124 when its time is up. */
export function runStep(command, args, { minutes = 5, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, ...env },
    });
    current = child;
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      console.error(`${command} did not end within ${minutes} minutes`);
      kill(child, 'SIGKILL');
    }, minutes * 60_000);
    child.once('error', (error) => {
      clearTimeout(limit);
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve(late ? 124 : (code ?? 1));
    });
  });
}
