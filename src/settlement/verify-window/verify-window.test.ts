import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { checkAcross, createPlaces } from './across.ts';
import { CHECKS, type CheckId } from './findings.ts';
import { sha256 } from './tree.ts';
import { verifyWindow, type Verdict, type VerifyOptions } from './verify.ts';
import { AT, EARLIER, banks, fixed, publish, windows, type Made } from './window-file.fixture.ts';

const verify = (bytes: Uint8Array, options?: VerifyOptions) => verifyWindow([bytes], options);
const failing = ({ checks }: Verdict) => checks.filter(({ result }) => result === 'fails').map(({ id }) => id);

/** The same lines with another end, as a forger would write it. */
function reseal(lines: readonly string[]): Buffer {
  const body = lines.map((line) => `${line}\n`).join('');
  return Buffer.from(`${body}${JSON.stringify({ lines: lines.length, record: 'end', sha256: sha256(body) })}\n`);
}

const linesOf = (bytes: Buffer) => bytes.toString().trimEnd().split('\n');

describe('a window file', () => {
  test('as the engine writes it passes every check, whole and in parts', async () => {
    await fc.assert(
      fc.asyncProperty(windows, fc.constantFrom(...banks), async (all, bank) => {
        const whole = await verify(await publish(all));
        expect(failing(whole)).toEqual([]);
        expect(whole.checks.map(({ id, result }) => `${id} ${result}`)).toEqual(Object.keys(CHECKS).map((id) => `${id} holds`));
        const part = await verify(await publish(all, bank));
        expect(failing(part)).toEqual([]);
        expect(part.checks.filter(({ result }) => result === 'not_checked').map(({ id }) => id)).toEqual(['N1', 'N6', 'N8', 'N11']);
      }),
      { numRuns: 60 },
    );
  });

  test('is the same to the byte whenever it is made, and read the same however its bytes are cut', async () => {
    const bytes = await publish(fixed);
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await verifyWindow(pieces)).toEqual(await verify(bytes));
  });

  test('spoilt by a single byte anywhere is refused', async () => {
    const bytes = await publish(fixed);
    for (let i = 0; i < bytes.length; i++) {
      const spoilt = Buffer.from(bytes);
      spoilt[i]! ^= 1;
      expect((await verify(spoilt)).ok, `byte ${i}`).toBe(false);
    }
  });

  test('cut off anywhere is refused', async () => {
    const bytes = await publish(fixed);
    for (let length = 0; length < bytes.length; length += 7) expect((await verify(bytes.subarray(0, length))).ok).toBe(false);
  });
});

/** Values of the same form that a forger could put in the place of another. */
function others(value: unknown, field: string): unknown[] {
  if (typeof value === 'number') return [value + 1, ...(value > 0 ? [value - 1] : [])];
  if (Array.isArray(value)) {
    return [
      value.slice(1),
      value.toReversed(),
      ...value.flatMap((one, i) => others(one, field).map((other) => value.with(i, other))),
    ].filter((other) => JSON.stringify(other) !== JSON.stringify(value));
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => others(one, key).map((other) => ({ ...value, [key]: other })));
  const text = value as string;
  if (field === 'direction') return [text === 'pay' ? 'receive' : 'pay'];
  // A sequence is held to its order and its range, no closer: it is not part of a leaf.
  if (field === 'seq') return [(BigInt(text) + 1_000n).toString(), '0'];
  if (field === 'state') return ['cut_off', 'netted', 'settled'].filter((state) => state !== text);
  if (field === 'asset') return ['EUR/2', 'JPY/0', 'USD/2'].filter((asset) => asset !== text);
  if (/^-?\d+$/.test(text))
    return [(BigInt(text) + 1n).toString(), (BigInt(text) + 1_000n).toString(), (-BigInt(text)).toString()].filter((n) => n !== text);
  if (/^(mem|pay|win)_/.test(text)) return [`${text.slice(0, -1)}${text.endsWith('f') ? 'e' : 'f'}`];
  if (/^[0-9a-f]{64}$/.test(text)) return [`${text.slice(0, -1)}${text.endsWith('f') ? 'e' : 'f'}`];
  if (/T.*Z$/.test(text))
    return [new Date(Date.parse(text) - 86_400_000).toISOString(), new Date(Date.parse(text) + 86_400_000).toISOString()];
  return [`${text}x`];
}

