import { expect, test } from 'vitest';
import { isAmong, isLoopback, isSpecial, networkOf, readHost } from './address.ts';

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '10.1.2.3',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '64:ff9b::8.8.8.8',
  '2002:7f00:1::',
  '2002::1',
  '2001::1',
  '2001:0:1:2::3',
  '2001:db8::1',
  'fc00::1',
  'fdff::1',
  'fe80::1',
  'febf::1',
  'ff02::1',
  'fe80::1%eth0',
  'no address',
])('%s is special', (address) => {
  expect(isSpecial(address)).toBe(true);
});

test.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '93.184.216.34',
  '100.63.255.255',
  '100.128.0.0',
  '128.0.0.1',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.167.255.255',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1',
  '2a00:1450:4001::1',
  '2003::1',
  '64:ff9c::1',
  '::ffff:8.8.8.8',
])('%s is on the open internet', (address) => {
  expect(isSpecial(address)).toBe(false);
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['10.0.0.1', false],
  ['imap.example.com', false],
])('loopback: %s is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ['', 'localhost'],
  ['IMAP.Example.COM.', 'imap.example.com'],
  [' imap.example.com ', 'imap.example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['[::1]', '::1'],
  ['::1', '::1'],
  ['127.0.0.1.', '127.0.0.1'],
  ['2130706433', '2130706433'],
  ['0x7f000001', '0x7f000001'],
  ['127.1', '127.1'],
  ['[127.0.0.1]', null],
  ['fe80::1%lo', null],
  ['[fe80::1%lo]', null],
  ['a b', null],
  ['a/b', null],
  ['a\r\nb', null],
  ['a..b', null],
  ['.', null],
  ['x@y', null],
  ['a:993', null],
  [`${'a'.repeat(64)}.example`, null],
])('host %j is read as %j', (text, expected) => {
  expect(readHost(text)).toBe(expected);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('an address is recognised in any spelling', () => {
  expect(isAmong(['0:0:0:0:0:0:0:1'], '::1')).toBe(true);
  expect(isAmong(['93.184.216.34'], '93.184.216.34')).toBe(true);
  expect(isAmong(['93.184.216.34'], '127.0.0.1')).toBe(false);
  expect(isAmong(['93.184.216.34'], '')).toBe(false);
});
