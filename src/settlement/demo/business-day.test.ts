import { createHash } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { isBic, isLei } from '../../base/check-digit.ts';
import { codecOf } from '../../base/codec.ts';
import { AppError } from '../../base/error.ts';
import { scaleOf } from '../../base/money.ts';
import { readPacs008, type Pacs008File } from '../iso20022/pacs008.ts';
import type { Order } from '../iso20022/pacs008-transaction.ts';
import { netObligations } from '../netting/net.ts';
import { PaymentOrder } from '../payment/contract.ts';
import { readListCsv } from '../screening/csv.ts';
import { buildIndex, screen } from '../screening/match.ts';
import { type BusinessDay, businessDay, type Expectation } from './business-day.ts';
import { DISGUISES } from './listed-names.ts';

const day = businessDay('demo');
const index = buildIndex(readListCsv(day.screeningList.id, day.screeningList.csv));
const OrderSchema = Compile(PaymentOrder);
const orderCodec = codecOf(PaymentOrder);

const hashOf = (value: BusinessDay) => {
  const text = JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? `${field}n` : field));
  return createHash('sha256').update(text).digest('hex');
};

type Item = { order: Order } | { refused: string };

/** What a submission asks for, one by one; a file that may not be taken gives nothing and is counted in `files`. */
function itemsOf(submission: BusinessDay['submissions'][number], files: Expectation['files']): Item[] {
  if (submission.kind === 'payment') return [{ order: submission.order }];
  if (submission.kind === 'batch') return submission.orders.map((order) => ({ order }));
  const read = readOr(submission.bytes, files.unreadable);
  const refusal = read?.refusals[0];
  if (refusal) files.refused[refusal.code] = (files.refused[refusal.code] ?? 0) + 1;
  if (!read || refusal) return [];
  return read.transactions.map((t) => (t.result === 'ok' ? { order: t.order } : { refused: t.refusal.code }));
}

