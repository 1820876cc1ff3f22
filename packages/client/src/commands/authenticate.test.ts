import { describe, expect, it } from 'vitest';
import { login } from '../sasl/login.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import { cramMd5 } from '../sasl/cram-md5.ts';
import { plain } from '../sasl/plain.ts';
import { failure } from '../session/testing/opened.ts';
import { authenticate } from './authenticate.ts';
import { openRunner } from './testing/opened.ts';

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const open = (capabilities: string) => openRunner({ state: 'notAuthenticated', capabilities });

describe('AUTHENTICATE', () => {
  it('PLAIN with its first word in the command', async () => {
    const { runner, script, session, lines } = await open('SASL-IR');
    const done = authenticate(runner, plain('jö', 'secret'));
    await script.play(`C: $ AUTHENTICATE PLAIN ${base64('\0jö\0secret')}\nS: $ OK in`);
    await done;
    expect(session.state).toBe('authenticated');
    expect(lines.join()).not.toContain(base64('\0jö\0secret'));
  });

  it('PLAIN with its first word behind +', async () => {
    const { runner, script, session, lines } = await open('IMAP4rev1');
    const done = authenticate(runner, plain('joe', 'secret'));
    await script.play(`C: $ AUTHENTICATE PLAIN\nS: +\nC: ${base64('\0joe\0secret')}\nS: $ OK in`);
    await done;
    expect(session.state).toBe('authenticated');
    expect(lines.join()).not.toContain(base64('\0joe\0secret'));
  });

  it('LOGIN, whatever the two questions are', async () => {
    const { runner, script } = await open('SASL-IR');
    const done = authenticate(runner, login('joe', 'secret'));
    await script.play(`
      C: $ AUTHENTICATE LOGIN
      S: + VXNlciBOYW1lAA==
      C: ${base64('joe')}
      S: + UGFzc3dvcmQ6
      C: ${base64('secret')}
      S: $ OK in
    `);
    expect(await done).toBeUndefined();
  });

  it('an empty first word is =, and an empty answer an empty line', async () => {
    const { runner, script } = await open('SASL-IR');
    const mechanism: Mechanism = {
      name: 'X',
      initial: new Uint8Array(0),
      respond: () => new Uint8Array(0),
    };
    const done = authenticate(runner, mechanism);
    await script.play('C: $ AUTHENTICATE X =\nS: + \nC: \nS: $ OK');
    expect(await done).toBeUndefined();
  });

  it('aborted before the server asks for the secret keeps it, and cancels the exchange', async () => {
    const { runner, script, session } = await open('IMAP4rev1');
    const abort = new AbortController();
    const done = failure(authenticate(runner, plain('joe', 'secret'), { signal: abort.signal }));
    await script.play('C: $ AUTHENTICATE PLAIN');
    abort.abort();
    expect(await done).toMatchObject({ name: 'AbortError' });
    await script.play('S: +\nC: *\nS: $ BAD cancelled');
    expect([session.state, session.idle]).toEqual(['notAuthenticated', true]);
  });

  it.each([
    ['asks for more than there is to say', 'S: + bW9yZQ==', 'the server asks for more than PLAIN has to say'],
    ['sends what is no base64', 'S: + !!', "the server's challenge is no base64"],
  ])('is cancelled where the server %s, and the session goes on', async (_what, challenge, message) => {
    const { runner, script, session } = await open('SASL-IR');
    const failed = failure(authenticate(runner, plain('a', 'b')));
    const next = session.execute({ name: 'NOOP', write: (out) => out.raw('NOOP') });
    await script.play(`
      C: $ AUTHENTICATE PLAIN AGEAYg==
      ${challenge}
      C: *
      S: $ BAD cancelled
      C: $ NOOP
      S: $ OK
    `);
    expect(await failed).toMatchObject({ message });
    await next;
    expect(session.state).toBe('notAuthenticated');
  });

  it('refused says so', async () => {
    const { runner, script, session } = await open('SASL-IR');
    const refused = failure(authenticate(runner, plain('a', 'b')));
    await script.play('C: $ AUTHENTICATE PLAIN AGEAYg==\nS: $ NO [AUTHENTICATIONFAILED] wrong password');
    expect(await refused).toMatchObject({
      message: 'AUTHENTICATE PLAIN: the server answered NO: wrong password',
      code: { name: 'AUTHENTICATIONFAILED' },
    });
    expect(session.state).toBe('notAuthenticated');
  });

  it('aborted while the server thinks, the answer still counts', async () => {
    const { runner, script, session } = await open('SASL-IR');
    const abort = new AbortController();
    const gone = failure(authenticate(runner, plain('a', 'b'), { signal: abort.signal }));
    await script.play('C: $ AUTHENTICATE PLAIN AGEAYg==');
    abort.abort(new Error('enough'));
    await gone;
    const next = session.execute({ name: 'NOOP', write: (out) => out.raw('NOOP') });
    await script.play('S: $ OK\nC: $ NOOP\nS: $ OK');
    await next;
    expect(session.state).toBe('authenticated');
  });

  it('refused with the password that it has never sent does not repeat it', async () => {
    const { runner, script, lines } = await open('');
    const refused = failure(authenticate(runner, cramMd5('me', 'hunter2')));
    await script.play(`
      C: $ AUTHENTICATE CRAM-MD5
      S: + PDFAeD4=
      C: bWUgNzRjMTdhYTJjZjM1Y2E2MGRlNWM1YjIyNjRiODEzYjM=
      S: $ NO hunter2 is not the password
    `);
    expect(await refused).toMatchObject({
      message: 'AUTHENTICATE CRAM-MD5: the server answered NO: *** is not the password',
    });
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  it('takes no NUL in user or password', () => {
    expect(() => plain('a\0', 'b')).toThrow(RangeError);
    expect(() => plain('a', 'b\0')).toThrow('must not contain NUL');
  });
});
