// Tokens: static ones, and signed ones with every claim and signature that an attacker may try.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { ConfigError } from './options.ts';
import { ORIGIN, TestPage, refusal } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';
import { Tokens, isGranted } from './tokens.ts';

const secret = 'a secret that both sides know, and nobody else';
const bytes = (text: string) => new TextEncoder().encode(text);
const LIFE = { lifeMs: 60_000 };
const now = (): number => Math.floor(Date.now() / 1000);
const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }): string =>
  key.export({ type: 'spki', format: 'pem' }).toString();

let lastId = 0;
/** A claim that is undefined is left out of the token. */
const claims = (more: Readonly<Record<string, unknown>> = {}): JWTPayload => ({
  origin: ORIGIN,
  target: 'it',
  exp: now() + 30,
  jti: `id ${++lastId}`,
  ...more,
});
const sign = (payload: JWTPayload, key: string = secret): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(bytes(key));

test('static tokens', async () => {
  expect(new Tokens(LIFE).areNeeded).toBe(false);
  const tokens = new Tokens({ ...LIFE, tokens: ['one', 'two.three'] });
  expect(tokens.areNeeded).toBe(true);
  expect(await tokens.accept('two.three', null)).toEqual({ bearer: 'static 2', use: null, only: null });
  for (const token of ['One', 'on', 'onee', ''])
    await expect(tokens.accept(token, null)).rejects.toThrow('wrong');
  expect(() => new Tokens({ ...LIFE, tokens: ['a secret'] })).toThrow(ConfigError);
  expect(() => new Tokens({ ...LIFE, tokens: ['a secret'] })).not.toThrow('a secret');
});

describe('a signed token', () => {
  test.each(['ed25519', 'P-256', 'P-384', 'rsa'])('by a key of %s', async (kind) => {
    const { privateKey, publicKey } =
      kind === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : kind === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 })
          : generateKeyPairSync('ec', { namedCurve: kind });
    const alg = { ed25519: 'EdDSA', 'P-256': 'ES256', 'P-384': 'ES384', rsa: 'RS256' }[kind]!;
    const token = await new SignJWT(claims()).setProtectedHeader({ alg }).sign(privateKey);
    // The secret stands first: while keys are changed, two are known.
    const tokens = new Tokens({ ...LIFE, tokenKeys: [secret, pem(publicKey)] });
    expect(await tokens.accept(token, ORIGIN)).toMatchObject({ only: { target: 'it' } });
  });

  test.each<[string, () => Promise<string> | string, string]>([
    ['of another secret', () => sign(claims(), `${secret}!`), 'no key of the bridge has signed it'],
    ['that has expired', () => sign(claims({ exp: now() - 10 })), 'it has expired'],
    ['that lives too long', () => sign(claims({ exp: now() + 3600 })), 'it ends later'],
    ['without an end', () => sign(claims({ exp: undefined })), 'claim exp'],
    ['that is not good yet', () => sign(claims({ nbf: now() + 30 })), 'claim nbf'],
    ['without a number', () => sign(claims({ jti: undefined })), 'claim jti'],
    ['with an endless number', () => sign(claims({ jti: 'x'.repeat(129) })), 'its jti is no text'],
    ['for another origin', () => sign(claims({ origin: 'https://evil.example' })), 'another origin'],
    ['without an origin', () => sign(claims({ origin: undefined })), 'another origin'],
    ['without a target', () => sign(claims({ target: undefined })), 'names no target'],
    ['for two targets', () => sign(claims({ command: 'x' })), 'names no target'],
    ['for a list of targets', () => sign(claims({ target: ['it'] })), 'names no target'],
    ['for a host without a port', () => sign(claims({ target: undefined, host: 'a' })), 'without a port'],
    ['without a signature', () => new UnsecuredJWT(claims()).encode(), 'no key of the bridge has signed it'],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await sign(claims())).split('.');
        return [header, Buffer.from(JSON.stringify(claims())).toString('base64url'), signature].join('.');
      },
      'no key of the bridge has signed it',
    ],
    ['that is none', () => 'a.b.c', 'cannot be read'],
  ])('%s is refused', async (_, make, reason) => {
    const tokens = new Tokens({ ...LIFE, tokenKeys: [secret] });
    await expect(tokens.accept(await make(), ORIGIN)).rejects.toThrow(reason);
  });

  test('a public key is never a secret', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const tokens = new Tokens({ ...LIFE, tokenKeys: [pem(publicKey)] });
    await expect(tokens.accept(await sign(claims(), pem(publicKey)), ORIGIN)).rejects.toThrow('no key');
  });

  test('connections of one user are counted together, under another name', async () => {
    const tokens = new Tokens({ ...LIFE, tokenKeys: [secret] });
    const bearer = async (sub: string) => (await tokens.accept(await sign(claims({ sub })), ORIGIN)).bearer;
    expect(await bearer('alice@example.com')).toBe(await bearer('alice@example.com'));
    expect(await bearer('alice@example.com')).not.toBe(await bearer('bob@example.com'));
    expect(await bearer('alice@example.com')).not.toContain('alice');
  });
});