function readOr(bytes: Uint8Array, errors: Record<string, number>): Pacs008File | undefined {
  try {
    return readPacs008(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    errors[error.code] = (errors[error.code] ?? 0) + 1;
    return undefined;
  }
}

/** The network in a few lines: screens, reserves gross, and now and then settles what was reserved. */
function runDay(windowEvery: number): Expectation {
  const came: Expectation = {
    orders: 0,
    reserved: 0,
    held: 0,
    insufficientFunds: 0,
    repeated: 0,
    refused: {},
    files: { refused: {}, unreadable: {} },
    currencies: [],
  };
  const funds = new Map(day.fundings.map(({ bic, asset, units }) => [`${bic} ${asset}`, units]));
  const known = new Map<string, string>();
  const bics = new Set(day.participants.map(({ bic }) => bic));
  const [taken, unsettled]: [Order[], Order[]] = [[], []];
  const refuse = (code: string) => void (came.refused[code] = (came.refused[code] ?? 0) + 1);
  for (const item of day.submissions.flatMap((submission) => itemsOf(submission, came.files))) {
    came.orders++;
    if (came.orders % windowEvery === 0)
      for (const { creditorAgent, asset, units } of unsettled.splice(0))
        funds.set(`${creditorAgent} ${asset}`, funds.get(`${creditorAgent} ${asset}`)! + units);
    if ('refused' in item) {
      refuse(item.refused);
      continue;
    }
    const { order } = item;
    const content = JSON.stringify(order, (_, field: unknown) => (typeof field === 'bigint' ? `${field}` : field));
    const account = `${order.debtorAgent} ${order.asset}`;
    const left = (funds.get(account) ?? 0n) - order.units;
    if (!bics.has(order.creditorAgent)) refuse('RC04');
    else if (known.get(order.uetr!) === content) came.repeated++;
    else if (known.has(order.uetr!)) refuse('DUPL');
    else {
      known.set(order.uetr!, content);
      if (screen(index, order.debtor.name).length + screen(index, order.creditor.name).length > 0) came.held++;
      else if (left < 0n) came.insufficientFunds++;
      else {
        funds.set(account, left);
        taken.push(order);
        unsettled.push(order);
      }
    }
  }
  const { currencies } = netObligations(
    taken.map(({ debtorAgent, creditorAgent, asset, units }) => ({ debtor: debtorAgent, creditor: creditorAgent, asset, units })),
  );
  return { ...came, reserved: taken.length, currencies: currencies.map(({ asset, payments, gross }) => ({ asset, payments, gross })) };
}

describe('the business day', () => {
  test('the same seed gives the same day to the byte, another seed another one', () => {
    expect(hashOf(businessDay('demo'))).toBe(hashOf(day));
    expect(hashOf(businessDay('other', { payments: 1000 }))).not.toBe(hashOf(businessDay('demo', { payments: 1000 })));
  });

  test.each([1_000_000, 3_000, 250])('comes to what it says when a window settles every %i orders', (windowEvery) => {
    const { refused, files, ...rest } = runDay(windowEvery);
    expect({ refused, files, ...rest }).toEqual(day.expectation);
  });

  test('has 20,000 orders of which about 97 % settle, and something of everything that goes wrong', () => {
    const { orders, reserved, held, insufficientFunds, repeated, refused, files } = day.expectation;
    expect(orders).toBe(20_000);
    expect(reserved / orders).toBeGreaterThan(0.96);
    expect(held).toBe(15);
    expect(insufficientFunds).toBeGreaterThan(100);
    expect(reserved + held + insufficientFunds + repeated + Object.values(refused).reduce((a, b) => a + b)).toBe(orders);
    expect(Object.keys(refused).sort()).toEqual(['AM01', 'AM03', 'CH20', 'DUPL', 'RC04']);
    expect(files).toEqual({
      refused: { AM10: 1, AM18: 1 },
      unreadable: { 'iso20022.not_xml': 1, 'iso20022.unsafe_xml': 1, 'iso20022.unsupported_message': 1 },
    });
  });

  test('40 banks with right check digits, 12 currencies with 0, 2 and 3 decimals', () => {
    expect(day.participants).toHaveLength(40);
    for (const key of ['name', 'bic', 'lei'] as const) expect(new Set(day.participants.map((bank) => bank[key])).size).toBe(40);
    expect(day.participants.filter(({ bic, lei }) => !isBic(bic) || !isLei(lei))).toEqual([]);
    expect(day.assets).toHaveLength(12);
    expect([...new Set(day.assets.map(scaleOf))].sort((a, b) => a - b)).toEqual([0, 2, 3]);
  });

  test('few banks carry most of the traffic, and all take part', () => {
    const counts = new Map<string, number>();
    for (const { sender } of day.submissions) counts.set(sender, 0);
    for (const item of day.submissions.flatMap((s) => itemsOf(s, { refused: {}, unreadable: {} }))) {
      if ('order' in item) counts.set(item.order.debtorAgent, (counts.get(item.order.debtorAgent) ?? 0) + 1);
    }
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);
    expect(sorted).toHaveLength(40);
    expect(sum(sorted.slice(0, 8)) / sum(sorted)).toBeGreaterThan(0.5);
  });

  test('submissions are in order of time, batches hold at most 1,000 orders and files at most 8 MiB', () => {
    expect(day.submissions.every(({ atMs }, i) => i === 0 || atMs >= day.submissions[i - 1]!.atMs)).toBe(true);
    for (const submission of day.submissions) {
      if (submission.kind === 'batch') expect(submission.orders.length).toBeLessThanOrEqual(1000);
      if (submission.kind === 'file') expect(submission.bytes.length).toBeLessThan(8 << 20);
    }
  });

  test('every order that a bank sends as JSON satisfies the contract', () => {
    const orders = day.submissions.flatMap((s) => (s.kind === 'payment' ? [s.order] : s.kind === 'batch' ? s.orders : []));
    expect(orders.filter((order) => !OrderSchema.Check(orderCodec.encode(order)))).toEqual([]);
  });

  test('every disguise of a listed name is found, those spelled as listed exactly', () => {
    for (const { name, way } of DISGUISES)
      expect([name, screen(index, name)[0]?.exact ?? false]).toEqual([name, way === 'exact' || expect.any(Boolean)]);
    expect(DISGUISES.filter(({ name }) => screen(index, name).length === 0)).toEqual([]);
  });
});
