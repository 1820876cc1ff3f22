// What happens once the server knows who we are: UTF-8 accepted, compression.

import { describe, expect, it, vi } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { connecting } from './testing/opened.ts';
import type { ConnectOptions } from './types.ts';

const local = { pair: { local: true } };

describe('a server with UTF8=ONLY', () => {
  it('is told that UTF-8 is accepted, before anything else', async () => {
    const { client, script } = connecting({
      ...local,
      auth: { user: 'ana', pass: 'secret', mechanism: 'PLAIN' },
    });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN LITERAL+] ready
      C: $ AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=
      S: $ OK [CAPABILITY IMAP4rev1 ENABLE LITERAL+ UTF8=ONLY UTF8=ACCEPT] signed in
      C: $ ENABLE UTF8=ACCEPT
      S: * ENABLED UTF8=ACCEPT
      S: $ OK
    `);
    const created = (await client).create('Entwürfe');
    await script.play('C: $ CREATE "Entwürfe"\nS: $ OK');
    await created;
    const appended = (await client).append('x', 'Subject: ü\r\n\r\n');
    await script.play('C: $ APPEND x () UTF8 (~{15+}\nC: Subject: ü\nC: \nC: )\nS: $ OK');
    expect(await appended).toBeNull();
  });

  it('that says nothing but OK has accepted it', async () => {
    const { client, script } = connecting(local);
    await script.play(
      'S: * PREAUTH [CAPABILITY IMAP4rev1 UTF8=ONLY] ready\nC: $ ENABLE UTF8=ACCEPT\nS: $ OK',
    );
    const created = (await client).create('ü');
    await script.play('C: $ CREATE "ü"\nS: $ OK');
    expect(await created).toBeDefined();
  });

  it('that refuses is of no use', async () => {
    const { client, script } = connecting(local);
    await script.play(
      'S: * PREAUTH [CAPABILITY IMAP4rev1 UTF8=ONLY] ready\nC: $ ENABLE UTF8=ACCEPT\nS: $ NO no',
    );
    expect(await failure(client)).toMatchObject({ name: 'ImapCommandError', command: 'ENABLE' });
    await script.end();
  });

  it('is not asked before signing in', async () => {
    const { client, script } = connecting(local);
    await script.play('S: * OK [CAPABILITY IMAP4rev1 UTF8=ONLY] ready');
    expect((await client).state).toBe('notAuthenticated');
    await script.silence();
  });
});

describe('compress', () => {
  it('is called once signed in, behind UTF-8, and not before', async () => {
    const compress = vi.fn<NonNullable<ConnectOptions['compress']>>(() => Promise.resolve());
    const { client, script } = connecting({ ...local, compress });
    await script.play('S: * OK [CAPABILITY IMAP4rev1 UTF8=ONLY] ready');
    const connected = await client;
    const signing = connected.login({ user: 'ana', pass: 'secret' });
    await script.play(
      'C: $ LOGIN ana secret\nS: $ OK [CAPABILITY IMAP4rev1 UTF8=ONLY] x\nC: $ ENABLE UTF8=ACCEPT',
    );
    expect(compress).not.toHaveBeenCalled();
    await script.play('S: $ OK');
    await signing;
    expect(compress).toHaveBeenCalledOnce();
  });

  it('that fails ends the connection', async () => {
    const compress = (): Promise<void> => Promise.reject(new Error('no'));
    const { client, script } = connecting({ ...local, compress });
    await script.play('S: * PREAUTH [CAPABILITY IMAP4rev1] ready');
    expect(await failure(client)).toMatchObject({ message: 'no' });
    await script.end();
  });
});
