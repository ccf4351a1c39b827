import { SHA256_FRACTIONS, SHA256_START, wasmOfPairs } from './sha256-wasm.ts';

/** Where hashes start in the module's memory; constants lie below. */
const TABLES = { rounds: 0, start: 1024, masks: 1152, data: 2048 } as const;
const CAPACITY = 8192;
const HASH_BYTES = 32;

type Kernel = { memory: Uint8Array; reducePairs: (fromMinusOne: number, to: number, groups: number) => void };
let kernel: Kernel | undefined;

/** What is used of a global that every engine has and the configured type libraries do not name. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Module: new (bytes: Uint8Array) => object; Instance: new (module: object) => { exports: unknown } };
};

/** Hashes held at once in the kernel's memory: 256 KiB, which stays in the processor's cache. A power of two. */
export const LANES_CAPACITY = CAPACITY;

/**
 * Root of a Merkle tree (RFC 6962) over at least 1 and at most `LANES_CAPACITY` hashes of 32 bytes each.
 *
 * Four nodes are hashed at once in the lanes of SIMD registers, by WebAssembly that is generated at first use: about
 * 0.3 µs a node, where one call of node:crypto takes 1.6 µs (its price is the call, not the hash).
 */
export function reduceTree(hashes: Uint8Array): Uint8Array {
  const { memory, reducePairs } = (kernel ??= createKernel());
  memory.set(hashes, TABLES.data);
  let count = hashes.length / HASH_BYTES;
  while (count > 1) {
    const pairs = count >> 1;
    const odd = count % 2 === 1 ? memory.slice(TABLES.data + (count - 1) * HASH_BYTES, TABLES.data + count * HASH_BYTES) : undefined;
    // A last group of fewer than four pairs also hashes what lies behind; those results are never read.
    reducePairs(TABLES.data - 1, TABLES.data, Math.ceil(pairs / 4));
    if (odd) memory.set(odd, TABLES.data + pairs * HASH_BYTES);
    count = pairs + (odd ? 1 : 0);
  }
  return memory.slice(TABLES.data, TABLES.data + HASH_BYTES);
}

function createKernel(): Kernel {
  const module = new WebAssembly.Module(wasmOfPairs(TABLES));
  const { memory, reducePairs } = new WebAssembly.Instance(module).exports as {
    memory: { buffer: ArrayBuffer };
    reducePairs: Kernel['reducePairs'];
  };
  const words = new Uint32Array(memory.buffer);
  const splat = (at: number, values: readonly number[]) => {
    values.forEach((value, i) => words.fill(value, at / 4 + 4 * i, at / 4 + 4 * i + 4));
  };
  splat(TABLES.rounds, SHA256_FRACTIONS);
  splat(TABLES.start, SHA256_START);
  // The prefix byte 0x01 before the first word; the last byte with the padding bit behind it; the length in bits.
  splat(TABLES.masks, [0x00ffffff, 0x01000000, 0xff000000, 0x00800000, 65 * 8]);
  return { memory: new Uint8Array(memory.buffer), reducePairs };
}