/**
 * What nothing in a file can be held against: the name of the window and its day. Whoever doubts them holds the root against the
 * notice at cut-off. When it was cut off may be stated earlier, and from which window something came is known to that window.
 */
const UNBOUND = new Set([
  'window.id',
  'window.number',
  'window.group',
  'window.businessDay',
  'window.cutOffAt',
  'window.part',
  'obligation.left',
]);

/** Within one file a range may be stated wider and a sequence moved inside of its range: the files around it tell, see `across`. */
const isLoose = (field: string, value: unknown, other: unknown) =>
  field === 'window.spans' || (field === 'obligation.seq' && value === '1' && other === '0') || (field === 'finality.seq' && other !== '0');

describe('a forger who seals the file anew', () => {
  test('cannot change any field of any line', async () => {
    const lines = linesOf(await publish(fixed)).slice(0, -1);
    let tried = 0;
    for (const [i, line] of lines.entries()) {
      const record = JSON.parse(line) as Record<string, unknown>;
      for (const [field, value] of Object.entries(record)) {
        const name = `${String(record['record'])}.${field}`;
        if (UNBOUND.has(name)) continue;
        for (const other of others(value, field)) {
          const forged = JSON.stringify({ ...record, [field]: other });
          const verdict = await verify(reseal(lines.with(i, forged)));
          if (verdict.ok && isLoose(name, value, other)) continue;
          expect(verdict.ok, `${name}: ${JSON.stringify(value)} → ${JSON.stringify(other)}`).toBe(false);
          tried++;
        }
      }
    }
    expect(tried).toBeGreaterThan(200);
  });

  test('cannot leave out a field, add one, or write it in another way', async () => {
    const lines = linesOf(await publish(fixed)).slice(0, -1);
    for (const [i, line] of lines.entries()) {
      const record = JSON.parse(line) as Record<string, unknown>;
      const forged = [
        ...Object.keys(record)
          .filter((field) => !['businessDay', 'left'].includes(field))
          .map((field) => JSON.stringify(Object.fromEntries(Object.entries(record).filter(([key]) => key !== field)))),
        JSON.stringify({ ...record, zzz: 1 }),
        JSON.stringify(Object.fromEntries(Object.entries(record).reverse())),
        line.replace(':', ': '),
      ];
      for (const other of forged) expect((await verify(reseal(lines.with(i, other)))).ok, `as ${other}`).toBe(false);
    }
  });

  test('cannot leave out a line, write one twice or swap two', async () => {
    const lines = linesOf(await publish(fixed)).slice(0, -1);
    for (let i = 0; i < lines.length; i++) {
      expect((await verify(reseal(lines.toSpliced(i, 1)))).ok, `without line ${i}`).toBe(false);
      expect((await verify(reseal(lines.toSpliced(i, 0, lines[i]!)))).ok, `line ${i} twice`).toBe(false);
      if (i > 0) expect((await verify(reseal(lines.with(i, lines[i - 1]!).with(i - 1, lines[i]!)))).ok, `line ${i} before`).toBe(false);
    }
  });

  test('cannot change a path, an amount or a position of a part', async () => {
    const lines = linesOf(await publish(fixed, banks[1])).slice(0, -1);
    for (const [i, line] of lines.entries()) {
      const record = JSON.parse(line) as Record<string, unknown>;
      for (const field of ['path', 'units', 'leaf', 'index', 'net', 'incoming', 'direction', 'inputRoot'].filter((one) => one in record)) {
        for (const other of others(record[field], field)) {
          const verdict = await verify(reseal(lines.with(i, JSON.stringify({ ...record, [field]: other }))));
          expect(verdict.ok, `${field} of line ${i}`).toBe(false);
        }
      }
    }
  });

  const change = (lines: string[], record: string, edit: (value: Record<string, unknown>) => void): string[] => {
    const i = lines.findIndex((line) => line.includes(`"record":"${record}"`));
    const value = JSON.parse(lines[i]!) as Record<string, unknown>;
    edit(value);
    return lines.with(i, JSON.stringify(value));
  };

  test.each<[string, (lines: string[]) => string[], CheckId[]]>([
    ['a position', (lines) => change(lines, 'position', (one) => (one['net'] = '999')), ['N1', 'N4', 'N5', 'N6', 'N7', 'N9', 'N10']],
    ['an instruction', (lines) => change(lines, 'instruction', (one) => (one['units'] = '999')), ['N5']],
    ['the root', (lines) => change(lines, 'window', (one) => (one['inputRoot'] = '0'.repeat(64))), ['N3']],
    ['funding', (lines) => change(lines, 'currency', (one) => (one['net'] = '1')), ['N6']],
    ['the sum of pairs', (lines) => change(lines, 'currency', (one) => (one['bilateralNet'] = '1')), ['N7']],
    ['what one pair owes', (lines) => change(lines, 'bilateral', (one) => (one['units'] = '999')), ['N7']],
    ['the number of transfers', (lines) => change(lines, 'finality', (one) => (one['transfers'] = 99)), ['FINAL']],
    ['an amount that is owed', (lines) => change(lines, 'obligation', (one) => (one['units'] = '999')), ['N3', 'N4', 'N9', 'N10']],
    ['a currency', (lines) => lines.filter((line) => !line.includes('"record":"currency"')), ['N8']],
    ['when the result was known', (lines) => change(lines, 'window', (one) => (one['nettedAt'] = new Date(AT - 1).toISOString())), ['N3']],
  ])('who changes %s breaks the checks that it should', async (_what, forge, broken) => {
    const lines = linesOf(await publish(fixed)).slice(0, -1);
    expect(failing(await verify(reseal(forge(lines))))).toEqual(expect.arrayContaining(broken));
  });
});

