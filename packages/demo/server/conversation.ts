// A raw IMAP conversation for tests: send lines, wait until a text has come. No parsing, on purpose.
import type { Duplex } from 'node:stream';

export interface Conversation {
  /** Sends a line (CRLF is added). */
  send(line: string): void;
  /** Everything that came since the last call, up to and including what matches. */
  until(pattern: RegExp): Promise<string>;
  /** Sends a tagged command and gives its whole answer. */
  command(line: string): Promise<string>;
  close(): void;
}

/** Speaks over an open stream; every wait ends after `patience` milliseconds with what had come. */
export function converse(stream: Duplex, patience = 5000): Conversation {
  let received = '';
  let tags = 0;
  let ended = false;
  let wake = (): void => undefined;
  stream.setEncoding('latin1');
  stream.on('data', (text: string) => {
    received += text;
    wake();
  });
  stream.on('close', () => {
    ended = true;
    wake();
  });
  stream.on('error', (error: Error) => {
    received += `<${error.message}>`;
  });
  const until = async (pattern: RegExp): Promise<string> => {
    const limit = AbortSignal.timeout(patience);
    limit.addEventListener('abort', () => wake(), { once: true });
    for (;;) {
      const match = pattern.exec(received);
      if (match !== null) {
        const end = match.index + match[0].length;
        const answer = received.slice(0, end);
        received = received.slice(end);
        return answer;
      }
      if (ended || limit.aborted) {
        throw new Error(
          `Waited for ${pattern} until ${ended ? 'the end' : 'the limit'} and got: ${received}`,
        );
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    until,
    send: (line) => void stream.write(`${line}\r\n`, 'latin1'),
    command: (line) => {
      const tag = `t${++tags}`;
      stream.write(`${tag} ${line}\r\n`, 'latin1');
      return until(new RegExp(`^${tag} (?:OK|NO|BAD).*\r\n`, 'm'));
    },
    close: () => void stream.destroy(),
  };
}
