// Cleans up after this process however it ends, SIGKILL included: a shell that waits for its stdin to close.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const script = 'cat >/dev/null; test -z "$2" || kill -s TERM -- "$2" 2>/dev/null; rm -rf "$1"';

/** Ends the process `pid`, if there is one (below 0: the group), and removes `folder` when this process is gone or `release` is called. */
export function watch(folder: string, pid?: number): { release(): Promise<void> } {
  const shell = spawn('sh', ['-c', script, 'sh', folder, pid === undefined ? '' : String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A group of its own: who ends ours does not end it.
    detached: true,
  });
  shell.unref();
  return {
    release: async () => {
      const ended = once(shell, 'close');
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}