/**
 * A forger who drops payments on a default that never was, everything that follows made anew: leaves and root are the published ones.
 * The window is four banks in two currencies; the last of them defaulted indeed.
 */
describe('a single payment that is dropped as though on a default', () => {
  const own = (from: number, to: number, units: bigint, asset = 'EUR/2', of: Partial<Made> = {}): Made => ({
    id: newId(),
    debtor: banks[from]!,
    creditor: banks[to]!,
    asset,
    units,
    ...of,
  });
  const honest: Made[] = [
    own(1, 2, 11n, 'EUR/2', { left: EARLIER }),
    own(0, 1, 100n),
    own(1, 0, 100n),
    own(2, 0, 70n),
    own(0, 2, 60n, 'JPY/0'),
    own(2, 1, 5n, 'JPY/0'),
    own(3, 1, 6n, 'JPY/0', { removed: banks[3]! }),
    own(1, 3, 8n, 'EUR/2', { removed: banks[3]! }),
  ];
  const dropping = (places: readonly number[], removed: string | undefined): Made[] =>
    honest.map(({ removed: before, ...one }, i) => {
      const after = places.includes(i) ? removed : before;
      return { ...one, ...(after !== undefined && { removed: after }) };
    });

  test('the honest file holds, whole and in each part', async () => {
    for (const part of [undefined, ...banks.slice(0, 4)]) expect(failing(await verify(await publish(honest, part)))).toEqual([]);
  });

  test.each<[string, number[], string | undefined]>([
    ['one, for its creditor', [1], banks[1]],
    ['one, for its debtor', [1], banks[0]],
    ['one that came over from an earlier window', [0], banks[2]],
    ['everything of a bank in one currency and not in the other', [4, 5], banks[2]],
    ['everything of a bank but what came over from an earlier window', [3, 4, 5], banks[2]],
    ['two that set each other off, so that no position changes', [1, 2], banks[1]],
    ['both legs of a payment versus payment', [3, 4], banks[0]],
    ['one that is said to be held', [3], banks[0]],
    ['nothing: one of a bank that defaulted is put back', [6], undefined],
  ])('%s: the file does not hold', async (_what, places, removed) => {
    const forged = dropping(places, removed);
    const { inputRoot } = JSON.parse(linesOf(await publish(honest))[0]!) as { inputRoot: string };
    expect(failing(await verify(await publish(forged), { publishedRoot: inputRoot }))).toEqual(['N2']);
  });

  test.each([
    ['its creditor', [1], banks[1], banks[1]],
    ['the bank across', [1], banks[0], banks[1]],
  ] as const)('nor does the part of a bank from which one is dropped for %s', async (_what, places, removed, part) => {
    expect(failing(await verify(await publish(dropping(places, removed), part)))).toEqual(['N2']);
  });

  test('a default of somebody with that one payment alone shows by whom the notices name', async () => {
    const alone = dropping([0, 2, 5], banks[1]).map((one, i) => (i === 1 ? { ...one, removed: banks[1]! } : one));
    const bytes = await publish(alone);
    const wire = (bank: number) => `mem_${banks[bank]!.replaceAll('-', '')}`;
    expect(await verify(bytes)).toMatchObject({ ok: true, removed: 6, removedFor: [wire(1), wire(3)] });
    expect((await verify(bytes, { removedFor: [wire(1), wire(3)] })).ok).toBe(true);
    expect(failing(await verify(bytes, { removedFor: [wire(3)] }))).toEqual(['N2']);
    expect(failing(await verify(bytes, { removedFor: [] }))).toEqual(['N2']);
    expect(failing(await verify(bytes, { removedFor: [wire(0), wire(1), wire(3)] }))).toEqual(['N2']);
  });
});

