import { BlockList, isIP } from 'node:net';

/** Maximum number of proxies that are looked through. */
const HOPS_LIMIT = 10;
const MAPPED = '::ffff:';

/** An entry of `TRUSTED_PROXIES`: an address, or a network such as `10.0.0.0/8`. */
export const networkForm = { test: isNetwork };

/**
 * The address that a request is counted for: that of its connection or, if it is a trusted proxy's, the last one in
 * X-Forwarded-For that is not. An IPv6 address counts as its /64, because that is what one household is given.
 */
export function clientAddresses(
  trustedProxies: readonly string[],
): (connection: string, forwardedFor: string | null) => string {
  const trusted = new BlockList();
  for (const network of trustedProxies) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (connection, forwardedFor) => {
    let client = unmapped(connection);
    if (forwardedFor === null || trustedProxies.length === 0) return household(client);
    for (const hop of forwardedFor.split(',').slice(-HOPS_LIMIT).toReversed()) {
      const before = unmapped(hop.trim());
      if (!isTrusted(client) || isIP(before) === 0) break;
      client = before;
    }
    return household(client);
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const length = bits === undefined || /^\d{1,3}$/.test(bits) ? Number(bits ?? 0) : Number.POSITIVE_INFINITY;
  return rest.length === 0 && length <= longest;
}

/** A dual-stack socket shows IPv4 as `::ffff:192.0.2.1`. */
function unmapped(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

function household(address: string): string {
  if (!address.includes(':')) return address;
  const [left = '', right] = address.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':').toLowerCase()}::/64`;
}
