// A password from the terminal, without showing it.

import type { ReadStream } from 'node:tty';

/** What is needed of a terminal. */
export type Terminal = Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;

/**
 * Asks for a line that does not appear on the screen. Backspace and Ctrl-U work.
 *
 * @param write for the prompt
 * @throws DOMException named AbortError where Ctrl-C or Ctrl-D is pressed, or the input ends
 */
export function askPassword(
  prompt: string,
  terminal: Terminal,
  write: (text: string) => void,
): Promise<string> {
  // First, so that nothing shows of what is typed early.
  terminal.setRawMode(true);
  write(prompt);
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let typed: string[] = [];
    const settle = (done: () => void): void => {
      terminal.off('data', onData).off('end', onEnd);
      terminal.setRawMode(false);
      terminal.pause();
      write('\n');
      done();
    };
    const onEnd = (): void => {
      settle(() => reject(new DOMException('no password was given', 'AbortError')));
    };
    const onData = (chunk: Uint8Array): void => {
      for (const key of decoder.decode(chunk, { stream: true })) {
        switch (key) {
          case '\r':
          case '\n':
            settle(() => resolve(typed.join('')));
            return;
          case '\u0003': // Ctrl-C
          case '\u0004': // Ctrl-D
            onEnd();
            return;
          case '\u0015': // Ctrl-U
            typed = [];
            break;
          case '\b':
          case '\u007f':
            typed.pop();
            break;
          default:
            typed.push(key);
        }
      }
    };
    terminal.on('data', onData).on('end', onEnd);
    terminal.resume();
  });
}
