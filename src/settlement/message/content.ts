import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, type ZstdOptions } from 'node:zlib';

/** A document as it is kept: compressed, beside the SHA-256 of its bytes and their number. */
export type Content = { hash: Buffer; length: number; packed: Buffer };

const FAST: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Below this, handing the work to a thread costs more than the work. */
const SHORT = 32 << 10;

/** Packs a document; a long one in a thread, so that the process goes on meanwhile. */
export async function pack(document: Uint8Array): Promise<Content> {
  const packed = document.length < SHORT ? zstdCompressSync(document, FAST) : await promisify(zstdCompress)(document, FAST);
  return { hash: hash('sha256', document, 'buffer'), length: document.length, packed };
}

/** The bytes of a packed document. */
export function unpack(packed: Buffer): Promise<Buffer> {
  return promisify(zstdDecompress)(packed);
}