test.each([
  [null, { target: 'a' }, true],
  [{ target: 'a' }, { target: 'a' }, true],
  [{ target: 'a' }, { target: 'b' }, false],
  [{ target: 'a' }, { command: 'a' }, false],
  [{ command: 'a' }, { command: 'a' }, true],
  [{ host: 'a.example', port: 993 }, { host: 'A.example', port: 993 }, true],
  [{ host: 'a.example', port: 993 }, { host: 'a.example', port: 143 }, false],
  [{ host: 'a.example', port: 993 }, { target: 'a.example' }, false],
])('a token for %j opens %j: %s', (only, frame, expected) => {
  expect(isGranted(only, frame)).toBe(expected);
});

test.each([
  ['a short secret', 'short', 'the secret is too short'],
  [
    'a private key',
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'a private key belongs to the issuer',
  ],
  [
    'a small key',
    pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
    'a key of this kind or size is not accepted',
  ],
  [
    'an unusual curve',
    pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
    'a key of this kind or size is not accepted',
  ],
  ['garbage', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'not a key'],
])('%s is no key', (_, text, message) => {
  expect(() => new Tokens({ ...LIFE, tokenKeys: [text] })).toThrow(ConfigError);
  expect(() => new Tokens({ ...LIFE, tokenKeys: [text] })).toThrow(`token key 1: ${message}`);
});

test('through the bridge: one connection, to its target, and nothing of it in the log', async () => {
  const server = await tcpServer(echo);
  const target = `imap://127.0.0.1:${server.port}`;
  const bridge = await startBridge({ targets: { it: target, other: target }, tokenKeys: [secret] });
  const protocols = (token: string) => ({ protocols: ['imaplib.v1', `bearer.${token}`] });
  const token = await sign(claims());
  const page = new TestPage(bridge.url, protocols(token));
  await once(page.socket, 'open');
  expect(page.socket.protocol).toBe('imaplib.v1');
  page.send({ type: 'open', window: 1 << 20, target: 'it' });
  await page.frame('opened');
  expect((await refusal(bridge.url, protocols(token))).status).toBe(401);
  page.socket.terminate();
  expect((await refusal(bridge.url, protocols(token))).status).toBe(401);

  const elsewhere = new TestPage(bridge.url, protocols(await sign(claims())));
  await once(elsewhere.socket, 'open');
  elsewhere.send({ type: 'open', window: 1 << 20, target: 'other' });
  expect(await elsewhere.closed).toEqual({ code: 4403, reason: 'policy' });
  expect(server.sockets).toHaveLength(1);

  const log = JSON.stringify(bridge.entries);
  expect(log).toContain('the token was used before');
  for (const part of token.split('.')) expect(log).not.toContain(part);
});

test('two at once with the same token are one', async () => {
  const bridge = await startBridge({ tokenKeys: [secret] });
  const protocols = ['imaplib.v1', `bearer.${await sign(claims())}`];
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => (await refusal(bridge.url, { protocols })).status),
  );
  expect(statuses.filter((status) => status === 101)).toHaveLength(1);
  expect(statuses.filter((status) => status === 401)).toHaveLength(9);
});
