// Puts messages into a mailbox through an IMAP session on a child's stdin and stdout that starts in PREAUTH.
// One APPEND for all messages of a folder (MULTIAPPEND, LITERAL+): ten thousand take about a second.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { internalDate, modifiedUtf7, type SeedFolder } from './mailbox.ts';

/**
 * Creates the folders that are missing, subscribes them, and appends their messages.
 *
 * @param argv the program that speaks IMAP on stdin and stdout
 * @throws Error with the server's own line when it refuses the messages of a folder
 */
export async function appendMessages(argv: readonly string[], folders: readonly SeedFolder[]): Promise<void> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let answers = '';
  let complaints = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    answers += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const ended = once(child, 'close');
  // A broken pipe shows in the exit code and on stderr; without a listener it would end the process.
  child.stdin.on('error', () => undefined);

  const send = async (bytes: string | Uint8Array): Promise<void> => {
    if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, 'drain'), ended]);
  };
  const filled = folders.filter(({ messages }) => messages.length > 0);
  for (const { path, messages } of folders) {
    const name = quoted(modifiedUtf7(path));
    if (path !== 'INBOX') await send(`create CREATE ${name}\r\nsubscribe SUBSCRIBE ${name}\r\n`);
    if (messages.length > 0) await send(`append APPEND ${name}`);
    for (const { raw, flags, date } of messages) {
      await send(` (${flags.join(' ')}) "${internalDate(date)}" {${raw.length}+}\r\n`);
      await send(raw);
    }
    if (messages.length > 0) await send('\r\n');
  }
  await send('logout LOGOUT\r\n');
  child.stdin.end();
  await ended;

  const refused = /^append (?:NO|BAD) .*$/m.exec(answers)?.[0];
  const stored = answers.match(/^append OK/gm)?.length ?? 0;
  if (refused !== undefined || stored !== filled.length || !/^logout OK/m.test(answers)) {
    const reason = refused ?? (complaints.trim() || answers.slice(-500).trim());
    throw new Error(`${program} filled ${stored} of ${filled.length} folders: ${reason}`);
  }
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
