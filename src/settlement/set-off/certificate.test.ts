import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCertificate } from './certificate.ts';
import { setOff } from './set-off.ts';
import { statementOf, type SetOffStatement } from './statement.ts';

const input = {
  asset: 'EUR/2',
  obligations: [
    { id: '1', debtor: 'A', creditor: 'B', units: 100n },
    { id: '2', debtor: 'B', creditor: 'C', units: 70n, weight: 3 },
    { id: '3', debtor: 'C', creditor: 'A', units: 90n },
    { id: '4', debtor: 'C', creditor: 'D', units: 40n },
  ],
};
const lines = [
  { participantId: 'C', units: 25n },
  { participantId: 'E', units: 5n },
];
const good = () => statementOf(input, setOff(input));
const goodWithLiquidity = () => statementOf(input, setOff({ ...input, liquidity: lines }));

/** A change to a statement, and what the check must say of it. */
type Forgery = [title: string, change: (statement: SetOffStatement) => void, said: RegExp];

const forgeries: Forgery[] = [
  ['clears more than an obligation', (s) => (s.obligations[0]!.cleared = '101'), /obligation 1 of 100 is cleared by 101/],
  ['clears less than nothing', (s) => (s.obligations[0]!.cleared = '-1'), /obligation 1 of 100 is cleared by -1/],
  ['states another total', (s) => (s.cleared = '211'), /comes to 210, not to 211/],
  ['leaves an obligation out', (s) => s.obligations.splice(3, 1), /obligations come to 260, not to 300/],
  ['counts an obligation twice', (s) => s.obligations.push(s.obligations[3]!), /obligation 4 is there twice/],
  ['moves a position', (s) => [(s.obligations[0]!.cleared = '69'), (s.cleared = '209')], /the position of A changes by 1/],
  [
    'clears less than it could',
    (s) => [...s.obligations.map((o) => (o.cleared = '0')), (s.cleared = '0')],
    /worth 0, and the certificate allows/,
  ],
  ['changes a potential', (s) => (s.potentials[0]!.potential += 7), /the certificate allows up to/],
  ['has a potential that is not whole', (s) => (s.potentials[0]!.potential += 0.5), /potential of A is not whole/],
  ['has no potential for somebody', (s) => s.potentials.pop(), /there is no potential for D/],
  ['changes a weight', (s) => (s.obligations[1]!.weight = 2.5), /obligation 2 has the weight 2.5/],
];

describe('the certificate of a set-off', () => {
  test('holds for what the solver finds, with liquidity and without', () => {
    expect(checkCertificate(good())).toEqual([]);
    expect(checkCertificate(goodWithLiquidity())).toEqual([]);
  });

  test.each(forgeries)('does not hold when somebody %s', (_title, change, said) => {
    const statement = good();
    change(statement);
    expect(checkCertificate(statement).join('\n')).toMatch(said);
  });

  test('does not hold when more is drawn than a line allows, or than is received', () => {
    const beyond = goodWithLiquidity();
    beyond.liquidity.find(({ participantId }) => participantId === 'C')!.drawn = '26';
    expect(checkCertificate(beyond).join()).toMatch(/C draws 26 of a line of 25/);
    const lost = goodWithLiquidity();
    for (const one of lost.liquidity) one.received = '0';
    expect(checkCertificate(lost).join()).toMatch(/more is drawn than received/);
  });

  test('does not hold when a potential is above that of liquidity, which would let the bound be anything', () => {
    const statement = goodWithLiquidity();
    statement.liquidityPotential = -1;
    expect(checkCertificate(statement).join()).toMatch(/is above that of liquidity/);
    delete statement.liquidityPotential;
    expect(checkCertificate(statement)).toEqual(['there is no potential for liquidity']);
  });

  test('no choice of potentials makes a set-off pass that clears less than another', () => {
    const potential = fc.integer({ min: -5, max: 5 });
    fc.assert(
      fc.property(fc.tuple(potential, potential, potential, potential), fc.nat({ max: 69 }), (chosen, cycle) => {
        const statement = good();
        statement.potentials.forEach((one, i) => (one.potential = chosen[i]!));
        for (const one of statement.obligations) one.cleared = one.id === '4' ? '0' : String(cycle);
        statement.cleared = String(3 * cycle);
        expect(checkCertificate(statement)).not.toEqual([]);
      }),
    );
  });
});