describe('what a file cannot know by itself', () => {
  test('the root is held against the one that was published at cut-off', async () => {
    const bytes = await publish(fixed);
    const { inputRoot } = JSON.parse(linesOf(bytes)[0]!) as { inputRoot: string };
    expect((await verify(bytes, { publishedRoot: inputRoot })).ok).toBe(true);
    expect(failing(await verify(bytes, { publishedRoot: '0'.repeat(64) }))).toEqual(['N3']);
  });

  test('an obligation in two windows is found, though each file holds by itself', async () => {
    const places = createPlaces();
    const bytes = await publish(fixed);
    const { window, removed } = await verify(bytes, { onObligation: places.add });
    await verify(bytes, { onObligation: places.add });
    expect(places.twice()).toEqual([]);
    const another = { ...window!, id: 'win_another', number: window!.number + 1 };
    await verify(bytes, { onObligation: (_window, obligation) => places.add(another, obligation) });
    expect(checkAcross([window!], places.twice()).findings).toHaveLength(window!.obligations - removed);
  });

  test('ranges of several windows that overlap, and two versions of one window, are found', async () => {
    const { window } = await verify(await publish(fixed));
    const around = (id: string, from: bigint, to: bigint) => ({
      ...window!,
      id,
      spans: [{ asset: 'EUR/2', fromSeq: `${from}`, toSeq: `${to}` }],
    });
    expect(checkAcross([window!, around('win_1', 50n, 100n), around('win_2', 200n, 210n)])).toEqual({ findings: [], gaps: [] });
    expect(checkAcross([window!, around('win_1', 50n, 101n)]).findings).toHaveLength(1);
    expect(checkAcross([window!, around('win_1', 50n, 90n)])).toMatchObject({ findings: [], gaps: [expect.stringContaining('EUR/2')] });
    expect(checkAcross([window!, { ...window!, inputRoot: '0'.repeat(64) }]).findings).toHaveLength(1);
  });

  test('a window whose result is not known yet is checked as far as it goes', async () => {
    const lines = linesOf(await publish(fixed)).slice(0, -1);
    const { nettedAt: _n, settledAt: _s, resultHash: _r, ...head } = JSON.parse(lines[0]!) as Record<string, unknown>;
    const input = lines.filter((line) => line.includes('"record":"obligation"'));
    const verdict = await verify(reseal([JSON.stringify({ ...head, state: 'cut_off' }), ...input]));
    expect(verdict.ok).toBe(true);
    expect(verdict.checks.filter(({ result }) => result === 'holds').map(({ id }) => id)).toEqual(['FORM', 'N2', 'N3']);
  });
});

test('the verifier stands by itself: it imports nothing but Node and its own files', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test|\.fixture)\.ts$/.test(name));
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    for (const [, from] of source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g))
      expect(from, `in ${file}`).toMatch(/^(node:[a-z_]+|\.\/[a-z-]+\.ts)$/);
  }
});
