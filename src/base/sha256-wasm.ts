/**
 * Writes a WebAssembly module that hashes Merkle nodes, SHA-256(0x01 ‖ left ‖ right), four at a time: each 32-bit lane
 * of a SIMD register belongs to one node. The module is generated, rather than shipped as a blob, so that it can be
 * read and checked. Sources: FIPS 180-4 §6.2 (SHA-256), WebAssembly 2.0 binary format.
 */

/** Round constants, FIPS 180-4 §4.2.2. */
// prettier-ignore
export const SHA256_FRACTIONS: readonly number[] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/** Initial hash value, FIPS 180-4 §5.3.3. */
// prettier-ignore
export const SHA256_START: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** Where the module finds its constants, each repeated in four lanes (16 bytes). */
export type Tables = { rounds: number; start: number; masks: number };
type Code = number[];

const leb = (n: number): Code => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)]);
const signedLeb = (n: number): Code => (n < 0x40 ? [n] : [(n & 0x7f) | 0x80, ...signedLeb(n >>> 7)]);
const simd = (op: number, ...rest: Code): Code => [0xfd, ...leb(op), ...rest];
const get = (local: number): Code => [0x20, ...leb(local)];
const set = (local: number): Code => [0x21, ...leb(local)];
const tee = (local: number): Code => [0x22, ...leb(local)];
const i32 = (n: number): Code => [0x41, ...signedLeb(n)];
const load = (offset: number): Code => simd(0, 0, ...leb(offset));
const store = (offset: number): Code => simd(11, 0, ...leb(offset));
const constant = (at: number): Code => [...i32(0), ...load(at)];
const [and, or, xor, add, shl, shr] = [simd(78), simd(80), simd(81), simd(174), simd(171), simd(173)];
const [i32add, i32sub, brIf, end, loop] = [[0x6a], [0x6b], [0x0d, 0x00], [0x0b], [0x03, 0x40]];

// Locals: parameters, 16 words of the message, 8 of the state, 8 kept from the first block, scratch.
const [FROM, TO, GROUPS, WORD, STATE, KEPT, AB, BC, SUM] = [0, 1, 2, 3, 19, 27, 35, 36, 37] as const;
const VECTORS = 35;
const V128 = 0x7b;
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

const rotate = (x: number, bits: number): Code => [...get(x), ...i32(bits), ...shr, ...get(x), ...i32(32 - bits), ...shl, ...or];
const bigSigma = (x: number, a: number, b: number, c: number): Code => [...rotate(x, a), ...rotate(x, b), ...xor, ...rotate(x, c), ...xor];
const smallSigma = (x: number, a: number, b: number, shift: number): Code => [
  ...rotate(x, a),
  ...rotate(x, b),
  ...xor,
  ...get(x),
  ...i32(shift),
  ...shr,
  ...xor,
];

/** Next word of the message schedule, in place. Words known to be zero (padding) cost nothing; `zero` follows along. */
function extend(t: number, zero: boolean[]): Code {
  const at = (back: number) => (t - back) & 15;
  const terms: Code[] = [];
  if (!zero[at(16)]) terms.push(get(WORD + at(16)));
  if (!zero[at(15)]) terms.push(smallSigma(WORD + at(15), 7, 18, 3));
  if (!zero[at(7)]) terms.push(get(WORD + at(7)));
  if (!zero[at(2)]) terms.push(smallSigma(WORD + at(2), 17, 19, 10));
  zero[t & 15] = terms.length === 0;
  if (terms.length === 0) return [];
  return [...terms.flatMap((term, i) => (i === 0 ? term : [...term, ...add])), ...set(WORD + (t & 15))];
}

