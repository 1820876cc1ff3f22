// The throw-away Dovecot: ways in, certificates, mail that arrives from elsewhere, nothing left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { converse } from './conversation.ts';
import { startDovecot, type Dovecot, type DovecotOptions } from './dovecot.ts';

const message = new TextEncoder().encode('From: ada@example.org\r\nSubject: One\r\n\r\nHello\r\n');

/** The error of a verified TLS handshake; null when there is none. */
const handshake = (dovecot: Dovecot): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = connectTls({ port: dovecot.tlsPort, host: dovecot.host, ca: readFileSync(dovecot.ca) });
    socket
      .once('secureConnect', () => resolve(null))
      .once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? error.message);
      });
    socket.once('close', () => socket.destroy());
    socket.once('secureConnect', () => socket.end());
  });

// Left out only where the whole run was told to do without Dovecot.
describe.skipIf(process.env['WITHOUT_DOVECOT'] === '1')('a throw-away Dovecot', () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    const folders = [
      {
        path: 'INBOX',
        messages: [{ raw: message, flags: ['\\Seen'], date: new Date(Date.UTC(2024, 1, 29, 12)) }],
      },
      { path: 'Entwürfe & Ideen/日本語', messages: [] },
    ];
    dovecot = await startDovecot({ mailboxes: { alice: folders } });
  });
  afterAll(() => dovecot?.stop());

  test('lets a user in, offers STARTTLS, and holds the mail it was given', async () => {
    const talk = converse(connectTcp(dovecot.port, dovecot.host));
    expect(await talk.until(/OK .*\r\n/)).toContain('STARTTLS');
    expect(await talk.command('LOGIN alice secret-a')).toContain(' OK ');
    const list = await talk.command('LIST "" "*"');
    expect(list).toContain('"Entw&APw-rfe &- Ideen/&ZeVnLIqe-"');
    for (const use of ['Drafts', 'Sent', 'Archive', 'Junk', 'Trash']) expect(list).toContain(`\\${use}`);
    expect(await talk.command('SELECT INBOX')).toContain('* 1 EXISTS');
    const fetched = await talk.command('FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])');
    expect(fetched).toContain('29-Feb-2024 12:00:00 +0000');
    expect(fetched).toContain('\\Seen');
    expect(fetched).toContain(`{${message.length}}`);
    talk.close();
  });

  test('pushes mail that is delivered while a session idles', async () => {
    const talk = converse(connectTcp(dovecot.port, dovecot.host));
    await talk.command('LOGIN bob secret-b');
    await talk.command('SELECT INBOX');
    talk.send('i IDLE');
    await talk.until(/^\+ .*\r\n/m);
    await dovecot.deliver('bob', message);
    expect(await talk.until(/^\* 1 EXISTS\r\n/m)).toContain('EXISTS');
    talk.close();
  });

  test('runs as a spawned session that is signed in already', async () => {
    const [program = '', ...args] = dovecot.preauthCommand('alice');
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const talk = converse(Duplex.from({ readable: child.stdout, writable: child.stdin }));
    expect(await talk.until(/\r\n/)).toMatch(/^\* PREAUTH /);
    expect(await talk.command('SELECT INBOX')).toContain('* 1 EXISTS');
    await talk.command('LOGOUT');
    talk.close();
  });

  test('names what it cannot store', async () => {
    await expect(dovecot.deliver('alice', message, 'a\u0007b')).rejects.toThrow(
      /filled 0 of 1 folders: append/,
    );
  });

  test('is gone when the process that started it is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watched-'));
    const server = spawn('sleep', ['60']);
    const ended = once(server, 'exit');
    const parent = `
      import { watch } from ${JSON.stringify(new URL('../dist/server/watchdog.js', import.meta.url).href)};
      watch(${JSON.stringify(folder)}, ${server.pid});
      process.kill(process.pid, 'SIGKILL');`;
    const killed = spawn(process.execPath, ['--input-type=module', '-e', parent]);
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    expect(await ended).toEqual([null, 'SIGTERM']);
    await expect.poll(() => existsSync(folder)).toBe(false);
  });

  const refused: [NonNullable<DovecotOptions['certificate']>, string | null][] = [
    ['good', null],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ];
  test.concurrent.each(refused)(
    'with the %s certificate a verified handshake ends in %s',
    async (certificate, error) => {
      const other = await startDovecot({ certificate, users: {} });
      expect(await handshake(other)).toBe(error);
      await other.stop();
      expect(existsSync(other.folder)).toBe(false);
    },
  );
});
