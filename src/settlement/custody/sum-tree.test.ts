import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../base/canonical-json.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { ownBalances, publishedOf, reserveFileText, sealedFile, type PublishedFile, type ReserveFile } from './reserve-file.ts';
import type { CurrencyReserves } from './reserves.ts';
import { leafNode, leavesOf, leafText, levelsOf, PIECES, type Leaf } from './sum-tree.ts';
import { verifyReserves } from './verify-reserves.ts';

const units = fc.bigInt({ min: 0n, max: 10n ** 37n });
const network = fc.array(units, { minLength: 1, maxLength: 20 }).map((all) => new Map<Uuid, bigint>(all.map((each) => [newId(), each])));

/** The file of one participant out of a network's balances in euro, with so much of the operator's beside them. */
function published(balances: ReadonlyMap<Uuid, bigint>, whose: Uuid, change: Partial<CurrencyReserves> = {}) {
  const leaves = leavesOf('EUR/2', balances);
  const outstanding = [...balances.values()].reduce((sum, each) => sum + each, 0n);
  const statements = [
    {
      custodyAccountId: newId(),
      name: 'A',
      ledger: outstanding + 7n,
      closing: outstanding + 4n,
      day: '2026-11-20',
      inTransit: 5n,
      unmatched: 2n,
      open: 1,
      difference: 0n,
    },
  ];
  const currency: CurrencyReserves = {
    asset: 'EUR/2',
    outstanding,
    payingOut: 0n,
    operator: 7n,
    suspense: 0n,
    custody: outstanding + 7n,
    statements,
    state: 'open',
    balances,
    ...change,
  };
  const proof = { id: toWireId('rsv', newId()), number: 1, publishedAt: '2026-11-20T12:00:00.000Z', previous: null };
  const root = levelsOf(leaves.map(leafNode)).at(-1)![0]!;
  const file: PublishedFile = { format: 'rialto.reserves/1', proof, currencies: [publishedOf(currency, root, leaves.length)] };
  const { text, hash } = sealedFile(file);
  return {
    text: reserveFileText(text, { participantId: whose, balances: ownBalances(whose, leaves) }),
    hash: hash.toString('hex'),
    leaves,
  };
}

describe('a sum tree', () => {
  test('holds every balance in several leaves that add up to it, none below zero', () => {
    fc.assert(
      fc.property(network, (balances) => {
        const leaves = leavesOf('EUR/2', balances);
        expect(leaves.every(({ units: each }) => each >= 0n)).toBe(true);
        for (const [id, balance] of balances) {
          const own = leaves.filter(({ participantId }) => participantId === id);
          expect(own).toHaveLength(PIECES);
          expect(own.reduce((sum, { units: each }) => sum + each, 0n)).toBe(balance);
        }
      }),
    );
  });

  test('writes its leaves as canonical JSON', () => {
    const leaf: Leaf = { asset: 'EUR/2', participantId: newId(), position: 3, salt: Buffer.alloc(16, 7), units: 12n };
    const plain = { asset: 'EUR/2', participant: toWireId('mem', leaf.participantId), position: 3, salt: '07'.repeat(16), units: '12' };
    expect(leafText(leaf)).toBe(canonicalJson(plain));
  });
});

describe('a file of reserves', () => {
  test('verifies for every participant of every network, by code that shares nothing with what made it', () => {
    fc.assert(
      fc.property(network, (balances) => {
        for (const [id, balance] of balances) {
          const { text, hash } = published(balances, id);
          expect(verifyReserves(text)).toMatchObject({ ok: true, hash, problems: [], currencies: [{ own: balance.toString() }] });
        }
      }),
      { numRuns: 30 },
    );
  });

  test('names nobody but the participant that it is for', () => {
    const balances = new Map([newId(), newId(), newId()].map((id, i) => [id, BigInt(i + 1) * 100n]));
    const [own, ...others] = balances.keys();
    const { text, leaves } = published(balances, own!);
    for (const other of others) expect(text).not.toContain(toWireId('mem', other));
    for (const { participantId, salt } of leaves) if (participantId !== own) expect(text).not.toContain(salt.toString('hex'));
  });

  const balances = new Map([newId(), newId(), newId(), newId(), newId()].map((id, i) => [id, BigInt(i + 1) * 1_000n]));
  const [mine] = balances.keys();
  const tampered = (change: (file: ReserveFile) => void): string[] => {
    const file = JSON.parse(published(balances, mine!).text) as ReserveFile;
    change(file);
    return verifyReserves(JSON.stringify(file)).problems;
  };
  const leafOf = (file: ReserveFile) => file.own!.balances[0]!.leaves[0]!;

  test.each<[string, (file: ReserveFile) => void, string]>([
    [
      'owes less than its tree says',
      (f) => Object.assign(f.currencies[0]!, { outstanding: '1', operator: '15006' }),
      'published root and sum',
    ],
    ['hides a neighbour below zero', (f) => Object.assign(leafOf(f).path[0]!, { units: '-5' }), 'below zero'],
    ['moves a sum between neighbours', (f) => Object.assign(leafOf(f).path[0]!, { units: '99999' }), 'published root and sum'],
    ['shows one leaf for two', (f) => f.own!.balances[0]!.leaves.push({ ...leafOf(f) }), 'shown twice'],
    ['puts a leaf elsewhere', (f) => Object.assign(leafOf(f), { position: leafOf(f).position ^ 1 }), 'does not climb'],
    ['puts a leaf outside', (f) => Object.assign(leafOf(f), { position: 10_000 }), 'no place in the tree'],
    ['tells a balance that its leaves do not come to', (f) => Object.assign(f.own!.balances[0]!, { units: '999' }), 'do not come to 999'],
    ['is of another participant', (f) => Object.assign(f.own!, { participantId: toWireId('mem', newId()) }), 'published root and sum'],
    ['says that more is in custody', (f) => Object.assign(f.currencies[0]!, { custody: '1' }), 'in custody'],
    ['takes from custody what is owed', (f) => Object.assign(f.currencies[0]!, { operator: '-3', custody: '14997' }), 'less is in custody'],
    ['returns to senders more than the operator has', (f) => Object.assign(f.currencies[0]!, { suspense: '8' }), 'on its way back'],
    ['says another closing balance', (f) => Object.assign(f.currencies[0]!, { statement: '17' }), 'statement, transit and unmatched'],
    ['lengthens a way', (f) => leafOf(f).path.push({ side: 'left', hash: '0'.repeat(64), units: '0' }), 'more neighbours'],
    ['proves a currency that it does not publish', (f) => Object.assign(f.own!.balances[0]!, { asset: 'USD/2' }), 'does not publish'],
    ['has a currency twice', (f) => f.currencies.push(f.currencies[0]!), 'twice'],
  ])('that %s is found out', (_, change, problem) => {
    expect(tampered(change).join('\n')).toContain(problem);
  });

  test.each([
    ['no JSON', '{'],
    ['another format', '{"format":"x"}'],
    ['nothing', ''],
    ['a list', '[]'],
    ['fractions', published(balances, mine!).text.replace('"operator":"7"', '"operator":"7.5"')],
  ])('that is %s is refused by name', (_, text) => {
    expect(() => verifyReserves(text)).toThrow(expect.objectContaining({ code: 'settlement.reserve_file_malformed' }));
  });
});