/** The 64 rounds. Registers are renamed instead of moved; maj(a, b, c) = b ⊕ ((a ⊕ b) ∧ (b ⊕ c)) keeps a ⊕ b for the next round. */
function rounds(tables: Tables, zeroWords: readonly number[]): Code {
  const zero = range(0, 16).map((i) => zeroWords.includes(i));
  let state = range(STATE, 8);
  let [ab, bc]: [number, number] = [AB, BC];
  const code = [...get(STATE + 1), ...get(STATE + 2), ...xor, ...set(bc)];
  for (let t = 0; t < 64; t++) {
    if (t >= 16) code.push(...extend(t, zero));
    const [a, b, , d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
    code.push(...get(h), ...constant(tables.rounds + 16 * t), ...add);
    if (!zero[t & 15]) code.push(...get(WORD + (t & 15)), ...add);
    code.push(...get(f), ...get(g), ...xor, ...get(e), ...and, ...get(g), ...xor, ...add, ...bigSigma(e, 6, 11, 25), ...add, ...tee(SUM));
    code.push(...get(d), ...add, ...set(d));
    code.push(...get(SUM), ...bigSigma(a, 2, 13, 22), ...add);
    code.push(...get(a), ...get(b), ...xor, ...tee(ab), ...get(bc), ...and, ...get(b), ...xor, ...add, ...set(h));
    [ab, bc] = [bc, ab];
    state = [h, ...state.slice(0, 7)];
  }
  return code;
}

const shuffle = (bytes: readonly number[]): Code => simd(13, ...bytes);
const SWAP_BYTES = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const [LOW_WORDS, HIGH_WORDS] = [
  [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
  [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31],
];
const [LOW_HALVES, HIGH_HALVES] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
  [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31],
];

/** Turns four locals from one node each into one word each, or back. */
function transpose(first: number): Code {
  const [a, b, c, d] = range(first, 4) as [number, number, number, number];
  const zip = (x: number, y: number, by: readonly number[], into: number) => [...get(x), ...get(y), ...shuffle(by), ...set(into)];
  return [
    ...zip(a, b, LOW_WORDS, AB),
    ...zip(a, b, HIGH_WORDS, BC),
    ...zip(c, d, LOW_WORDS, a),
    ...zip(c, d, HIGH_WORDS, b),
    ...zip(BC, b, LOW_HALVES, c),
    ...zip(BC, b, HIGH_HALVES, d),
    ...zip(AB, a, HIGH_HALVES, b),
    ...zip(AB, a, LOW_HALVES, a),
  ];
}

/** Four words of each of four nodes, big-endian, from `offset` in each pair of 64 bytes. */
function loadWords(offset: number, into: number): Code {
  const lane = (i: number) => [...get(FROM), ...load(64 * i + offset), ...get(FROM), ...load(64 * i + offset)];
  return [...range(0, 4).flatMap((i) => [...lane(i), ...shuffle(SWAP_BYTES), ...set(into + i)]), ...transpose(into)];
}

/** Message bytes 0–63: the prefix and 63 bytes of the pair. `FROM` points one byte before it, which makes room for the prefix. */
function firstBlock(tables: Tables): Code {
  return [
    ...range(0, 4).flatMap((i) => loadWords(16 * i, WORD + 4 * i)),
    ...get(WORD),
    ...constant(tables.masks),
    ...and,
    ...constant(tables.masks + 16),
    ...or,
    ...set(WORD),
    ...range(0, 8).flatMap((i) => [...constant(tables.start + 16 * i), ...set(STATE + i)]),
    ...rounds(tables, []),
    ...range(0, 8).flatMap((i) => [...get(STATE + i), ...constant(tables.start + 16 * i), ...add, ...tee(STATE + i), ...set(KEPT + i)]),
  ];
}

/** The pair's last byte, the padding bit, zeros and the length of 520 bits. The load reaches 3 bytes past the pair. */
function secondBlock(tables: Tables): Code {
  const lastWord = [...constant(tables.masks + 32), ...and, ...constant(tables.masks + 48), ...or];
  return [
    ...loadWords(52, WORD),
    ...get(WORD + 3),
    ...lastWord,
    ...set(WORD),
    ...constant(tables.masks + 64),
    ...set(WORD + 15),
    ...rounds(tables, range(1, 14)),
    ...range(0, 8).flatMap((i) => [...get(STATE + i), ...get(KEPT + i), ...add, ...set(STATE + i)]),
  ];
}

function storeHashes(): Code {
  return range(0, 2).flatMap((half) => [
    ...transpose(STATE + 4 * half),
    ...range(0, 4).flatMap((lane) => {
      const local = STATE + 4 * half + lane;
      return [...get(TO), ...get(local), ...get(local), ...shuffle(SWAP_BYTES), ...store(32 * lane + 16 * half)];
    }),
  ]);
}

/**
 * The module: exports `memory` (5 pages) and `reducePairs(from − 1, to, groups)`, which hashes `groups` × 4 pairs of
 * 64 bytes into as many hashes of 32 bytes. `to` may equal `from`, since a group is read before it is written.
 */
export function wasmOfPairs(tables: Tables): Uint8Array<ArrayBuffer> {
  const step = (local: number, by: number, operator: Code) => [...get(local), ...i32(by), ...operator];
  const body = [
    ...loop,
    ...firstBlock(tables),
    ...secondBlock(tables),
    ...storeHashes(),
    ...step(FROM, 256, i32add),
    ...set(FROM),
    ...step(TO, 128, i32add),
    ...set(TO),
    ...step(GROUPS, 1, i32sub),
    ...tee(GROUPS),
    ...brIf,
    ...end,
    ...end,
  ];
  const code = [1, ...leb(VECTORS), V128, ...body];
  const section = (id: number, bytes: Code) => [id, ...leb(bytes.length), ...bytes];
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  return new Uint8Array([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 5]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('reducePairs'), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}
