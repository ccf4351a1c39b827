/** One subscriber holds a whole /64 of IPv6, so that is what counts as one address. */
export function network(address: string): string {
  const groups = groupsOf(address);
  return groups ? `${groups.slice(0, 4).join(':')}::/64` : plainOf(address);
}

/** How many times what one address may do the network around it may. */
export const NEIGHBOURS = 4;

/**
 * The network that an address belongs to together with its neighbours: a /48 of IPv6, which is what one site is given and so
 * what one attacker has; a /24 of IPv4, the smallest that is routed, and so the cheapest way to many addresses.
 */
export function wideNetwork(address: string): string {
  const groups = groupsOf(address);
  if (groups) return `${groups.slice(0, 3).join(':')}::/48`;
  const plain = plainOf(address);
  const parts = plain.split('.');
  return parts.length === 4 ? `${parts.slice(0, 3).join('.')}.0/24` : plain;
}

const plainOf = (address: string): string => (address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address);

/** The eight groups of an IPv6 address; undefined for any other. */
function groupsOf(address: string): string[] | undefined {
  const plain = plainOf(address);
  if (!plain.includes(':')) return undefined;
  const [left = [], right = []] = plain.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const zeros = plain.includes('::') ? Math.max(0, 8 - left.length - right.length) : 0;
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
}
