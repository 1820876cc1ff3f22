// `npm start` from the outside: what it serves, what it says, how it stops.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './command-line.ts';
import { startDemo } from './demo.ts';

let page: string;

beforeAll(async () => {
  page = await mkdtemp(join(tmpdir(), 'page-'));
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Page</title>');
});
afterAll(() => rm(page, { recursive: true }));

describe('the demo', () => {
  test('serves the page and tells it of the sample mailbox', async () => {
    const demo = await startDemo({ port: 0, pageFolder: page });
    expect(await (await fetch(demo.url)).text()).toContain('<title>Page</title>');
    const config: unknown = await (await fetch(new URL('config.json', demo.url))).json();
    expect(config).toMatchObject({
      bridge: '/imap',
      allowHosts: false,
      targets: [{ name: 'sample', label: 'Sample mailbox' }],
      sample: { target: 'sample', user: 'demo', password: 'demo' },
    });
    await demo.stop();
    await expect(fetch(demo.url)).rejects.toThrow('fetch failed');
  });

  test('tells the page of somebody’s own server, and of no account', async () => {
    const server = { host: 'imap.example.com', port: 993, tls: 'implicit' } as const;
    const demo = await startDemo({ port: 0, pageFolder: page, server });
    const config: unknown = await (await fetch(new URL('config.json', demo.url))).json();
    expect(config).toMatchObject({ targets: [{ name: 'mail', label: 'imap.example.com' }] });
    expect(config).not.toHaveProperty('sample');
    await demo.stop();
  });

  test('names a port that is taken, and one to take', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startDemo({ port, pageFolder: page })).rejects.toThrow(
      `Port ${port} is taken; choose another one: npm start -- --port ${port + 1}`,
    );
    other.close();
  });

  test('names a page that is not built', async () => {
    await expect(startDemo({ port: 0, pageFolder: join(page, 'none') })).rejects.toThrow(/npm run build/);
  });
});

describe('the command line', () => {
  const terminal = () => {
    const asked = new AbortController();
    const said = { out: '', err: '' };
    return {
      ...{ asked: asked.signal, said, end: () => asked.abort() },
      out: (text: string) => void (said.out += text),
      err: (text: string) => void (said.err += text),
    };
  };

  test('says where the page is, and ends when it is asked to', async () => {
    const { said, end, ...here } = terminal();
    const started = new Promise<void>((resolve) => {
      const { out } = here;
      here.out = (text) => {
        out(text);
        resolve();
      };
    });
    const code = run(['--port', '0'], here, { pageFolder: page });
    await started;
    const [, url = ''] =
      /^Webmail on (http:\/\/127\.0\.0\.1:\d+\/) with a sample mailbox .*\n$/.exec(said.out) ?? [];
    expect((await fetch(url)).status).toBe(200);
    end();
    expect(await code).toBe(0);
    expect(said.err).toBe('');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  const refused: [args: string[], sentence: RegExp][] = [
    [['--port', 'many'], /--port many is no port/],
    [['--imap', 'https://imap.example.com'], /is no server; write imaps:\/\//],
    [['--imap', 'imaps://me:secret@imap.example.com'], /takes no user and no password/],
    [
      ['--imap', 'imap://127.0.0.1:1', '--port', '0'],
      /127\.0\.0\.1 does not answer on port 1 \(ECONNREFUSED\)/,
    ],
    [['--imap', 'imap://127.0.0.1', '--dovecot'], /exclude each other/],
    [['--colour'], /Unknown option '--colour'.*--help/],
  ];
  test.each(refused)('%j ends with one sentence', async (args, sentence) => {
    const { said, ...here } = terminal();
    expect(await run(args, here, { pageFolder: page })).toBe(1);
    expect(said.out).toBe('');
    expect(said.err).toMatch(sentence);
    expect(said.err.trim().split('\n')).toHaveLength(1);
    expect(said.err).not.toContain('secret');
  });

  test('a name that leads to this machine is to be spelled out', async () => {
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { said, ...here } = terminal();
    expect(await run(['--imap', `imap://localhost:${port}`], here, { pageFolder: page })).toBe(1);
    expect(said.err).toMatch(
      /localhost is \S+, an address of a private network.*write --imap imap:\/\/\S+ instead/,
    );
    server.close();
  });

  test('--help explains itself', async () => {
    const { said, ...here } = terminal();
    expect(await run(['--help'], here)).toBe(0);
    for (const flag of ['--port', '--imap', '--dovecot']) expect(said.out).toContain(flag);
  });
});
