import { expect, test } from 'vitest';
import { clientAddress, readNetworks } from './forwarded.ts';
import { ConfigError } from './options.ts';

const proxies = readNetworks(['10.0.0.0/8', '192.0.2.9', '2001:db8:1::/48']);

test.each([
  ['nobody in front', '198.51.100.1', undefined, '198.51.100.1'],
  ['a client that pretends', '198.51.100.1', '6.6.6.6', '198.51.100.1'],
  ['a proxy without a word', '10.0.0.1', undefined, '10.0.0.1'],
  ['one proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a client that pretends behind a proxy', '10.0.0.1', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
  ['a client that pretends to be a proxy', '10.0.0.1', '6.6.6.6, 10.9.9.9, 198.51.100.1', '198.51.100.1'],
  ['two proxies', '10.0.0.1', '6.6.6.6, 198.51.100.1, 192.0.2.9', '198.51.100.1'],
  ['a proxy that is not known', '10.0.0.1', '198.51.100.1, 192.0.2.8', '192.0.2.8'],
  ['nothing but proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['no spaces', '10.0.0.1', '6.6.6.6,198.51.100.1', '198.51.100.1'],
  ['a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv6', '10.0.0.1', '2001:db8:2::5', '2001:db8:2::5'],
  ['IPv6 in brackets', '2001:db8:1::7', '[2001:db8:2::5]:4711', '2001:db8:2::5'],
  ['a mapped address', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['garbage', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
  ['garbage behind a proxy', '10.0.0.1', '198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['nothing', '10.0.0.1', '', '10.0.0.1'],
])('%s', (_, remote, header, expected) => {
  expect(clientAddress(remote, header, proxies)).toBe(expected);
});

test.each(['', 'proxy.example', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', 'fe80::1%eth0', '::/129'])(
  '%j is no network',
  (network) => {
    expect(() => readNetworks([network])).toThrow(ConfigError);
    expect(() => readNetworks([network])).toThrow(`trusted-proxy ${network}: write an address or a network`);
  },
);
