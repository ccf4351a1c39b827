import { expect, test } from 'vitest';
import { isRefusedWhole } from './send-file.ts';

const group = (status: string) => `<OrgnlGrpInfAndSts><GrpSts>${status}</GrpSts></OrgnlGrpInfAndSts>`;
const transactions = (...statuses: string[]) => statuses.map((status) => `<TxSts>${status}</TxSts>`).join('');

test.each([
  [group('RJCT') + transactions('RJCT'), true],
  [group('RJCT'), true],
  [group('PART') + transactions('RJCT', 'ACSP'), false],
  [group('ACSP') + transactions('ACSP'), false],
  [transactions('RJCT', 'RJCT'), true],
  [transactions('RJCT', 'PDNG'), false],
  ['<TxCxlSts>RJCR</TxCxlSts>', true],
  ['<TxCxlSts>PDCR</TxCxlSts>', false],
  ['<Document xmlns="urn:iso:std:iso:20022:tech:xsd:admi.002.001.01"/>', true],
  ['', false],
])('%s is refused whole: %s', (answer, refused) => {
  expect(isRefusedWhole(answer)).toBe(refused);
});
