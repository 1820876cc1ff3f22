import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBridge } from './testing/servers.ts';

let root: string;
let dir: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'static-'));
  dir = path.join(root, 'page');
  mkdirSync(path.join(dir, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'secret.txt'), 'secret');
  writeFileSync(path.join(dir, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(path.join(dir, 'diagnostics.html'), 'diagnostics');
  writeFileSync(path.join(dir, 'config.json'), '{"from":"disk"}');
  writeFileSync(path.join(dir, '.env'), 'hidden');
  writeFileSync(path.join(dir, 'empty.txt'), '');
  writeFileSync(path.join(dir, 'assets', 'index-B7x2kQ9a.js'), 'export {}');
  writeFileSync(path.join(dir, 'assets', 'style-0_-AbCd9.css'), 'a{}');
  writeFileSync(path.join(dir, 'assets', 'plain.svg'), '<svg/>');
  writeFileSync(path.join(dir, 'assets', 'unknown.xyz'), '?');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A request whose path is sent as it is; fetch would tidy it. */
async function ask(port: number, name: string, options: http.RequestOptions = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, path: name, agent: false, ...options },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      },
    );
    request.once('error', reject).end();
  });
}

const start = () =>
  startBridge({
    staticDir: dir,
    staticFiles: { '/config.json': { type: 'application/json', body: '{"from":"memory"}' } },
  });

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache', '<!doctype html><title>page</title>'],
  ['/index.html?x=1', 'text/html; charset=utf-8', 'no-cache', '<!doctype html><title>page</title>'],
  ['/diagnostics.html', 'text/html; charset=utf-8', 'no-cache', 'diagnostics'],
  [
    '/assets/index-B7x2kQ9a.js',
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
    'export {}',
  ],
  ['/assets/style-0_-AbCd9.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable', 'a{}'],
  ['/assets/plain.svg', 'image/svg+xml', 'no-cache', '<svg/>'],
  ['/assets/unknown.xyz', 'application/octet-stream', 'no-cache', '?'],
  ['/empty.txt', 'text/plain; charset=utf-8', 'no-cache', ''],
  ['/config.json', 'application/json', 'no-store', '{"from":"memory"}'],
])('%s', async (name, type, cache, body) => {
  const bridge = await start();
  const answer = await ask(bridge.port, name);
  expect(answer).toMatchObject({
    status: 200,
    body,
    headers: {
      'content-type': type,
      'cache-control': cache,
      'content-length': String(Buffer.byteLength(body)),
      'content-security-policy': "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  });
  const head = await ask(bridge.port, name, { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers['content-length']).toBe(String(Buffer.byteLength(body)));
});

describe('nothing but the files of the directory', () => {
  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '//../secret.txt',
    '/%00',
    '/index.html%00.js',
    '/%',
    '/.env',
    '/assets',
    '/assets/',
    '/nothing',
    '/nothing.html',
    `/${'a'.repeat(5000)}`,
    '/index.html/x',
  ])('%s', async (name) => {
    const bridge = await start();
    const answer = await ask(bridge.port, name);
    expect(answer).toMatchObject({ status: 404, body: 'Not found.\n' });
    expect(answer.headers['content-security-policy']).toBe("frame-ancestors 'none'");
  });
});

test('what the browser has is not sent again', async () => {
  const bridge = await start();
  const { headers } = await ask(bridge.port, '/');
  const again = await ask(bridge.port, '/', { headers: { 'If-None-Match': headers['etag'] } });
  expect(again).toMatchObject({ status: 304, body: '' });
});

test('only reading', async () => {
  const bridge = await start();
  const answer = await ask(bridge.port, '/', { method: 'POST' });
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

test('files that come later are found', async () => {
  const bridge = await start();
  expect((await ask(bridge.port, '/later.txt')).status).toBe(404);
  writeFileSync(path.join(dir, 'later.txt'), 'here');
  expect((await ask(bridge.port, '/later.txt')).body).toBe('here');
});
