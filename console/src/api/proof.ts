/** A claim that a document is leaf `index` of the Merkle log (RFC 6962) of `size` leaves with this root; hashes in hexadecimal. */
export type InclusionClaim = { document: string; index: number; size: number; root: string; path: readonly string[] };

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Whether the proof holds, by the algorithm of RFC 9162, section 2.1.3.2, over WebCrypto. Shares no code with the server,
 * so that an error there cannot hide itself here. Numbers stay below 2^31 leaves for the bit operations.
 */
export async function verifyInclusion({ document, index, size, root, path }: InclusionClaim): Promise<boolean> {
  if (!Number.isInteger(index) || index < 0 || index >= size || size >= 2 ** 31) return false;
  let hash = await sha256(LEAF, new TextEncoder().encode(document));
  let node = index;
  let last = size - 1;
  for (const hex of path) {
    if (last === 0) return false;
    const sibling = fromHex(hex);
    if (node % 2 === 1 || node === last) {
      hash = await sha256(NODE, sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = await sha256(NODE, hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last === 0 && toHex(hash) === root;
}
