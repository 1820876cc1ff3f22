// Which address is connected, how often, and when none is.

import net from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectServer } from './connect.ts';
import type { Dial } from './connect.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Limits } from './limits.ts';
import type { ResolvedAddress } from './options.ts';
import { findRoute } from './routes.ts';
import type { ServerRoute } from './routes.ts';
import { BufferPool } from './source.ts';
import { readRoutes } from './targets.ts';
import { echo, tcpServer } from './testing/servers.ts';

function routeTo(port: number, allowPrivate = true): ServerRoute {
  const routes = readRoutes({ allow: [`imap.example.com:${port}`], allowPrivate });
  return findRoute(
    { type: 'open', window: 65536, host: 'imap.example.com', port, tls: 'none' },
    routes,
  ) as ServerRoute;
}

const addresses = (...all: string[]) =>
  vi.fn<() => Promise<ResolvedAddress[]>>(async () => all.map((address) => ({ address, family: 4 })));

/** Dials loopback, whatever the address; keeps the addresses. */
function spy(instead = '127.0.0.1') {
  const dialled: string[] = [];
  const dial: Dial = (address, port) => {
    dialled.push(address);
    const socket = net.connect(port, address.startsWith('127.') ? address : instead);
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  return { dialled, dial };
}

const around = (resolve: () => Promise<ResolvedAddress[]>, limits: Partial<Limits> = {}) => ({
  resolve,
  limits: { ...DEFAULT_LIMITS, ...limits },
  signal: new AbortController().signal,
  pool: new BufferPool(0),
});

test('the first address that answers', async () => {
  const server = await tcpServer(echo);
  const { dial, dialled } = spy();
  const resolve = addresses('127.0.0.1');
  const endpoint = await connectServer(routeTo(server.port), around(resolve), dial);
  expect(endpoint.peer).toMatchObject({
    name: `imap.example.com:${server.port}`,
    address: '127.0.0.1',
    local: true,
  });
  expect(dialled).toEqual(['127.0.0.1']);
  expect(resolve).toHaveBeenCalledTimes(1);
});

test('an address that refuses is passed over', async () => {
  const server = await tcpServer(echo);
  const dialled: string[] = [];
  const dial: Dial = (address, port) => {
    dialled.push(address);
    // Port 1 is closed.
    const socket = net.connect(address === '127.0.0.9' ? 1 : port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  const endpoint = await connectServer(
    routeTo(server.port),
    around(addresses('127.0.0.9', '127.0.0.1')),
    dial,
  );
  expect(dialled).toEqual(['127.0.0.9', '127.0.0.1']);
  expect(endpoint.peer.address).toBe('127.0.0.1');
});

describe('nothing is dialled', () => {
  test('where one address is special', async () => {
    const { dial, dialled } = spy();
    const resolve = addresses('93.184.216.34', '10.0.0.1');
    await expect(connectServer(routeTo(993, false), around(resolve), dial)).rejects.toThrow(
      '10.0.0.1, a special range',
    );
    expect(dialled).toEqual([]);
  });

  test('in a sweep over all ports', () => {
    const routes = readRoutes({ allow: ['*:993'], targets: { work: 'imaps://imap.example.com' } });
    let allowed = 0;
    for (let port = 1; port <= 65_535; port++) {
      try {
        findRoute({ type: 'open', window: 65536, host: 'imap.example.com', port, tls: 'none' }, routes);
        allowed += 1;
      } catch {
        // Refused before anything is asked for.
      }
    }
    expect(allowed).toBe(1);
  });
});

test('a connection that came out elsewhere is dropped', async () => {
  const server = await tcpServer(echo);
  const { dial } = spy();
  const resolve = addresses('93.184.216.34');
  await expect(connectServer(routeTo(server.port), around(resolve), dial)).rejects.toThrow(
    'none of its checked addresses',
  );
});

test('a silent host', async () => {
  // A socket that never connects.
  const dial: Dial = () => new net.Socket();
  await expect(
    connectServer(routeTo(993), around(addresses('127.0.0.1'), { connectMs: 20 }), dial),
  ).rejects.toMatchObject({
    code: 'timeout',
    stage: 'connect',
    message: expect.stringContaining('did not answer within'),
  });
});

test.each([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['EMFILE', 'unreachable'],
])('%s is told as %s', async (reason, code) => {
  const dial: Dial = () => {
    const socket = new net.Socket();
    queueMicrotask(() => socket.destroy(Object.assign(new Error('x'), { code: reason })));
    return socket;
  };
  await expect(connectServer(routeTo(993), around(addresses('127.0.0.1')), dial)).rejects.toMatchObject({
    code,
    stage: 'connect',
    reason,
    timings: { dnsMs: expect.any(Number), tcpMs: expect.any(Number) },
  });
});
