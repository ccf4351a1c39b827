import { describe, expect, test } from 'vitest';
import { creditorReferenceOf } from '../../base/check-digit.ts';
import { newId } from '../../base/id.ts';
import type { ExpectationRow } from '../custody/expectation-store.ts';
import type { MovementRow } from '../custody/movement-store.ts';
import type { Member } from '../participant/directory.ts';
import { PLAIN_MESSAGING } from '../participant/store.ts';
import { nameOf, type InstructionRow, type InstructionState } from '../rail/instruction.ts';
import type { EndedRow } from './ended-store.ts';
import type { EntryRow } from './entry-store.ts';
import { createMatcher, creditorReferencesIn, type Candidates } from './match.ts';

const account = { id: newId(), asset: 'EUR/2', ledgerAccountId: newId() };
const line = (units: bigint, refs: string[], change: Partial<EntryRow> = {}): EntryRow => ({
  id: newId(),
  custodyAccountId: account.id,
  kind: 'entry',
  units,
  bookingDay: '2026-11-20',
  reversal: false,
  refs,
  remittance: null,
  marks: [],
  counterparty: null,
  sender: null,
  state: 'new',
  rule: null,
  explanation: null,
  mayBe: [],
  receivedAt: 0,
  ...change,
});
const movement = (units: bigint, reference: string, change: Partial<MovementRow> = {}): MovementRow => ({
  transferId: newId(),
  ledgerAccountId: account.ledgerAccountId,
  asset: 'EUR/2',
  units,
  kind: 'direct',
  reference,
  recordedAt: Date.parse('2026-11-19T12:00:00Z'),
  ...change,
});
const member = (bic: string, assets = ['EUR/2']): Member => ({
  id: newId(),
  name: bic,
  bic,
  lei: '',
  state: 'active',
  messaging: PLAIN_MESSAGING,
  createdAt: 0,
  accounts: new Map(assets.map((asset) => [asset, { asset, settlementAccountId: newId(), reserveAccountId: newId() }])),
});
const instruction = (state: InstructionState, change: Partial<InstructionRow> = {}) =>
  ({
    id: newId(),
    kind: 'payout',
    reference: 'OUT-1',
    asset: 'EUR/2',
    units: 700n,
    state,
    attempts: 1,
    uetr: newId(),
    fromLedgerId: account.ledgerAccountId,
    toLedgerId: null,
    ...change,
  }) as InstructionRow;
const nord = member('NORDFIHH');
const dollars = member('AAAAUS33', ['USD/2']);
const expectation = (units: bigint, change: Partial<ExpectationRow> = {}): ExpectationRow => ({
  id: newId(),
  participantId: nord.id,
  asset: 'EUR/2',
  units,
  reference: creditorReferenceOf('NORDFIHHABCDEFGH'),
  expectedOn: '2026-11-20',
  createdAt: 0,
  createdBy: 'n',
  entryId: null,
  withdrawnAt: null,
  ...change,
});
const match = (entry: EntryRow, given: Partial<Candidates> = {}) => {
  const participants = new Map([nord, dollars].map((one) => [one.bic, one]));
  return createMatcher(account, {
    movements: [],
    instructions: [],
    expectations: [],
    participants,
    doubts: new Map(),
    ended: [],
    ...given,
  })(entry);
};
const RF = creditorReferenceOf('NORDFIHH');

