// Host names and IP addresses: one spelling for each, and the table of the ranges that are not the open internet.

import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

// RFC 6890 and its registry, and every form in which IPv6 carries an IPv4 address: a translated or mapped
// loopback address is loopback. Node's own mapping covers ::ffff:0:0/96 only.
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, cloud metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];
const SPECIAL_IPV6 = [
  '::/96', // unspecified, loopback, IPv4-compatible
  '64:ff9b::/96', // NAT64
  '64:ff9b:1::/48', // local NAT64
  '100::/64', // discard
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
  '5f00::/16', // segment routing
  'fc00::/7', // unique local
  'fe80::/10', // link-local
  'fec0::/10', // site-local
  'ff00::/8', // multicast
];

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [networks, family] of [
    [ipv4, 'ipv4'],
    [ipv6, 'ipv6'],
  ] as const) {
    for (const network of networks) {
      const [address, prefix] = network.split('/');
      list.addSubnet(address!, Number(prefix), family);
    }
  }
  return list;
}

const special = blockList(SPECIAL_IPV4, SPECIAL_IPV6);
const loopback = blockList(['127.0.0.0/8'], ['::1/128']);

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an IP address lies in a range that is not the open internet; true for what is no address at all. */
export function isSpecial(address: string): boolean {
  return isIP(address) === 0 || address.includes('%') || isIn(special, address);
}

/** Whether an IP address, or the name `localhost`, means this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && isIn(loopback, host));
}

/** Whether an address is one of a list, however it is spelled. */
export function isAmong(addresses: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const one of addresses) list.addAddress(one, isIP(one) === 6 ? 'ipv6' : 'ipv4');
  return isIP(address) !== 0 && isIn(list, address);
}

/**
 * A host in its one spelling: lower case, ASCII, without brackets and trailing dot; empty means `localhost`.
 * Null for what cannot be a host name or address.
 */
export function readHost(text: string): string | null {
  let host = text.trim().toLowerCase();
  if (host === '') return 'localhost';
  if (host.startsWith('[') && host.endsWith(']')) {
    host = host.slice(1, -1);
    return isIP(host) === 6 && !host.includes('%') ? host : null;
  }
  if (isIP(host) !== 0) return host.includes('%') ? null : host;
  if (/[^\0-\x7f]/.test(host)) host = domainToASCII(host);
  if (host.endsWith('.')) host = host.slice(0, -1);
  if (isIP(host) !== 0) return host;
  return host.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(host) ? host : null;
}

/** `host:port` for people to read, an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whose connections are counted together: an IPv4 address, or the /64 network of an IPv6 address. */
export function networkOf(address: string): string {
  const plain = address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + last.length < 8) groups.push('0');
  return `${[...groups, ...last].slice(0, 4).join(':')}::/64`;
}
