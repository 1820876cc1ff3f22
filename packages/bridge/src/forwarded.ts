// Who really asks, when a proxy stands in front: X-Forwarded-For, read from the right, and only where the proxies
// that wrote it are known. What stands further left is whatever the client chose to write.

import { BlockList, isIP } from 'node:net';
import { ConfigError } from './options.ts';

/**
 * Networks, as the configuration writes them.
 *
 * @param key where they stand there
 * @throws ConfigError where one is no address and no network
 */
export function readNetworks(networks: readonly string[], key = 'trusted-proxy'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix, ...rest] = network.split('/');
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
    if (family === 0 || address.includes('%') || !isPrefix || rest.length > 0) {
      throw new ConfigError(
        `${key} ${network}: write an address or a network, as in 10.0.0.7 or 10.0.0.0/8`,
        [key, network],
      );
    }
    list.addSubnet(address, prefix === undefined ? bits : Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** An address of the header, without port and brackets; null for what is none. */
function readAddress(text: string): string | null {
  const entry = text.trim();
  const [, bracketed] = /^\[(.*)\](?::\d+)?$/.exec(entry) ?? [];
  const [, withPort] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry) ?? [];
  const address = bracketed ?? withPort ?? entry;
  return isIP(address) === 0 || address.includes('%') ? null : address;
}

/** Whether an address lies in one of the networks. */
export const isWithin = (networks: BlockList, address: string): boolean =>
  isIP(address) !== 0 && networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The client's address: the first one from the right that no trusted proxy has.
 *
 * @param remote who is connected
 * @param header X-Forwarded-For as it came
 */
export function clientAddress(remote: string, header: string | undefined, proxies: BlockList): string {
  if (header === undefined || !isWithin(proxies, remote)) return remote;
  let client = remote;
  for (const entry of header.split(',').toReversed()) {
    const address = readAddress(entry);
    // Nothing that is to the left of an unreadable entry can be believed.
    if (address === null) return client;
    client = address;
    if (!isWithin(proxies, client)) return client;
  }
  return client;
}
