import { describe, expect, test } from 'vitest';
import { demoTraffic } from './demo-traffic.ts';
import { readTraffic, writeTraffic } from './traffic.ts';

const HEADER = 'time,debtor,creditor,currency,amount,priority\n';
const read = (row: string) => readTraffic(HEADER + row);

describe('a traffic file', () => {
  test('is read with its columns in any order, and a usual priority where none is said', () => {
    const text =
      '\uFEFFAmount,Currency,Note,Creditor,Debtor,Time\r\n125.50,EUR,x,BANKB,BANKA,09:30\r\n\r\n7,jpy,y,BANKA,BANKB,23:59:59.25\r\n';
    expect(readTraffic(text)).toEqual([
      { atMs: 34_200_000, debtor: 'BANKA', creditor: 'BANKB', asset: 'EUR/2', units: 12550n, priority: 1 },
      { atMs: 86_399_250, debtor: 'BANKB', creditor: 'BANKA', asset: 'JPY/0', units: 7n, priority: 1 },
    ]);
  });

  test('may have instants of one day', () => {
    expect(read('2026-11-23T09:30:00Z,A,B,EUR,1.00,0\n2026-11-23T09:30:00.500Z,A,B,EUR,1.00,0').map(({ atMs }) => atMs)).toEqual([
      34_200_000, 34_200_500,
    ]);
  });

  test('is written and read back the same', () => {
    const day = demoTraffic('file', 500);
    expect(readTraffic(writeTraffic(day))).toEqual(day);
  });

  test.each([
    ['25:00,A,B,EUR,1.00,1', /Line 2: "25:00" is not a time/],
    ['2026-11-23T09:30:00Z,A,B,EUR,1,1\n2026-11-24T09:30:00Z,A,B,EUR,1,1', /Line 3: 2026-11-24T09:30:00Z is not on the day/],
    ['09:30,A,A,EUR,1.00,1', /A pays itself/],
    ['09:30,,B,EUR,1.00,1', /the debtor is empty/],
    ['09:30,A,B,XXX,1.00,1', /"XXX" is not a currency/],
    ['09:30,A,B,JPY,1.50,1', /1.50 has 2 decimals; JPY has 0$|1.50 has 2 decimals; JPY has 0\.$/],
    ['09:30,A,B,EUR,0.00,1', /the amount is not above zero/],
    ['09:30,A,B,EUR,-1.00,1', /the amount is not above zero/],
    ['09:30,A,B,EUR,1e3,1', /Not an amount/],
    ['09:30,A,B,EUR,1.00,10', /a priority is a whole number from 0/],
    ['09:30,A,B,EUR,1.00', /5 fields where the header has 6/],
    ['09:30,"A",B,EUR,1.00,1', /a quotation mark/],
  ])('%j is refused with its line', (row, message) => {
    expect(() => read(row)).toThrow(message);
    expect(() => read(row)).toThrow(expect.objectContaining({ code: 'settlement.traffic_malformed' }));
  });

  test('without payments, or without a column, is refused', () => {
    expect(() => readTraffic('')).toThrow(expect.objectContaining({ code: 'settlement.traffic_empty' }));
    expect(() => readTraffic(HEADER)).toThrow(expect.objectContaining({ code: 'settlement.traffic_empty' }));
    expect(() => readTraffic('time,debtor,creditor,amount\n')).toThrow(/currency is missing/);
  });
});
