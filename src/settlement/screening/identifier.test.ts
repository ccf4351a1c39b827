import { describe, expect, test } from 'vitest';
import { leiOf } from '../../base/check-digit.ts';
import type { Hit } from '../payment/payment.ts';
import { readListCsv } from './csv.ts';
import type { ListedId } from './entry.ts';
import { keysOfListed, type Identifier } from './identifier.ts';
import { screenIdentifier } from './identifier-match.ts';
import { buildIndex, screen } from './match.ts';
import { partyHits, type Screened } from './party-hits.ts';

const LEI = leiOf('TESTLISTEDENTITY00');
const LIST = `id,name,aliases,ids,bic,lei,type
bank,Sample Listed Bank,SLB Group,,SABRRUMM,${LEI},organisation
branch,Other Listed Bank,,SWIFT/BIC OTHRBYMM123;passport 12345,,,organisation
person,Maxim Mustermann,,passport AB-1234567,,,person
`;
const index = buildIndex(readListCsv('house', LIST));
const found = (kind: Identifier['kind'], value: string) => screenIdentifier(index, { kind, value }).map(({ entryId }) => entryId);

describe('an identifier of somebody on a list', () => {
  test('settles who it is: the score is 1, and the explanation names it', () => {
    expect(screenIdentifier(index, { kind: 'bic', value: 'SABRRUMM' })).toEqual([
      {
        listId: 'house',
        entryId: 'bank',
        listed: 'Sample Listed Bank',
        score: 1,
        exact: true,
        explanation: ['The BIC SABRRUMM is listed (BIC SABRRUMM).'],
      },
    ]);
    expect(screenIdentifier(index, { kind: 'lei', value: LEI })[0]!.explanation).toEqual([`The LEI ${LEI} is listed (LEI ${LEI}).`]);
    expect(screenIdentifier(index, { kind: 'number', value: 'ab1234567' })[0]!.entryId).toBe('person');
  });

  test.each(['SABRRUMM', 'SABRRUMMXXX', 'SABRRUMM0A7'])('a bank is found by the BIC of any of its branches: %s', (bic) => {
    expect(found('bic', bic)).toEqual(['bank']);
  });

  test.each(['OTHRBYMM', 'OTHRBYMMXXX', 'OTHRBYMM123', 'OTHRBYMM999'])('also where the list names a branch: %s', (bic) => {
    const [match] = screenIdentifier(index, { kind: 'bic', value: bic });
    expect(match).toMatchObject({ entryId: 'branch', score: 1 });
    expect(match!.explanation[0]).toContain('SWIFT/BIC OTHRBYMM123');
  });

  test('another bank, country or place is another institution', () => {
    for (const bic of ['SABSRUMM', 'SABRBYMM', 'SABRRU2P']) expect(found('bic', bic)).toEqual([]);
  });

  test('is none of another kind, and no number that is the same by chance', () => {
    expect(found('number', 'SABRRUMM')).toEqual([]);
    expect(found('bic', 'AB1234567')).toEqual([]);
    expect(found('number', '12345')).toEqual([]);
  });
});

test.each<[ListedId, string[]]>([
  [{ kind: 'SWIFT/BIC', value: 'SABRRUMMXXX' }, ['bic SABRRUMM']],
  [{ kind: 'swiftbic', value: 'SABRRUMM' }, ['bic SABRRUMM']],
  [{ kind: 'BIC', value: 'SABRRUMM, OTHRBYMM123' }, ['bic SABRRUMM', 'bic OTHRBYMM']],
  [{ kind: 'BIK (RU)', value: '044525187' }, ['number 044525187']],
  [{ kind: 'Registration Number', value: LEI }, [`lei ${LEI}`]],
  [{ kind: 'Legal Entity Identifier', value: LEI }, [`lei ${LEI}`]],
  [{ kind: 'Passport', value: 'A123' }, []],
])('what lists write is told by its kind and form: %o', (id, keys) => {
  expect(keysOfListed(id)).toEqual(keys);
});

describe('of the parties of a payment', () => {
  const hits = (debtor: Partial<Screened>, creditor: Partial<Screened> = {}) => {
    const asked = { names: 0, identifiers: 0 };
    const look = {
      name: (name: string) => (asked.names++, screen(index, name)),
      identifier: (one: Identifier) => (asked.identifiers++, screenIdentifier(index, one)),
    };
    const result = partyHits({ debtor: { name: 'Anna Lind', ...debtor }, creditor: { name: 'Berit Holm', ...creditor } }, look);
    return { asked, said: result.map(({ party, name, entryId }: Hit) => [party, name, entryId]) };
  };

  test.each<[string, Partial<Screened>, string]>([
    ['its own BIC', { bic: 'SABRRUMMXXX' }, 'SABRRUMMXXX'],
    ['its own LEI', { lei: LEI }, LEI],
    ['a number that a state gave', { nationalId: 'AB1234567' }, 'AB1234567'],
    ['the LEI of whom it acts for', { ultimate: { lei: LEI } }, LEI],
    ['a number of whom it acts for', { ultimate: { ids: [{ id: 'AB1234567', scheme: 'CCPT' }] } }, 'AB1234567'],
    ['the BIC of a bank between', { banks: [{ at: 'previous1', bic: 'SABRRUMM' }] }, 'SABRRUMM'],
    ['the name of a bank between', { banks: [{ at: 'previous2', name: 'Sample Listed Bank' }] }, 'Sample Listed Bank'],
  ])('%s is looked at on either side', (_, told, name) => {
    expect(hits(told).said).toEqual([['debtor', name, expect.any(String)]]);
    expect(hits({}, told).said).toEqual([['creditor', name, expect.any(String)]]);
  });

  test('what its bank calls a customer is on no list', () => {
    expect(hits({ ultimate: { name: 'Nordlys AS', ids: [{ id: 'AB1234567', scheme: 'CUST' }] } }).said).toEqual([]);
  });

  test('who has a name alone is asked for that alone, and nothing is asked twice', () => {
    expect(hits({}).asked).toEqual({ names: 2, identifiers: 0 });
    const again = { name: 'Anna Lind', bic: 'NORDFIHH' };
    const { asked } = hits({ bic: 'NORDFIHH', ultimate: again, banks: [{ at: 'debtor', ...again }] });
    expect(asked).toEqual({ names: 2, identifiers: 1 });
  });
});
