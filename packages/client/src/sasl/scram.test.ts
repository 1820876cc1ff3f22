import { describe, expect, it, vi } from 'vitest';
import type { Mechanism } from './mechanism.ts';
import { decode, encode } from './octets.ts';
import { hasScram, scram, type ScramHash } from './scram.ts';
import { ScramServer } from '../node/testing/scram-server.ts';

const answer = async (mechanism: Mechanism, challenge: string): Promise<string> =>
  decode(await mechanism.respond(encode(challenge)));

// RFC 5802 5, RFC 7677 3
const examples: [ScramHash, string, string, string, string][] = [
  [
    'SHA-1',
    'fyko+d2lbbFgONRv9qkxdawL',
    'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  ],
  [
    'SHA-256',
    'rOprNGfwEbeRWgbNEkqO',
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  ],
];

describe('SCRAM', () => {
  it.each(examples)('%s: the example of its RFC', async (hash, nonce, first, final, signature) => {
    const mechanism = await scram(hash, 'user', 'pencil', { nonce });
    expect(mechanism.name).toBe(`SCRAM-${hash}`);
    expect(decode(mechanism.initial!)).toBe(`n,,n=user,r=${nonce}`);
    expect(await answer(mechanism, first)).toBe(final);
    expect(await answer(mechanism, signature)).toBe('');
    expect(() => mechanism.succeeded!()).not.toThrow();
  });

  it.each<[ScramHash, string, string]>([
    ['SHA-512', 'user', 'pencil'],
    ['SHA-512', 'a=b,c', 'p,=n'],
    ['SHA-256', 'user', 'пароль and 密码'],
    ['SHA-1', 'user', ''],
  ])('%s with a server of its own: %s, %s', async (hash, user, pass) => {
    const mechanism = await scram(hash, user, pass);
    const server = new ScramServer({ hash, pass });
    const first = decode(mechanism.initial!);
    expect(first).toMatch(user === 'user' ? /^n,,n=user,r=[^,]{24}$/ : /^n,,n=a=3Db=2Cc,r=[^,]{24}$/);
    const signature = server.final(await answer(mechanism, server.first(first)));
    expect(signature).not.toBeNull();
    expect(await answer(mechanism, signature!)).toBe('');
    // One more empty challenge is harmless once all is shown.
    expect(await answer(mechanism, '')).toBe('');
    expect(() => mechanism.succeeded!()).not.toThrow();
    expect(() => mechanism.respond(encode('more'))).toThrow('more than SCRAM');
  });

  it('makes a new nonce each time', async () => {
    const first = await scram('SHA-1', 'user', 'pencil');
    const second = await scram('SHA-1', 'user', 'pencil');
    expect(decode(first.initial!)).not.toBe(decode(second.initial!));
  });

  it.each<[string, string, string]>([
    ['no iteration', 'r=abcdef,s=QSXC,i=0', 'wants 0 iterations; 1 to 600000 are allowed'],
    ['a million iterations', 'r=abcdef,s=QSXC,i=1000000', 'wants 1000000 iterations'],
    ['absurdly many', `r=abcdef,s=QSXC,i=${'9'.repeat(400)}`, `wants ${'9'.repeat(20)} iterations`],
    ['less than none', 'r=abcdef,s=QSXC,i=-5', 'makes no sense'],
    ['iterations in words', 'r=abcdef,s=QSXC,i=many', 'makes no sense'],
    ['iterations in part', 'r=abcdef,s=QSXC,i=4096x', 'makes no sense'],
    ['no iterations', 'r=abcdef,s=QSXC', 'makes no sense'],
    ['no salt', 'r=abcdef,i=4096', 'makes no sense'],
    ['an empty salt', 'r=abcdef,s=,i=4096', 'makes no sense'],
    ['a salt that is no base64', 'r=abcdef,s=Q,i=4096', 'no base64'],
    ['another nonce', 'r=abX,s=QSXC,i=4096', "somebody else's first message"],
    ['our nonce alone', 'r=abc,s=QSXC,i=4096', "somebody else's first message"],
    ['an extension that must be known', 'm=x,r=abcdef,s=QSXC,i=4096', 'wants an extension'],
    ['nothing', '', 'makes no sense'],
    ['its signature at once', 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=', 'makes no sense'],
    ['what is no text', '\u{FFFD}\0', 'makes no sense'],
  ])('refuses a server that sends %s', async (_what, message, error) => {
    const mechanism = await scram('SHA-1', 'user', 'pencil', { nonce: 'abc' });
    await expect(async () => mechanism.respond(encode(message))).rejects.toThrow(error);
    expect(() => mechanism.succeeded!()).toThrow('has not shown that it knows the password');
  });

  it('does as many iterations as the caller allows', async () => {
    const mechanism = await scram('SHA-1', 'user', 'pencil', { nonce: 'abc', maxIterations: 4095 });
    await expect(async () => mechanism.respond(encode('r=abcdef,s=QSXC,i=4096'))).rejects.toThrow(
      '1 to 4095 are allowed (maxIterations)',
    );
  });

  it.each<[string, string]>([
    ['a wrong signature', 'v=AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
    ['an empty signature', 'v='],
    ['nothing', ''],
    ['something else', 'hello'],
  ])('refuses a server that sends %s at the end', async (_what, message) => {
    const mechanism = await scram('SHA-1', 'user', 'pencil', { nonce: 'abc' });
    await answer(mechanism, 'r=abcdef,s=QSXC,i=1');
    expect(() => mechanism.respond(encode(message))).toThrow(/^SCRAM-SHA-1: the server/);
    expect(() => mechanism.succeeded!()).toThrow('has not shown that it knows the password');
  });

  it('refuses a server that skips its last message', async () => {
    const mechanism = await scram('SHA-1', 'user', 'pencil', { nonce: 'abc' });
    expect(() => mechanism.succeeded!()).toThrow('has not shown that it knows the password');
    await answer(mechanism, 'r=abcdef,s=QSXC,i=1');
    expect(() => mechanism.succeeded!()).toThrow('has not shown that it knows the password');
  });

  it.each([0, 1])('keeps what the server complains of, at step %i', async (step) => {
    const mechanism = await scram('SHA-1', 'user', 'pencil', { nonce: 'abc' });
    if (step === 1) await answer(mechanism, 'r=abcdef,s=QSXC,i=1');
    expect(await answer(mechanism, 'e=invalid-proof')).toBe('');
    expect(mechanism.refused!()).toBe('invalid-proof');
    expect(() => mechanism.succeeded!()).toThrow('has not shown that it knows the password');
    expect(() => mechanism.respond(encode(''))).toThrow('more than SCRAM-SHA-1');
  });

  it('is not to be had where the page has no crypto.subtle', () => {
    expect(hasScram()).toBe(true);
    vi.stubGlobal('crypto', { getRandomValues: () => {} });
    expect(hasScram()).toBe(false);
    vi.unstubAllGlobals();
  });
});