describe('an entry is matched', () => {
  test.each([
    ['by its end-to-end id', line(500n, ['FUND-1'])],
    ['by its text', line(500n, [], { remittance: 'FUND-1' })],
    ['by a word of its text', line(500n, [], { remittance: 'Our payment (FUND-1), thanks' })],
  ])('with a movement of the same amount and reference, %s', (_, entry) => {
    expect(match(entry, { movements: [movement(500n, 'FUND-1')] })).toMatchObject({ kind: 'link', rule: 'R2' });
  });

  test.each([
    ['of a cent less', movement(499n, 'FUND-1')],
    ['that went the other way', movement(-500n, 'FUND-1')],
    ['of another reference', movement(500n, 'FUND-2')],
    ['of two months ago', movement(500n, 'FUND-1', { recordedAt: Date.parse('2026-09-20T12:00:00Z') })],
  ])('with no movement %s', (_, other) => {
    expect(match(line(500n, ['FUND-1']), { movements: [other] })).toMatchObject({ kind: 'break', rule: 'R9' });
  });

  test('with each movement once: of two that are alike, each gets its own, the oldest first', () => {
    const movements = [movement(500n, 'FUND-1'), movement(500n, 'FUND-1')];
    const matcher = createMatcher(account, {
      movements,
      instructions: [],
      expectations: [],
      participants: new Map(),
      doubts: new Map(),
      ended: [],
    });
    const matches = [line(500n, ['FUND-1']), line(500n, ['FUND-1']), line(500n, ['FUND-1'])].map(matcher);
    expect(matches.map((one) => one.kind === 'link' && one.movement)).toEqual([...movements, false]);
  });

  test.each<[InstructionState, string]>([
    ['unknown', 'settle'],
    ['sending', 'settle'],
    ['waiting', 'settle'],
    ['accepted', 'break'],
    ['confirmed', 'break'],
    ['refused', 'break'],
    ['cancelled', 'break'],
  ])('with an instruction that is %s and has no movement: %s', (state, kind) => {
    const row = instruction(state);
    expect(match(line(-700n, [nameOf(row.id)]), { instructions: [row] })).toMatchObject({ kind, rule: 'R1' });
    expect(match(line(-700n, [row.uetr]), { instructions: [row] })).toMatchObject({ kind, rule: 'R1' });
  });

  test('with the movement of an instruction that was accepted', () => {
    const row = instruction('accepted');
    const own = movement(-700n, 'OUT-1', { kind: 'payout', instructionId: row.id });
    expect(match(line(-700n, [nameOf(row.id)]), { instructions: [row], movements: [own] })).toMatchObject({ kind: 'link', movement: own });
  });

  test.each(['unknown', 'sending', 'waiting', 'held'] as const)('which is %s and was handed over shows that it was paid', (state) => {
    const row = instruction(state);
    const named = [nameOf(row.id)];
    expect(match(line(-700n, named), { instructions: [row] })).toMatchObject({ kind: 'settle', instruction: row });
    const kept = { ...row, attempts: 0 };
    if (state === 'waiting' || state === 'held')
      expect(match(line(-700n, named), { instructions: [kept] })).toMatchObject({ kind: 'break', rule: 'R1' });
  });

  test('with no instruction of another amount, or on the other side', () => {
    const row = instruction('unknown');
    expect(match(line(-701n, [nameOf(row.id)]), { instructions: [row] })).toMatchObject({
      kind: 'break',
      rule: 'R1',
      explanation: expect.stringContaining('7.00 EUR, not 7.01 EUR'),
    });
    expect(match(line(700n, [nameOf(row.id)]), { instructions: [row] })).toMatchObject({ kind: 'break', rule: 'R9' });
  });

  test.each([
    ['as it is', line(500n, [RF])],
    ['in groups of four', line(500n, [], { remittance: RF.replace(/(.{4})/g, '$1 ') })],
    ['within a text, in small letters', line(500n, [], { remittance: `ref ${RF.toLowerCase()}, november` })],
  ])('with a participant that a creditor reference names, %s', (_, entry) => {
    expect(match(entry)).toMatchObject({ kind: 'mint', rule: 'R4', participant: { bic: 'NORDFIHH' } });
  });

  test.each([
    ['a bare BIC', line(500n, ['NORDFIHH'])],
    ['a name', line(500n, [], { counterparty: 'NORDFIHH', remittance: 'Nordfjord Bank' })],
    ['a reference with a slip in it', line(500n, [`${RF.slice(0, -1)}X`])],
    ['a reference of a bank without account in the currency', line(500n, [creditorReferenceOf('AAAAUS33')])],
    ['references of two participants', line(500n, [RF, creditorReferenceOf('AAAAUS33')])],
    ['a reference on money that leaves', line(-500n, [RF])],
    ['a reversal', line(500n, [RF], { reversal: true })],
    ['a gap between statements', line(500n, [RF], { kind: 'gap' })],
  ])('with nobody by %s', (_, entry) => {
    expect(match(entry)).toMatchObject({ kind: 'break' });
  });

  test('with nobody says what was told once, and the text as it was written', () => {
    const explained = (entry: Parameters<typeof match>[0]) => match(entry).explanation.split(': nothing')[0];
    expect(explained(line(500n, ['INV-77'], { remittance: 'Invoice INV-77 of 3 November' }))).toBe('Invoice INV-77 of 3 November');
    expect(explained(line(500n, ['REF-1', 'REF-2'], { remittance: 'Invoice, thank you' }))).toBe('Invoice, thank you, REF-1, REF-2');
    expect(explained(line(-500n, ['A-1', 'A-2', 'A-3', 'A-4']))).toBe('A-1, A-2, A-3, …');
    expect(explained(line(500n, []))).toBe('Without a reference');
  });

  test('with an announcement of exactly its amount, once', () => {
    const announced = expectation(500n);
    const expectations = [announced];
    expect(match(line(500n, [announced.reference]), { expectations })).toMatchObject({ kind: 'mint', rule: 'R3', expectation: announced });
    expect(match(line(501n, [announced.reference]), { expectations })).toMatchObject({
      kind: 'break',
      rule: 'R3',
      explanation: expect.stringContaining('5.00 EUR was announced; 5.01 EUR came'),
    });
    expect(match(line(500n, [announced.reference]), { expectations: [expectation(500n, { entryId: newId() })] })).toMatchObject({
      kind: 'break',
    });
    expect(match(line(500n, [announced.reference]), { expectations: [expectation(500n, { withdrawnAt: 1 })] })).toMatchObject({
      kind: 'break',
    });
    const participants = new Map([[nord.bic, nord]]);
    const matcher = createMatcher(account, { movements: [], instructions: [], expectations, participants, doubts: new Map(), ended: [] });
    expect([line(500n, [announced.reference]), line(500n, [announced.reference])].map((one) => matcher(one).kind)).toEqual([
      'mint',
      'break',
    ]);
  });
});

