import { isIPv6 } from 'node:net';

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS_OF_NETWORK = 4;
const GROUPS = 8;
/** An IPv6 address with the name of a zone is no longer. What is longer is no address but something that a client made up. */
const MAXIMUM_CHARACTERS = 64;

/**
 * What one subscriber is known by: the IPv4 address, or the /64 network of an IPv6 address, which is the least that
 * providers hand out (RFC 6177), so that its holder has 2^64 addresses to choose from.
 * @param address as the socket or a trusted proxy tells it
 */
export function subscriberOf(address: string): string {
  if (address.length > MAXIMUM_CHARACTERS) return address.slice(0, MAXIMUM_CHARACTERS);
  const mapped = IPV4_IN_IPV6.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address;
  // The URL standard writes an IPv6 address in one way only, with numbers in hexadecimal (RFC 5952).
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: GROUPS - first.length - last.length }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, GROUPS_OF_NETWORK).join(':')}::/64`;
}
