import { afterEach, describe, expect, it, vi } from 'vitest';
import { testTls, type MemoryPairOptions } from '../transport/pair.ts';
import { failure, nextTurn, openSession, say, settled } from './testing/opened.ts';
import type { Request } from './request.ts';

afterEach(() => vi.useRealTimers());

const starttls = (more: Partial<Request> = {}): Request =>
  say('STARTTLS', { barrier: true, switchesLayer: true, ...more });

const open = (pair: MemoryPairOptions = {}) =>
  openSession({ greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready', pair });

describe('STARTTLS', () => {
  it('upgrades, and forgets what was heard in the clear', async () => {
    const { session, script } = await open();
    const done = session.execute(starttls());
    const next = session.execute(say('CAPABILITY'));
    await script.play('C: $ STARTTLS');
    await script.silence();
    await script.play('S: $ OK begin');
    await done;
    await script.silence();
    expect(await session.startTls({ servername: 'imap.example.com' })).toEqual(testTls);
    expect(session.info.tls).toEqual(testTls);
    expect(session.capabilitiesKnown).toBe(false);
    expect([...session.capabilities]).toEqual([]);
    await script.play(`
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
      S: $ OK
    `);
    await next;
    expect([...session.capabilities]).toEqual(['IMAP4REV1', 'AUTH=PLAIN']);
  });

  it('what was enabled in the clear never was', async () => {
    const { session, script } = await open();
    await script.say('* ENABLED UTF8=ACCEPT UIDONLY\r\n');
    const done = session.execute(starttls());
    await script.play('C: $ STARTTLS\nS: $ OK begin');
    await done;
    await session.startTls();
    expect(session.utf8).toBe(false);
    expect([...session.enabled]).toEqual([]);
  });

  it('refused keeps the plain session', async () => {
    const { session, script } = await open();
    const done = session.execute(starttls());
    const next = session.execute(say('NOOP'));
    await script.play(`
      C: $ STARTTLS
      S: $ NO not here
      C: $ NOOP
      S: $ OK
    `);
    expect(await done).toMatchObject({ status: 'NO' });
    await next;
    await expect(session.startTls()).rejects.toThrow('startTls() belongs behind a STARTTLS command');
    expect(await settled(session.closed)).toBe('pending');
  });

  const injected = '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nT1 OK\r\n';

  it('fails where bytes follow the answer in the same chunk', async () => {
    const { session, script } = await open();
    const done = session.execute(starttls());
    const failed = failure(done);
    await script.play('C: $ STARTTLS');
    await script.say(`T0 OK begin\r\n${injected}`);
    expect(String(await failed)).toContain(
      'STARTTLS got no answer: the connection is lost: the server sent bytes behind its answer to STARTTLS',
    );
    expect([...session.capabilities]).not.toContain('AUTH=PLAIN');
    await script.end();
  });

  it('fails where bytes follow in a later chunk, split anywhere', async () => {
    const answer = `T0 OK begin\r\n${injected}`;
    for (let at = 'T0 OK begin\r\n'.length; at < answer.length; at++) {
      const handshake = () => nextTurn().then(() => testTls);
      const { session, script } = await open({ startTls: handshake });
      const upgraded = session.execute(starttls()).then(() => session.startTls());
      upgraded.catch(() => {});
      await script.play('C: $ STARTTLS');
      const parts = [script.say(answer.slice(0, at)), script.say(answer.slice(at))];
      await Promise.allSettled(parts);
      const error = await settled(upgraded);
      expect(error, `split at ${at}`).toMatchObject({ name: 'ImapConnectionError' });
      expect(await settled(session.closed)).toMatchObject({ name: 'ImapConnectionError' });
      expect([...session.capabilities]).not.toContain('AUTH=PLAIN');
    }
  });

  it('fails where bytes come during the handshake', async () => {
    const { session, script } = await open({ startTls: () => new Promise(() => {}) });
    const upgraded = session.execute(starttls()).then(() => session.startTls());
    const failed = failure(upgraded);
    await script.play(`
      C: $ STARTTLS
      S: $ OK
    `);
    await nextTurn();
    await script.say(injected).catch(() => {});
    expect(String(await failed)).toContain('STARTTLS failed');
    expect(await session.closed).toMatchObject({ name: 'ImapConnectionError' });
  });

  it('whose handshake fails ends the session and says why', async () => {
    const cause = new Error('the certificate has expired');
    const { session, script } = await open({ startTls: () => Promise.reject(cause) });
    const next = session.execute(starttls()).then(() => session.startTls());
    const failed = failure(next);
    const later = session.execute(say('NOOP'));
    const lost = failure(later);
    await script.play(`
      C: $ STARTTLS
      S: $ OK
    `);
    expect(await failed).toMatchObject({
      message: 'STARTTLS failed: the certificate has expired',
      cause,
    });
    expect(String(await lost)).toContain('NOOP was not sent');
    expect(await session.closed).toMatchObject({ cause });
  });

  it('whose handshake never ends is given up', async () => {
    vi.useFakeTimers();
    const { session, script } = await open({ startTls: () => new Promise(() => {}) });
    const upgraded = session.execute(starttls()).then(() => session.startTls());
    const failed = failure(upgraded);
    await script.play(`
      C: $ STARTTLS
      S: $ OK
    `);
    await nextTurn();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(String(await failed)).toContain('has said nothing for 120 s');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('aborted during the handshake ends the session', async () => {
    const abort = new AbortController();
    const { session, script } = await open({ startTls: () => new Promise(() => {}) });
    const upgraded = session.execute(starttls()).then(() => session.startTls({ signal: abort.signal }));
    const failed = failure(upgraded);
    await script.play('C: $ STARTTLS\nS: $ OK');
    await nextTurn();
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ name: 'ImapConnectionError' });
    expect(await session.closed).toMatchObject({ message: 'STARTTLS failed: enough' });
  });

  it('aborted before its answer does not leave the session waiting for a handshake', async () => {
    const abort = new AbortController();
    const { session, script } = await open();
    const done = session.execute(starttls({ signal: abort.signal }));
    const failed = failure(done);
    const later = session.execute(say('NOOP'));
    const lost = failure(later);
    await script.play('C: $ STARTTLS');
    abort.abort(new Error('enough'));
    expect(String(await failed)).toContain('enough');
    await script.play('S: $ OK');
    expect(String(await lost)).toContain('NOOP was not sent');
    expect(await session.closed).toMatchObject({ name: 'ImapConnectionError' });
  });

  it('on a transport that cannot upgrade fails and says so', async () => {
    const { session, script } = await open({ startTls: null });
    const upgraded = session.execute(starttls()).then(() => session.startTls());
    const failed = failure(upgraded);
    await script.play('C: $ STARTTLS\nS: $ OK');
    expect(String(await failed)).toContain('STARTTLS failed: this transport cannot upgrade to TLS');
  });
});