test('what may be a repetition becomes no money, whoever it names', () => {
  const [first, second] = [line(500n, [RF]), line(500n, [RF])];
  const doubts = new Map([[second.id, '2026-11-19']]);
  expect([match(first, { doubts }).kind, match(second, { doubts })]).toMatchObject(['mint', { kind: 'break', rule: 'R5' }]);
});

describe('what people have made before', () => {
  const ended = (change: Partial<EndedRow> = {}): EndedRow => ({
    breakId: newId(),
    reference: RF,
    units: 500n,
    day: '2026-11-10',
    ...change,
  });

  test.each([
    ['a reference of the participant', RF, {}],
    ['an announced one', expectation(0n).reference, { expectations: [expectation(500n)] }],
  ])('and have written off or booked back is not made again, under %s', (_, reference, given) => {
    const row = ended({ reference });
    expect(match(line(500n, [reference]), { ended: [row], ...given })).toMatchObject({ kind: 'break', rule: 'R6', ended: row });
    expect(match(line(500n, [], { remittance: reference.replace(/(.{4})/g, '$1 ') }), { ended: [row], ...given }).kind).toBe('break');
  });

  test.each([
    ['of another amount', ended({ units: 499n })],
    ['under another reference', ended({ reference: 'HAND-1' })],
  ])('is another payment where it is %s', (_, row) => {
    expect(match(line(500n, [RF]), { ended: [row] })).toMatchObject({ kind: 'mint', rule: 'R4' });
  });

  test('holds one line back, and what comes beside it is another payment', () => {
    const participants = new Map([[nord.bic, nord]]);
    const none = { movements: [], instructions: [], expectations: [], doubts: new Map() };
    const matcher = createMatcher(account, { ...none, participants, ended: [ended()] });
    expect([line(500n, [RF]), line(500n, [RF])].map((one) => matcher(one).rule)).toEqual(['R6', 'R4']);
  });

  test('is not made again when nothing has shown it for longer than a month, and is linked when it was made since', () => {
    const old = movement(500n, RF, { recordedAt: Date.parse('2026-09-20T12:00:00Z') });
    expect(match(line(500n, [RF]), { movements: [old] })).toMatchObject({ kind: 'break', rule: 'R6' });
    const grouped = line(500n, [], { remittance: RF.replace(/(.{4})/g, '$1 ') });
    expect(match(grouped, { movements: [movement(500n, RF)] })).toMatchObject({ kind: 'link', rule: 'R2' });
  });
});

test('creditor references are found with right check digits only', () => {
  expect(creditorReferencesIn(['RF18539007547034', 'RF19539007547034', 'x RF18 5390 0754 7034 y'])).toContain('RF18539007547034');
  expect(creditorReferencesIn(['RF19539007547034'])).toEqual([]);
});
